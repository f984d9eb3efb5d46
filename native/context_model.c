/* A packed context model: what is not needed for every symbol. */
#include "context_model.h"

#define LOW_BITS 0x0101010101010101u
#define HIGH_BITS 0x8080808080808080u

/* The rest of the suffix's list, without the symbols of a list. The root has no suffix. */
static uint32_t rest_of(const uint64_t *words, uint32_t context)
{
    const uint32_t suffix = aura_suffix_of(words[context]), above = aura_first_of(words, suffix);
    const uint32_t first = aura_first_of(words, context), end = first + aura_size_of(words[context]);
    uint32_t rest = aura_total_of(words[suffix]);
    for (uint32_t place = first; context != 0 && place < end; place++)
        rest -= aura_frequency_at(words, above, above + aura_rank_of(words[place]));
    return rest;
}

void aura_index_list(uint64_t *words, uint32_t context)
{
    const uint32_t size = aura_size_of(words[context]), first = aura_first_of(words, context);
    uint64_t *symbols = words + context + 2;
    words[context + 1] = rest_of(words, context);
    if (size < AURA_WIDE) {
        for (uint32_t at = 0; at < size; at += 8) {
            const uint32_t here = size - at < 8 ? size - at : 8;
            uint64_t eight = 0;
            for (uint32_t place = 0; place < here; place++)
                eight |= (words[first + at + place] & 0xFF) << place * 8;
            symbols[at / 8] = eight;
        }
        return;
    }
    memset(symbols, 0, AURA_INDEX_WORDS * sizeof(uint64_t));
    for (uint32_t at = 0; at < size; at++)
        ((uint8_t *)symbols)[aura_symbol_of(words[first + at])] =
            (uint8_t)(at + 1 < AURA_BEYOND ? at + 1 : AURA_BEYOND);
}

uint32_t aura_find_in_long_list(const uint64_t *words, uint32_t context, uint32_t first, uint32_t symbol)
{
    const uint64_t *symbols = words + context + 2;
    const uint32_t size = aura_size_of(words[context]), end = first + size;
    if (size >= AURA_WIDE) {
        const uint32_t at = ((const uint8_t *)symbols)[symbol];
        return at == 0 ? 0 : at < AURA_BEYOND ? first + at - 1 : aura_find_among(words, first + at - 1, end, symbol);
    }
    for (uint32_t at = 0; at < size; at += 8) {
        const uint64_t different = symbols[at / 8] ^ LOW_BITS * (symbol & 0xFF);
        const uint64_t found = (different - LOW_BITS) & ~different & HIGH_BITS; /* the lowest bit is a byte that is 0 */
        if (found == 0)
            continue;
        const uint32_t place = first + at + (uint32_t)(((found & (0 - found)) >> 7) * 0x0001020304050607u >> 56);
        if (place < end && aura_symbol_of(words[place]) == symbol)
            return place;
        return aura_find_among(words, first, end, symbol); /* a byte of 0 says little */
    }
    return 0;
}

uint32_t aura_follow(const uint64_t *words, uint32_t context, uint32_t symbol)
{
    for (;;) { /* ends at the root, which has all symbols */
        const uint32_t place = aura_find_entry(words, context, symbol);
        if (place != 0)
            return aura_following_of(words[place]);
        context = aura_suffix_of(words[context]);
    }
}

void aura_context_model_free(aura_context_model *model, const aura_allocator *allocator)
{
    aura_release(allocator, model->words);
    aura_release(allocator, model->codes);
    aura_release(allocator, model->char_runs_memory);
    aura_release(allocator, model->prefix.text);
    aura_release(allocator, model->prefix.places);
    aura_release(allocator, model->prefix.ends);
    aura_release(allocator, model->prefix.counts);
    memset(model, 0, sizeof *model);
}
