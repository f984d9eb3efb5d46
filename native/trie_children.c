/* The contexts of a level of a trie, and the lengths of their lists: CHILD and COUNT (rules TRI-4 to TRI-8). */
#include "trie_reader.h"

void *aura_trie_take(aura_trie_reader *trie, uint32_t room, size_t size)
{
    aura_trie_room *taken = &trie->rooms[room];
    if (taken->size < size) {
        aura_release(trie->allocator, taken->start);
        taken->size = 2 * size; /* what is not used takes no memory on most systems */
        taken->start = aura_allocate(trie->allocator, taken->size);
        if (taken->start == NULL) {
            taken->size = 0;
            aura_trie_out_of_memory(trie);
        }
    }
    return taken->start;
}

bool aura_trie_keep_codes(aura_trie_reader *trie, uint32_t size)
{
    aura_context_model *model = trie->model;
    if (!model->keeps_codes)
        return true;
    uint8_t *codes = trie->allocator->resize(trie->allocator->context, model->codes, model->size);
    if (codes == NULL)
        return aura_trie_out_of_memory(trie);
    memset(codes + size, 0, model->size - size);
    model->codes = codes;
    return true;
}

bool aura_trie_begin_next(aura_trie_reader *trie, uint32_t most)
{
    const uint32_t column = TRIE_FIRST_CHILD + aura_least(trie->level, 11);
    for (uint32_t code = 0; code < 50 + CONTEXT_MODEL_CODES; code++)
        trie->child_tables[code] =
            (uint16_t)(column + 12 * (code < 50 ? 2 * (code / 2) + 1 : 2 * (25 + (code - 50) / 8)));
    /* every entry has one child at most, and there is the context in which messages begin */
    const size_t room = (size_t)most + 1;
    trie->next = (aura_trie_children){
        .parents = aura_trie_take(trie, TRIE_PARENTS, room * sizeof(uint32_t)),
        .tables = aura_trie_take(trie, TRIE_FLAGS, room * sizeof(uint16_t)),
    };
    return trie->next.parents != NULL && trie->next.tables != NULL;
}

bool aura_trie_read_children(aura_trie_reader *trie)
{
    aura_trie_children *children = &trie->children;
    *children = trie->next;
    uint32_t *parents = children->parents;
    const uint16_t *flags = children->tables;
    if (!aura_rans_read(&trie->reader, children->tables, children->count, trie->error))
        return false;
    uint32_t count = 0, largest = 0;
    for (uint32_t at = 0; at < children->count; at++) {
        const uint32_t flag = flags[at];
        largest |= flag;
        parents[count] = parents[at];
        count += flag & 1;
    }
    if (largest > 1)
        return aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a symbol is above 1");
    if (trie->level == 1)
        parents[count++] = 0;
    children->count = count;
    return count > 0 || aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a level has no contexts");
}

/* Find the suffixes, and name the tables for the lengths of lists that may be longer than one; gives how many. */
static uint32_t name_count_tables(const aura_trie_reader *trie)
{
    const uint32_t *parents = trie->children.parents, first = trie->above.first, count = trie->children.count;
    aura_trie_child *children = trie->children.list;
    uint16_t *tables = trie->children.tables;
    const uint64_t *words = trie->model->words + first;
    const uint16_t *notes = trie->above.notes;
    uint32_t asked = 0;
    for (uint32_t child = 0; child < count; child++) {
        /* until it is linked, an entry leads on like its suffix entry: to the suffix of its child */
        const uint32_t suffix = aura_following_of(words[parents[child]]);
        const uint32_t longest = notes[suffix - first] >> TRIE_LENGTH_SHIFT;
        children[child].suffix = suffix;
        children[child].lengths = longest << TRIE_LONGEST_SHIFT;
        tables[asked] = (uint16_t)(TRIE_FIRST_COUNT + trie->classes[longest]);
        asked += longest > 1;
    }
    return asked;
}

/* Give each context its length and its place, and link the entries above to it; false if a list is longer than its
 * suffix's. */
static bool place_lists(aura_trie_reader *trie)
{
    const uint32_t *parents = trie->children.parents, count = trie->children.count;
    const uint16_t *longer = trie->children.tables;
    aura_trie_child *children = trie->children.list;
    uint64_t *words = trie->model->words + trie->above.first, entries = 0;
    uint32_t place = trie->model->size; /* below 2^32 even where there are too many entries */
    bool is_longer = false;
    for (uint32_t child = 0; child < count; child++) {
        const uint32_t longest = aura_trie_longest(children[child].lengths), is_asked = longest > 1;
        const uint32_t length = 1 + (*longer & (0 - is_asked));
        longer += is_asked;
        is_longer |= length > longest;
        children[child].lengths |= length;
        entries += length;
        words[parents[child]] ^= (uint64_t)(children[child].suffix ^ place) << AURA_PLACE_SHIFT;
        place += trie->widths[length];
    }
    trie->children.end = place;
    trie->children.entries = entries;
    return !is_longer;
}

bool aura_trie_read_counts(aura_trie_reader *trie)
{
    aura_context_model *model = trie->model;
    aura_trie_children *children = &trie->children;
    children->list = aura_trie_take(trie, TRIE_CHILDREN, (children->count + TRIE_AHEAD) * sizeof *children->list);
    if (children->list == NULL)
        return false;
    memset(children->list + children->count, 0, TRIE_AHEAD * sizeof *children->list);
    const uint32_t asked = name_count_tables(trie);
    if (!aura_rans_read(&trie->reader, children->tables, asked, trie->error))
        return false;
    children->tables[asked] = 0;
    if (!place_lists(trie))
        return aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a list is longer than its suffix's");
    if (model->entries + children->entries > trie->limit)
        return aura_fail(trie->error, AURA_LIMIT_EXCEEDED, 0, "words", "the model has too many entries");
    const size_t room_for_words = children->end + aura_trie_symbol_words(children);
    uint64_t *words = trie->allocator->resize(trie->allocator->context, model->words, room_for_words * sizeof *words);
    if (words == NULL)
        return aura_trie_out_of_memory(trie);
    if (trie->level == 1) { /* the root's own word led to where messages begin: it has no suffix */
        model->initial = aura_following_of(words[0]);
        words[0] &= ~((uint64_t)AURA_PLACE_MASK << AURA_PLACE_SHIFT);
    }
    const uint32_t size = model->size;
    model->words = words;
    model->size = children->end;
    model->entries += (uint32_t)children->entries;
    model->contexts += children->count;
    return aura_trie_keep_codes(trie, size);
}
