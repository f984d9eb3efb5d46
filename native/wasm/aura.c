/* The core as a WebAssembly module: the three functions of the C library that it needs, memory, and what is exported.
 *
 * A host asks for memory with aura_allocate_bytes, writes a model file or a message there, and calls. What is read or
 * written stands in the buffer that it gives. Memory is taken from the end and never given back, but for the last
 * block: a host reads its models once, and keeps its buffers. */
#include "../message.h"
#include "../model.h"

#define EXPORT(name) __attribute__((export_name(#name))) name
#define PAGE 65536u

extern uint8_t __heap_base;

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    uint8_t *target = to;
    const uint8_t *source = from;
    for (size_t at = 0; at < size; at++)
        target[at] = source[at];
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *target = to;
    const uint8_t *source = from;
    if (target <= source)
        return memcpy(to, from, size); /* which begins with the first byte */
    while (size-- > 0)
        target[size] = source[size];
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    uint8_t *target = to;
    for (size_t at = 0; at < size; at++)
        target[at] = (uint8_t)byte;
    return to;
}

/* Where the next block begins, and the last block; each block stands behind its size. */
typedef struct {
    uint8_t *end;
    size_t *last;
} heap;

/* Move the end of the heap to `end`; false if there is no memory. */
static bool grow(heap *memory, uint8_t *end)
{
    const size_t pages = __builtin_wasm_memory_size(0), needed = ((uintptr_t)end + PAGE - 1) / PAGE;
    if ((uintptr_t)end < (uintptr_t)memory->end ||
        (needed > pages && __builtin_wasm_memory_grow(0, needed - pages) == (size_t)-1))
        return false;
    memory->end = end;
    return true;
}

static void *resize(void *context, void *block, size_t size)
{
    heap *memory = context;
    size_t *head = block == NULL ? NULL : (size_t *)block - 2;
    const size_t rounded = (size + 15) / 16 * 16;
    if (head != NULL && head == memory->last)
        memory->end = (uint8_t *)block; /* the last block: it begins anew, in place */
    if (size == 0)
        return NULL;
    if (head == NULL || head != memory->last) {
        size_t *made = (size_t *)(void *)memory->end;
        if (!grow(memory, memory->end + 16))
            return NULL;
        memory->last = made;
    }
    size_t *made = memory->last;
    if (!grow(memory, memory->end + rounded))
        return NULL;
    if (head != NULL && head != made)
        memcpy(made + 2, block, *head < size ? *head : size);
    *made = size;
    return made + 2;
}

static heap memory;
static aura_error error;
static aura_workspace *space;

static const aura_allocator ALLOCATOR = {resize, &memory};

static void begin(void)
{
    if (memory.end == NULL)
        memory.end = (uint8_t *)(((uintptr_t)&__heap_base + 15) / 16 * 16);
}

/* A block of memory, or 0. */
void *EXPORT(aura_allocate_bytes)(size_t size)
{
    begin();
    return aura_allocate(&ALLOCATOR, size);
}

/* Read a model file; the model, or 0. */
aura_context_model *EXPORT(aura_read_model)(const uint8_t *data, size_t size)
{
    begin();
    aura_context_model *model = aura_allocate(&ALLOCATOR, sizeof *model);
    aura_model_file file;
    if (model == NULL || !aura_model_read(model, &file, data, size, &ALLOCATOR, &error))
        return NULL;
    return model;
}

static aura_workspace *workspace(void)
{
    begin();
    if (space == NULL && (space = aura_allocate(&ALLOCATOR, sizeof *space)) != NULL)
        memset(space, 0, sizeof *space);
    return space;
}

/* Write the string of a message by a method (0 AURALITE, 1 adaptive); its length, or 0 for an error. */
size_t EXPORT(aura_encode_message)(const aura_context_model *model, aura_method method, const uint8_t *data,
                                   size_t size, uint8_t *out, size_t capacity)
{
    return workspace() == NULL ? 0 : aura_encode(model, space, method, data, size, out, capacity, &error);
}

/* Read such a string; the length of the message, or -1 for an error. */
ptrdiff_t EXPORT(aura_decode_message)(const aura_context_model *model, aura_method method, const uint8_t *string,
                                      size_t size, uint8_t *out, size_t capacity)
{
    size_t length;
    if (workspace() == NULL ||
        !aura_decode(model, space, method, string, size, capacity, out, capacity, &length, &error))
        return -1;
    return (ptrdiff_t)length;
}

/* The code of the last error, a number of aura_code. */
aura_code EXPORT(aura_last_error)(void)
{
    return error.code;
}
