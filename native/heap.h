/* The heap of the C library as an allocator, for what links it; the core itself does not. */
#ifndef AURA_HEAP_H
#define AURA_HEAP_H

#include "memory.h"

#include <stdlib.h>

static void *aura_heap_resize(void *context, void *block, size_t size)
{
    (void)context;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size);
}

static const aura_allocator AURA_HEAP = {aura_heap_resize, NULL};

#endif
