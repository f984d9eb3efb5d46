/* The contexts of a level of a trie, and the lengths of their lists: CHILD and COUNT (rules TRI-4 to TRI-8). */
#include "trie_reader.h"

void *aura_trie_take(aura_trie_reader *trie, uint32_t room, size_t size)
{
    aura_trie_room *taken = &trie->rooms[room];
    if (taken->size < size) {
        aura_release(trie->allocator, taken->start);
        taken->size = size + size / 4;
        taken->start = aura_allocate(trie->allocator, taken->size);
        if (taken->start == NULL) {
            taken->size = 0;
            aura_trie_out_of_memory(trie);
        }
    }
    return taken->start;
}

bool aura_trie_make_batch(aura_trie_reader *trie, size_t size)
{
    trie->batch = aura_trie_take(trie, TRIE_BATCH, (size + 1) * sizeof *trie->batch);
    return trie->batch != NULL;
}

static void name_child_tables(aura_trie_reader *trie)
{
    const uint32_t level = aura_least(trie->level - 1, 11);
    memset(trie->child_tables, 0, sizeof trie->child_tables);
    for (uint32_t code = 0; code < 50 + CONTEXT_MODEL_CODES; code++)
        trie->child_tables[code] =
            (uint16_t)(TRIE_FIRST_CHILD + 12 * (code < 50 ? 2 * (code / 2) + 1 : 2 * (25 + (code - 50) / 8)) + level);
}

/* Find the entries of the level above that may have a child, in order (rule TRI-6), and the tables for their flags. */
static uint32_t find_parents(const aura_trie_reader *trie, uint32_t *places, uint16_t *tables)
{
    const uint64_t *words = trie->model->words;
    const uint32_t first = trie->above.first, end = trie->model->size;
    const uint8_t *codes = trie->above.codes;
    uint32_t count = 0;
    for (uint32_t place = first; place < end; place++) {
        /* entries lead on like their suffix entries so far: to a context of this level if those have a child */
        const uint32_t code = codes[place - first];
        const uint32_t leads_on = aura_following_of(words[place]) >= first;
        const uint32_t is_byte = aura_symbol_of(words[place]) != CONTEXT_MODEL_END;
        places[count] = place;
        tables[count] = trie->child_tables[code];
        count += (code < TRIE_IS_LIST) & leads_on & is_byte; /* without a branch, which would often go wrong */
    }
    return count;
}

bool aura_trie_read_children(aura_trie_reader *trie)
{
    const uint64_t *words = trie->model->words;
    aura_trie_children *children = &trie->children;
    /* every entry has one child at most, and there is the context in which messages begin */
    const size_t room = (size_t)trie->model->size - trie->above.first + 1;
    uint32_t *suffixes = children->suffixes = aura_trie_take(trie, TRIE_SUFFIXES, room * sizeof(uint32_t));
    uint32_t *parents = children->parents = aura_trie_take(trie, TRIE_PARENTS, room * sizeof(uint32_t));
    if (suffixes == NULL || parents == NULL || !aura_trie_make_batch(trie, room))
        return false;
    name_child_tables(trie);
    const uint32_t asked = find_parents(trie, parents, trie->batch);
    if (!aura_rans_read(&trie->reader, trie->batch, asked, trie->error))
        return false;
    uint32_t count = 0, largest = 0;
    for (uint32_t at = 0; at < asked; at++) {
        const uint32_t place = parents[at], flag = trie->batch[at];
        largest |= flag;
        suffixes[count] = aura_following_of(words[place]);
        parents[count] = place;
        count += flag != 0;
    }
    if (largest > 1)
        return aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a symbol is above 1");
    if (trie->level == 1) {
        suffixes[count] = 0;
        parents[count++] = 0;
    }
    children->count = count;
    return count > 0 || aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a level has no contexts");
}

/* Read the lengths of lists that may be longer than one. */
static bool read_lengths(aura_trie_reader *trie)
{
    const aura_trie_children *children = &trie->children;
    const uint64_t *words = trie->model->words;
    uint32_t *lengths = children->lengths, asked = 0;
    for (uint32_t child = 0; child < children->count; child++) {
        const uint32_t longest = aura_length_of(words[children->suffixes[child]]);
        if (child + TRIE_AHEAD < children->count)
            aura_prefetch(words, children->suffixes[child + TRIE_AHEAD]);
        lengths[child] = longest << 16;
        trie->batch[asked] = (uint16_t)(TRIE_FIRST_COUNT + trie->classes[longest]);
        asked += longest > 1;
    }
    if (!aura_rans_read(&trie->reader, trie->batch, asked, trie->error))
        return false;
    trie->batch[asked] = 0;
    bool is_longer = false;
    for (uint32_t child = 0, at = 0; child < children->count; child++) {
        const uint32_t longest = lengths[child] >> 16, is_asked = longest > 1;
        const uint32_t length = 1 + (trie->batch[at] & (0 - is_asked));
        is_longer |= length > longest;
        lengths[child] |= length;
        at += is_asked;
    }
    return !is_longer || aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a list is longer than its suffix's");
}

bool aura_trie_read_counts(aura_trie_reader *trie)
{
    aura_context_model *model = trie->model;
    aura_trie_children *children = &trie->children;
    children->lengths = aura_trie_take(trie, TRIE_LENGTHS, children->count * sizeof *children->lengths);
    if (children->lengths == NULL || !aura_trie_make_batch(trie, children->count))
        return false;
    if (!read_lengths(trie))
        return false;
    uint64_t entries = model->entries, size = model->size;
    for (uint32_t child = 0; child < children->count; child++) {
        const uint32_t length = children->lengths[child] & 0xFFFF;
        entries += length;
        size += trie->firsts[length] + length;
    }
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
        const uint32_t length = children->lengths[child] & 0xFFFF;
        place += trie->firsts[length] + length;
    }
    return true;
}
