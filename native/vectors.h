/* Vectors, where the compiler has intrinsics for them. Whether the processor has them, too, has to be asked. */
#ifndef AURA_VECTORS_H
#define AURA_VECTORS_H

#include <stdbool.h>

#if defined(__GNUC__) && defined(__x86_64__) && __STDC_HOSTED__
#define AURA_HAS_AVX2
#include <immintrin.h>

static inline bool aura_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}

#endif

#endif
