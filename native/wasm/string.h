/* All that the core needs of the C library, for a target that has none. */
#ifndef AURA_WASM_STRING_H
#define AURA_WASM_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);

#endif
