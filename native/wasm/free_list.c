/* A heap over memory that grows: the first free block that fits is taken, and free neighbours are joined. */
#include "free_list.h"

#include <string.h>

static uint8_t *end_of(const aura_block *block)
{
    return (uint8_t *)(uintptr_t)block + block->size;
}

/* The place in the list of free blocks where one that begins at `address` stands, or would stand. */
static aura_block **place_of(aura_free_list *list, const uint8_t *address)
{
    aura_block **place = &list->first;
    while (*place != NULL && (const uint8_t *)*place < address)
        place = &(*place)->next;
    return place;
}

/* Put a block into the list, and join it with the free blocks that it touches. */
static void put(aura_free_list *list, aura_block *block)
{
    aura_block *before = NULL, **place = &list->first;
    for (; *place != NULL && *place < block; place = &(*place)->next)
        before = *place;
    block->next = *place;
    *place = block;
    if (block->next != NULL && end_of(block) == (uint8_t *)block->next) {
        block->size += block->next->size;
        block->next = block->next->next;
    }
    if (before != NULL && end_of(before) == (uint8_t *)block) {
        before->size += block->size;
        before->next = block->next;
    }
}

/* Free what a block has beyond `size` bytes. */
static void cut(aura_free_list *list, aura_block *block, size_t size)
{
    if (block->size == size)
        return;
    aura_block *rest = (aura_block *)(void *)((uint8_t *)block + size);
    rest->size = block->size - size;
    block->size = size;
    put(list, rest);
}

/* Lengthen a block by the free block behind it, and at the end of the heap by memory that it grows by. False, and nothing
 * is changed, if that does not make `size` bytes. */
static bool lengthen(aura_free_list *list, aura_block *block, size_t size)
{
    aura_block **place = place_of(list, end_of(block));
    aura_block *behind = *place != NULL && (uint8_t *)*place == end_of(block) ? *place : NULL;
    uint8_t *end = behind != NULL ? end_of(behind) : end_of(block);
    if ((size_t)(end - (uint8_t *)block) < size) {
        if (end != list->end || size > UINTPTR_MAX - (uintptr_t)block ||
            !list->grow(list->context, (uint8_t *)block + size))
            return false;
        list->end = end = (uint8_t *)block + size;
    }
    if (behind != NULL)
        *place = behind->next;
    block->size = (size_t)(end - (uint8_t *)block);
    cut(list, block, size);
    return true;
}

/* A block of `size` bytes, the head included, that is no longer free; NULL if there is no memory. */
static aura_block *take(aura_free_list *list, size_t size)
{
    aura_block **place = &list->first, *last = NULL;
    for (; *place != NULL && (*place)->size < size; place = &(*place)->next)
        last = *place;
    aura_block *block = *place;
    if (block != NULL) {
        *place = block->next;
        cut(list, block, size);
        return block;
    }
    block = last != NULL && end_of(last) == list->end ? last : (aura_block *)(void *)list->end;
    if (size > UINTPTR_MAX - (uintptr_t)block || !list->grow(list->context, (uint8_t *)block + size))
        return NULL;
    if (block == last)
        *place_of(list, (uint8_t *)block) = NULL;
    list->end = (uint8_t *)block + size;
    block->size = size;
    return block;
}

void *aura_free_list_resize(void *context, void *memory, size_t size)
{
    aura_free_list *list = context;
    aura_block *block = memory == NULL ? NULL : (aura_block *)(void *)((uint8_t *)memory - AURA_BLOCK);
    if (size == 0) {
        if (block != NULL)
            put(list, block);
        return NULL;
    }
    if (size > SIZE_MAX / 2)
        return NULL;
    const size_t whole = AURA_BLOCK + (size + AURA_BLOCK - 1) / AURA_BLOCK * AURA_BLOCK;
    if (block != NULL && whole <= block->size) {
        cut(list, block, whole);
        return memory;
    }
    if (block != NULL && lengthen(list, block, whole))
        return memory;
    aura_block *made = take(list, whole);
    if (made == NULL)
        return NULL;
    uint8_t *result = (uint8_t *)made + AURA_BLOCK;
    if (block != NULL) {
        memcpy(result, memory, block->size - AURA_BLOCK);
        put(list, block);
    }
    return result;
}
