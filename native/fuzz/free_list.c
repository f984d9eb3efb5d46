/* Fuzz target: the heap of the WebAssembly module.
 *
 * An input is steps of three bytes: which of the blocks is resized, and to how many bytes. Blocks keep what is written to
 * them, and never overlap; when all are given back, the heap is one free block. */
#include "../wasm/free_list.c" /* the core has no part of it */

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BLOCKS 32
#define MEMORY (1u << 18) /* less than all blocks can ask for */

static _Alignas(AURA_BLOCK) uint8_t memory[MEMORY];

/* The memory is that of the target. */
static bool grow(void *context, const uint8_t *end)
{
    (void)context;
    return end <= memory + MEMORY;
}

static void check_content(const uint8_t *block, size_t size, uint8_t mark)
{
    if ((uintptr_t)block % AURA_BLOCK != 0)
        abort();
    for (size_t at = 0; at < size; at++)
        if (block[at] != mark)
            abort();
}

/* No free block touches another one or reaches beyond the end. */
static void check_list(const aura_free_list *list)
{
    for (const aura_block *block = list->first; block != NULL; block = block->next) {
        const uint8_t *end = (const uint8_t *)block + block->size;
        if (block->size < AURA_BLOCK || end > list->end || (block->next != NULL && end >= (const uint8_t *)block->next))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    aura_free_list list = {grow, NULL, memory, NULL};
    uint8_t *blocks[BLOCKS] = {0};
    size_t sizes[BLOCKS] = {0};
    for (size_t at = 0; at + 3 <= size; at += 3) {
        const size_t place = data[at] % BLOCKS, wanted = (size_t)data[at + 1] << 8 | data[at + 2];
        const uint8_t mark = (uint8_t)(place + 1);
        uint8_t *block = aura_free_list_resize(&list, blocks[place], wanted);
        if (block == NULL && wanted > 0) {
            check_content(blocks[place] == NULL ? memory : blocks[place], sizes[place], mark); /* it is as it was */
        } else {
            check_content(block == NULL ? memory : block, sizes[place] < wanted ? sizes[place] : wanted, mark);
            if (wanted > 0)
                memset(block, mark, wanted);
            blocks[place] = block;
            sizes[place] = wanted;
        }
        check_list(&list);
    }
    for (size_t place = 0; place < BLOCKS; place++) {
        if (blocks[place] != NULL)
            check_content(blocks[place], sizes[place], (uint8_t)(place + 1));
        aura_free_list_resize(&list, blocks[place], 0);
    }
    const bool is_whole = list.first != NULL && list.first->next == NULL && (uint8_t *)list.first == memory &&
                          list.first->size == (size_t)(list.end - memory);
    if (!is_whole && list.end != memory)
        abort();
    return 0;
}
