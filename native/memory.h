/* Where memory comes from: the caller. Only reading a model takes any. */
#ifndef AURA_MEMORY_H
#define AURA_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Resizes a block as `realloc` does: a block of NULL is a new one, and a size of 0 frees and gives NULL. Where there
 * is no memory, it gives NULL and leaves the block as it was. `context` is the caller's own. Blocks are aligned for
 * any type. */
typedef struct {
    void *(*resize)(void *context, void *block, size_t size);
    void *context;
} aura_allocator;

/* A new block, or NULL. `size` may be 0; the block has at least a byte then. */
static inline void *aura_allocate(const aura_allocator *allocator, size_t size)
{
    return allocator->resize(allocator->context, NULL, size > 0 ? size : 1);
}

static inline void aura_release(const aura_allocator *allocator, void *block)
{
    if (block != NULL)
        allocator->resize(allocator->context, block, 0);
}

static inline bool aura_are_equal(const uint8_t *one, const uint8_t *other, size_t size)
{
    size_t at = 0;
    while (at < size && one[at] == other[at])
        at++;
    return at == size;
}

#endif
