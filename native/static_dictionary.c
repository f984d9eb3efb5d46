/* Finds the phrases of the static dictionary in a text (rule UNI-1): a table by their bytes. */
#include "static_dictionary.h"

#include "loads.h"
#include "units.h"

#include <string.h>

/* The loops are short, and it pays to unroll them. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#define MULTIPLIER 0x9E3779B97F4A7C15u

static uint64_t first_bytes(uint64_t bytes, uint32_t size)
{
    return bytes << (64 - 8 * size) >> (64 - 8 * size);
}

/* The hash of a phrase, of 17 bits. */
static uint32_t hash_of(uint64_t phrase)
{
    return (uint32_t)(phrase * MULTIPLIER >> 47);
}

/* The bytes of a phrase; behind them are zeros, which are in no phrase. */
static uint64_t bytes_of(uint32_t unit)
{
    return aura_load_64(UNIT_BYTES[unit] + 1);
}

void aura_static_dictionary_make(aura_static_dictionary *dictionary)
{
    memset(dictionary, 0, sizeof *dictionary);
    for (uint32_t unit = 256; unit < UNIT_UNITS; unit++) {
        const uint64_t phrase = bytes_of(unit);
        const uint32_t hash = hash_of(phrase);
        dictionary->filter[hash / 8] |= (uint8_t)(1 << hash % 8);
        uint32_t slot = hash % AURA_DICTIONARY_SLOTS;
        while (dictionary->units[slot] != 0)
            slot = (slot + 1) % AURA_DICTIONARY_SLOTS;
        dictionary->units[slot] = (uint16_t)unit;
        dictionary->sizes[phrase & 0xFFFF] |= (uint8_t)(1 << (UNIT_BYTES[unit][0] - 1));
    }
}

uint32_t aura_find_phrase(const aura_static_dictionary *dictionary, uint64_t bytes, uint32_t size)
{
    const uint64_t phrase = first_bytes(bytes, size);
    const uint32_t hash = hash_of(phrase);
    if ((dictionary->filter[hash / 8] >> hash % 8 & 1) == 0)
        return 0;
    for (uint32_t slot = hash % AURA_DICTIONARY_SLOTS;; slot = (slot + 1) % AURA_DICTIONARY_SLOTS) {
        const uint32_t unit = dictionary->units[slot];
        if (unit == 0 || bytes_of(unit) == phrase)
            return UNIT_BYTES[unit][0] == size ? unit : 0; /* a zero of the text may stand behind a shorter one */
    }
}

static uint32_t packed(uint32_t unit, uint32_t size)
{
    const uint32_t place = unit - 256, tier = aura_top_bit(place / UNIT_BUCKETS + 1);
    const uint32_t bucket = (place - UNIT_BUCKETS * ((1u << tier) - 1)) >> tier;
    return size << 9 | (256 + UNIT_BUCKETS * tier + bucket);
}

uint32_t aura_find_phrases(const aura_static_dictionary *dictionary, uint64_t bytes, uint16_t *phrases)
{
    uint32_t count = 0, sizes = 0;
    for (uint32_t size = 2; size <= UNIT_MAX_UNIT; size++) { /* without branches, which would often go wrong */
        const uint32_t hash = hash_of(first_bytes(bytes, size));
        sizes |= (dictionary->filter[hash / 8] >> hash % 8 & 1u) << (size - 1);
    }
    for (sizes &= dictionary->sizes[bytes & 0xFFFF]; sizes > 0; sizes &= sizes - 1) {
        const uint32_t size = 1 + aura_top_bit(sizes & (0 - sizes)), unit = aura_find_phrase(dictionary, bytes, size);
        if (unit != 0)
            phrases[count++] = (uint16_t)packed(unit, size);
    }
    return count;
}
