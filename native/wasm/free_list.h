/* A heap over memory that grows: blocks in the order of their addresses, the free ones in a list. */
#ifndef AURA_FREE_LIST_H
#define AURA_FREE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands before each block. A size counts these bytes as well, and is a multiple of AURA_BLOCK. */
typedef struct aura_block {
    size_t size;
    struct aura_block *next; /* the next free block, while this one is free */
} aura_block;

/* Blocks begin at multiples of these bytes, so that any type may stand behind their heads. */
#define AURA_BLOCK 16u

_Static_assert(sizeof(aura_block) <= AURA_BLOCK, "a head fits before a block");

/* `grow` makes memory up to an address usable; false if there is none. */
typedef struct {
    bool (*grow)(void *context, const uint8_t *end);
    void *context;
    uint8_t *end; /* of the memory that blocks have taken, a multiple of AURA_BLOCK */
    aura_block *first; /* of the free ones; no two of them touch */
} aura_free_list;

/* Resizes a block as aura_allocator says; the context is a free list. */
void *aura_free_list_resize(void *context, void *block, size_t size);

#endif
