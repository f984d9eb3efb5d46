/* What the fuzz targets share. */
#ifndef AURA_FUZZ_CHECK_H
#define AURA_FUZZ_CHECK_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What libFuzzer and the replay call. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_DECODED 8192

/* A block of exactly these bytes, so that a sanitizer sees a read beyond them. */
static inline uint8_t *copy_of(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

#endif
