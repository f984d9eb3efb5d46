/* Memory for models. Each block stands behind a head that tells what was reserved for it. */
#define _DEFAULT_SOURCE /* for madvise */
#include "pages.h"

#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <sys/mman.h>
#endif

#define HEAD 64
#define LARGE ((size_t)1 << 20)
#define PAGE ((size_t)1 << 21)
#define RESERVED ((size_t)1 << 26)

/* Of large blocks `size` and `reserved` bytes are counted with the head; `reserved` is 0 on the heap. */
typedef struct {
    size_t size;
    size_t reserved;
} head;

static head *head_of(void *block)
{
    return (head *)(void *)((char *)block - HEAD);
}

static void *block_of(head *start)
{
    return (char *)start + HEAD;
}

#ifdef __linux__

/* Addresses for a block, from a multiple of PAGE on; for one that grows, for four times as much, or RESERVED: it stays
 * where it is then. What is not written takes no memory. NULL if there are none. */
static head *reserve(size_t size, int grows)
{
    const size_t wanted = !grows ? size : 4 * size > RESERVED ? 4 * size : RESERVED;
    const size_t reserved = (wanted + PAGE - 1) / PAGE * PAGE;
    char *start = mmap(NULL, reserved + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == (char *)MAP_FAILED)
        return NULL;
    const size_t before = (PAGE - (size_t)start % PAGE) % PAGE;
    if (before > 0)
        munmap(start, before);
    munmap(start + before + reserved, PAGE - before);
    head *made = (head *)(void *)(start + before);
    madvise(made, reserved, MADV_HUGEPAGE); /* where it does not help, small pages do */
    made->reserved = reserved;
    return made;
}

/* Give back what is reserved beyond a block that has shrunk. */
static void trim(head *start)
{
    const size_t kept = (start->size + PAGE - 1) / PAGE * PAGE;
    if (kept < start->reserved)
        munmap((char *)start + kept, start->reserved - kept);
    start->reserved = kept;
}

static void release(head *start)
{
    if (start->reserved > 0)
        munmap(start, start->reserved);
    else
        free(start);
}

#else

static head *reserve(size_t size, int grows)
{
    (void)size;
    (void)grows;
    return NULL;
}

static void trim(head *start)
{
    (void)start;
}

static void release(head *start)
{
    free(start);
}

#endif

/* A block on the heap, or one that is reserved: large blocks that grow are read for long, and all others soon freed,
 * but to get a page of 2 MiB from the system takes less time than to get those of 4 KiB in its place. */
static head *make(size_t size, int grows)
{
    head *made = size >= (grows ? LARGE : PAGE) ? reserve(size, grows) : NULL;
    if (made == NULL) {
        made = malloc(size);
        if (made != NULL)
            made->reserved = 0;
    }
    return made;
}

static void *resize(void *context, void *block, size_t size)
{
    (void)context;
    head *held = block == NULL ? NULL : head_of(block);
    if (size == 0) {
        if (held != NULL)
            release(held);
        return NULL;
    }
    if (size > SIZE_MAX / 8)
        return NULL;
    size += HEAD;
    if (held != NULL && size <= held->reserved) {
        const int has_shrunk = size <= held->size;
        held->size = size;
        if (has_shrunk)
            trim(held);
        return block;
    }
    head *made = make(size, held != NULL);
    if (made == NULL)
        return NULL;
    made->size = size;
    if (held != NULL) {
        memcpy(block_of(made), block, (held->size < size ? held->size : size) - HEAD);
        release(held);
    }
    return block_of(made);
}

const aura_allocator AURA_PAGES = {resize, NULL};
