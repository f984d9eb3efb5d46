/* Matches of BRIO version 1, found. */
#include "lz77.h"

#include "loads.h"

/* Earlier places that are tried; they bound the work on hostile input. */
#define MAX_CANDIDATES 32

#define MULTIPLIER 0x9E3779B97F4A7C15u

void aura_lz77_start(aura_lz77_finder *finder, const uint8_t *data, size_t size, uint64_t salt)
{
    finder->data = data;
    finder->size = size;
    finder->multiplier = (MULTIPLIER ^ salt) | 1;
    memset(finder->heads, 0, sizeof finder->heads);
}

static size_t head_of(const aura_lz77_finder *finder, uint32_t four)
{
    return (size_t)(four * finder->multiplier >> 48);
}

void aura_lz77_add(aura_lz77_finder *finder, size_t position)
{
    if (finder->size - position < LZ77_MIN_LENGTH)
        return;
    uint32_t *head = &finder->heads[head_of(finder, aura_load_32(finder->data + position))];
    finder->before[position % LZ77_WINDOW] = *head;
    *head = (uint32_t)position + 1;
}

aura_lz77_match aura_lz77_find(const aura_lz77_finder *finder, size_t position)
{
    aura_lz77_match best = {0, 0};
    const size_t left = finder->size - position, longest = left < LZ77_MAX_LENGTH ? left : LZ77_MAX_LENGTH;
    if (left < LZ77_MIN_LENGTH)
        return best;
    const uint8_t *here = finder->data + position;
    const uint32_t four = aura_load_32(here);
    uint32_t tried = 0;
    for (size_t next = finder->heads[head_of(finder, four)]; next > 0 && tried < MAX_CANDIDATES;
         next = finder->before[(next - 1) % LZ77_WINDOW]) {
        const size_t place = next - 1;
        if (position - place > LZ77_WINDOW)
            break;
        const uint8_t *there = finder->data + place;
        if (aura_load_32(there) != four)
            continue;
        tried++;
        size_t length = LZ77_MIN_LENGTH;
        while (length < longest && there[length] == here[length])
            length++;
        if (length > best.length)
            best = (aura_lz77_match){(uint32_t)(position - place), (uint32_t)length};
    }
    return best;
}
