/* A packed context model: what is not needed for every symbol. */
#include "context_model.h"

void aura_index_list(uint64_t *words, uint32_t context)
{
    const uint32_t size = aura_size_of(words[context]);
    uint8_t *index = (uint8_t *)(words + context + 1 + size);
    memset(index, 0, AURA_INDEX_WORDS * sizeof(uint64_t));
    for (uint32_t at = 1; at <= size; at++)
        index[aura_symbol_of(words[context + at])] = (uint8_t)(at < AURA_BEYOND ? at : AURA_BEYOND);
}

uint32_t aura_follow(const uint64_t *words, uint32_t context, uint32_t symbol)
{
    for (;;) { /* ends at the root, which has all symbols */
        const uint64_t word = words[context];
        if (!aura_is_many(word)) {
            if (aura_symbol_of(word) == symbol)
                return aura_following_of(word);
        } else {
            const uint32_t place = aura_find_in_list(words, context, symbol);
            if (place != 0)
                return aura_following_of(words[place]);
        }
        context = aura_suffix_of(word);
    }
}

void aura_context_model_free(aura_context_model *model, const aura_allocator *allocator)
{
    aura_release(allocator, model->words);
    aura_release(allocator, model->char_runs_memory);
    aura_release(allocator, model->prefix.text);
    aura_release(allocator, model->prefix.heads);
    aura_release(allocator, model->prefix.before);
    memset(model, 0, sizeof *model);
}
