/* Sorting by merging, and of plain numbers by their bytes. */
#include "sort.h"

#include <stddef.h>
#include <string.h>

static void merge(const uint32_t *from, uint32_t middle, uint32_t end, uint32_t *to, aura_is_before is_before,
                  const void *context)
{
    uint32_t left = 0, right = middle;
    while (left < middle && right < end)
        *to++ = is_before(context, from[right], from[left]) ? from[right++] : from[left++];
    while (left < middle)
        *to++ = from[left++];
    while (right < end)
        *to++ = from[right++];
}

void aura_sort(uint32_t *numbers, uint32_t count, uint32_t *scratch, aura_is_before is_before, const void *context)
{
    uint32_t *from = numbers, *to = scratch;
    for (uint64_t size = 1; size < count; size *= 2) {
        for (uint64_t start = 0; start < count; start += 2 * size) {
            const uint64_t left = count - start, end = left < 2 * size ? left : 2 * size;
            merge(from + start, (uint32_t)(end < size ? end : size), (uint32_t)end, to + start, is_before, context);
        }
        uint32_t *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != numbers)
        memcpy(numbers, from, count * sizeof *numbers);
}

/* Numbers up to which inserting each takes less time than counting bytes. */
#define MAX_INSERTED 64

void aura_sort_numbers(uint32_t *numbers, uint32_t count, uint32_t *scratch)
{
    if (count <= MAX_INSERTED) {
        for (uint32_t at = 1; at < count; at++) {
            const uint32_t number = numbers[at];
            uint32_t place = at;
            for (; place > 0 && numbers[place - 1] > number; place--)
                numbers[place] = numbers[place - 1];
            numbers[place] = number;
        }
        return;
    }
    for (uint32_t shift = 0; shift < 32; shift += 8) { /* an even number of passes, so that the last one ends here */
        const uint32_t *from = shift % 16 == 0 ? numbers : scratch;
        uint32_t *to = shift % 16 == 0 ? scratch : numbers, places[256] = {0}, place = 0;
        for (uint32_t at = 0; at < count; at++)
            places[from[at] >> shift & 0xFF]++;
        for (uint32_t byte = 0; byte < 256; byte++) {
            const uint32_t here = places[byte];
            places[byte] = place;
            place += here;
        }
        for (uint32_t at = 0; at < count; at++)
            to[places[from[at] >> shift & 0xFF]++] = from[at];
    }
}

void aura_sort_words(uint64_t *words, uint32_t count, uint64_t *scratch)
{
    for (uint32_t shift = 0; shift < 64; shift += 8) { /* as above */
        const uint64_t *from = shift % 16 == 0 ? words : scratch;
        uint64_t *to = shift % 16 == 0 ? scratch : words;
        uint32_t places[256] = {0}, place = 0;
        for (uint32_t at = 0; at < count; at++)
            places[from[at] >> shift & 0xFF]++;
        for (uint32_t byte = 0; byte < 256; byte++) {
            const uint32_t here = places[byte];
            places[byte] = place;
            place += here;
        }
        for (uint32_t at = 0; at < count; at++)
            to[places[from[at] >> shift & 0xFF]++] = from[at];
    }
}
