/* The contexts of a level of a trie, and the lengths of their lists: CHILD and COUNT (rules TRI-4 to TRI-8). */
#include "trie_reader.h"

/* Find the entries of the level above that may have a child, in order (rule TRI-6). */
static uint32_t find_parents(const aura_trie_reader *trie, uint32_t *places)
{
    const uint64_t *words = trie->model->words;
    const uint32_t first = trie->above.first;
    uint32_t count = 0;
    for (uint32_t place = first; place < trie->model->size; place++) {
        /* entries lead on like their suffix entries so far: to a context of this level if those have a child */
        const uint32_t has_list = trie->above.codes[place - first] < TRIE_IS_LIST;
        const uint32_t leads_on = aura_following_of(words[place]) >= first;
        const uint32_t is_byte = aura_symbol_of(words[place]) != CONTEXT_MODEL_END;
        places[count] = place;
        count += has_list & leads_on & is_byte; /* without a branch, which would often go wrong */
    }
    return count;
}

static void name_child_tables(aura_trie_reader *trie)
{
    const uint32_t level = aura_least(trie->level - 1, 11);
    for (uint32_t code = 0; code < 50 + CONTEXT_MODEL_CODES; code++)
        trie->child_tables[code] =
            (uint16_t)(TRIE_FIRST_CHILD + 12 * (code < 50 ? 2 * (code / 2) + 1 : 2 * (25 + (code - 50) / 8)) + level);
}

bool aura_trie_read_children(aura_trie_reader *trie)
{
    const uint64_t *words = trie->model->words;
    aura_trie_children *children = &trie->children;
    /* every entry has one child at most, and there is the context in which messages begin */
    const size_t room = (size_t)trie->model->size - trie->above.first + 1;
    uint32_t *suffixes = children->suffixes = aura_allocate(trie->allocator, room * sizeof(uint32_t));
    uint32_t *parents = children->parents = aura_allocate(trie->allocator, room * sizeof(uint32_t));
    if (suffixes == NULL || parents == NULL)
        return aura_trie_out_of_memory(trie);
    name_child_tables(trie);
    const uint8_t *codes = trie->above.codes;
    const uint32_t asked = find_parents(trie, parents), first = trie->above.first;
    uint32_t count = 0;
    bool is_beyond = false;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t at = 0; at < asked; at++) {
        const uint32_t place = parents[at];
        const uint32_t flag = aura_rans_read(&batch, trie->child_tables[codes[place - first]]);
        is_beyond |= flag > 1;
        suffixes[count] = aura_following_of(words[place]);
        parents[count] = place;
        count += flag != 0;
    }
    if (!aura_rans_end(&trie->reader, &batch, trie->error))
        return false;
    if (is_beyond)
        return aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a symbol is above 1");
    if (trie->level == 1) {
        suffixes[count] = 0;
        parents[count++] = 0;
    }
    children->count = count;
    return count > 0 || aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a level has no contexts");
}

bool aura_trie_read_counts(aura_trie_reader *trie)
{
    aura_context_model *model = trie->model;
    aura_trie_children *children = &trie->children;
    children->lengths = aura_allocate(trie->allocator, children->count * sizeof(uint16_t));
    if (children->lengths == NULL)
        return aura_trie_out_of_memory(trie);
    uint64_t entries = model->entries, size = model->size;
    bool is_longer = false;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t child = 0; child < children->count; child++) {
        const uint32_t longest = aura_length_of(model->words[children->suffixes[child]]);
        const uint32_t table = longest > 1 ? TRIE_FIRST_COUNT + trie->classes[longest] : TRIE_TABLES;
        const uint32_t length = 1 + aura_rans_read_if(&batch, table, longest > 1);
        is_longer |= length > longest;
        children->lengths[child] = (uint16_t)length;
        entries += length;
        size += aura_words_of(length);
    }
    if (!aura_rans_end(&trie->reader, &batch, trie->error))
        return false;
    if (is_longer)
        return aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a list is longer than its suffix's");
    if (entries > trie->limit)
        return aura_fail(trie->error, AURA_LIMIT_EXCEEDED, 0, "words", "the model has too many entries");
    uint64_t *words = trie->allocator->resize(trie->allocator->context, model->words, (size_t)size * sizeof(uint64_t));
    if (words == NULL)
        return aura_trie_out_of_memory(trie);
    uint32_t place = model->size;
    model->words = words;
    model->size = (uint32_t)size;
    model->entries = (uint32_t)entries;
    model->contexts += children->count;
    for (uint32_t child = 0; child < children->count; child++) {
        const uint32_t parent = children->parents[child];
        if (parent == 0)
            model->initial = place;
        else
            words[parent] = (words[parent] & ~((uint64_t)AURA_PLACE_MASK << AURA_PLACE_SHIFT)) |
                            (uint64_t)place << AURA_PLACE_SHIFT;
        place += aura_words_of(children->lengths[child]);
    }
    return true;
}
