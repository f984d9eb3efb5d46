/* The memory of the module, the input, results and errors. */
#include "host.h"

#include "free_list.h"

#define PAGE 65536u

/* A room that has grown beyond these bytes is given back when less is needed. */
#define MAX_KEPT ((size_t)1 << 20)

/* So that a few times the size of an input, and of a result, can be counted in 32 bits. */
#define MAX_INPUT ((size_t)1 << 28)

extern uint8_t __heap_base; /* by the linker: behind all data */

aura_host aura_here;

static bool grow(void *context, const uint8_t *end)
{
    (void)context;
    const size_t pages = __builtin_wasm_memory_size(0), needed = ((uintptr_t)end + PAGE - 1) / PAGE;
    return needed <= pages || __builtin_wasm_memory_grow(0, needed - pages) != (size_t)-1;
}

static aura_free_list heap = {.grow = grow};

static void *resize(void *context, void *block, size_t size)
{
    aura_free_list *list = context;
    if (list->end == NULL)
        list->end = (uint8_t *)(((uintptr_t)&__heap_base + AURA_BLOCK - 1) / AURA_BLOCK * AURA_BLOCK);
    return aura_free_list_resize(list, block, size);
}

const aura_allocator AURA_MEMORY = {resize, &heap};

ptrdiff_t aura_no_memory(void)
{
    aura_here.error = (aura_error){.code = AURA_NO_MEMORY, .path = "", .reason = "there is no memory"};
    return FAILED;
}

void *aura_take_room(aura_room *room, size_t size)
{
    if (room->start == NULL || room->size < size || (room->size > MAX_KEPT && size <= MAX_KEPT)) {
        aura_release(&AURA_MEMORY, room->start);
        room->start = aura_allocate(&AURA_MEMORY, size);
        room->size = room->start != NULL ? size : 0;
    }
    if (room->start == NULL)
        aura_no_memory();
    return room->start;
}

ptrdiff_t aura_give(const uint8_t *bytes, size_t length)
{
    aura_here.result = bytes;
    return (ptrdiff_t)length;
}

bool aura_make_search_rooms(const aura_template_library *library, size_t size)
{
    aura_here.match.marks = aura_take_room(&aura_here.marks, aura_marks_of(library) * sizeof(uint64_t));
    aura_here.near.grams = aura_take_room(&aura_here.grams, aura_grams_of(size) * sizeof(uint32_t));
    return aura_here.match.marks != NULL && aura_here.near.grams != NULL;
}

uint32_t aura_next_number(aura_parts *parts)
{
    parts->is_cut = parts->is_cut || parts->size < 4;
    if (parts->is_cut)
        return 0;
    const uint32_t number = aura_load_32(parts->bytes);
    parts->bytes += 4;
    parts->size -= 4;
    return number;
}

aura_bytes aura_next_text(aura_parts *parts)
{
    const size_t size = aura_next_number(parts);
    parts->is_cut = parts->is_cut || size > parts->size;
    const aura_bytes text = {parts->bytes, parts->is_cut ? 0 : size};
    parts->bytes += text.size;
    parts->size -= text.size;
    return text;
}

/* Room for the bytes of a call, whose content is lost, at most MAX_INPUT; 0 if there is no memory. */
void *EXPORT(aura_input)(size_t size)
{
    if (size > MAX_INPUT) {
        aura_no_memory();
        return NULL;
    }
    return aura_take_room(&aura_here.input, size);
}

/* Take numbers that nobody can guess. */
void EXPORT(aura_set_salt)(uint32_t low, uint32_t high)
{
    aura_here.salt = (uint64_t)high << 32 | low;
}

/* Where the bytes of the last call stand. */
const uint8_t *EXPORT(aura_result)(void)
{
    return aura_here.result;
}

/* The last error, six numbers of 32 bits: the code, which is one of aura_code, the offset, the number and the index of its
 * texts, and where its path and its reason stand, ended by a zero. */
const aura_error *EXPORT(aura_last_error)(void)
{
    return &aura_here.error;
}

/* Bytes that the heap has taken, free blocks included. */
size_t EXPORT(aura_heap_size)(void)
{
    return heap.end == NULL ? 0 : (size_t)(heap.end - &__heap_base);
}

/* Bytes of the heap that are free. */
size_t EXPORT(aura_free_size)(void)
{
    size_t size = 0;
    for (const aura_block *block = heap.first; block != NULL; block = block->next)
        size += block->size;
    return size;
}
