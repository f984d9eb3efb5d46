/* The trie section, level by level (rules TRI-1 to TRI-9).
 *
 * Contexts are packed as they are read. What a level needs of the one above it is in the packed words, but for codes:
 * these stand beside them, a byte a word, as far as tables are named by them. */
#include "trie.h"

#include "rans.h"
#include "trie_reader.h"
#include "trie_section.h"

/* Read the lists of the children, which are the level above from then on. */
static bool read_level(aura_trie_reader *trie)
{
    const uint32_t first = trie->model->size;
    if (!aura_trie_read_counts(trie))
        return false;
    uint8_t *codes = aura_trie_take(trie, TRIE_CODES + trie->level % 2, trie->model->size - first);
    if (codes == NULL)
        return false;
    memset(codes, TRIE_NO_ENTRY, trie->model->size - first);
    const bool is_read = aura_trie_read_lists(trie, first, codes);
    trie->above = (aura_trie_level){first, codes};
    return is_read;
}

/* Write the list of the root (rules TRI-1 and CTX-7). */
static bool read_root(aura_trie_reader *trie, const uint8_t root_codes[CONTEXT_MODEL_SYMBOLS])
{
    aura_context_model *model = trie->model;
    const uint32_t size = aura_words_of(CONTEXT_MODEL_SYMBOLS);
    model->words = aura_allocate(trie->allocator, size * sizeof(uint64_t));
    trie->above = (aura_trie_level){0, aura_trie_take(trie, TRIE_CODES, size)};
    if (model->words == NULL || trie->above.codes == NULL)
        return aura_trie_out_of_memory(trie);
    memset(trie->above.codes, TRIE_NO_ENTRY, size);
    model->words[0] = CONTEXT_MODEL_SYMBOLS;
    uint64_t *entries = model->words + aura_first_of(model->words, 0);
    for (uint64_t symbol = 0; symbol < CONTEXT_MODEL_SYMBOLS; symbol++)
        entries[symbol] =
            symbol | symbol << TRIE_RANK_SHIFT | (uint64_t)root_codes[symbol] << TRIE_LIST_CODE_SHIFT;
    aura_trie_sort(entries, CONTEXT_MODEL_SYMBOLS);
    aura_trie_pack_list(model->words, 0, 0, trie->above.codes);
    model->size = size;
    model->entries = CONTEXT_MODEL_SYMBOLS;
    model->contexts = 1;
    model->ends[0] = size;
    return true;
}

static bool read_levels(aura_trie_reader *trie, const aura_trie_section *section)
{
    if (!read_root(trie, section->root_codes))
        return false;
    for (trie->level = 1; trie->level <= section->order; trie->level++) {
        if (!aura_trie_read_children(trie) || !read_level(trie))
            return false;
        trie->model->ends[trie->level] = trie->model->size;
    }
    trie->model->order = section->order;
    /* so that an allocator may give back what it kept for a block that grows */
    const size_t size = trie->model->size * sizeof(uint64_t);
    uint64_t *words = trie->allocator->resize(trie->allocator->context, trie->model->words, size);
    if (words != NULL)
        trie->model->words = words;
    return aura_rans_close(&trie->reader, trie->error);
}

bool aura_trie_read(aura_context_model *model, const uint8_t *data, size_t size, const aura_allocator *allocator,
                    aura_error *error)
{
    aura_trie_section section;
    if (!aura_trie_read_section(&section, data, size, error))
        return false;
    /* the reader has a state for each lane, too much for some stacks */
    aura_trie_reader *trie = aura_allocate(allocator, sizeof *trie);
    uint8_t *decoded = aura_allocate(allocator, section.tables_length);
    aura_rans_tables tables = {0};
    bool is_read = false;
    if (trie == NULL || decoded == NULL) {
        aura_fail(error, AURA_NO_MEMORY, 0, "payload", "there is no memory for the tables");
    } else {
        memset(trie, 0, sizeof *trie);
        trie->model = model;
        trie->limit = aura_trie_entry_limit(size);
        trie->allocator = allocator;
        trie->error = error;
        aura_trie_classify(trie->classes);
        for (uint32_t length = 0; length <= CONTEXT_MODEL_SYMBOLS; length++)
            trie->firsts[length] = (uint16_t)(aura_words_of(length) - length);
        is_read =
            aura_rans_decode(section.payload, section.payload_length, section.frequencies, decoded,
                             section.tables_length, error) &&
            aura_trie_check_tables(decoded, section.tables_length, error) &&
            aura_rans_lay_out(&tables, decoded, section.tables_length, TRIE_TABLES, allocator, error) &&
            aura_rans_open(&trie->reader, &tables, section.words, section.words_size, section.lanes, error) &&
            read_levels(trie, &section);
        for (uint32_t room = 0; room < TRIE_ROOMS; room++)
            aura_release(allocator, trie->rooms[room].start);
    }
    aura_rans_free(&tables, allocator);
    aura_release(allocator, decoded);
    aura_release(allocator, trie);
    return is_read;
}
