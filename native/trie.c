/* The trie section, level by level (rules TRI-1 to TRI-9).
 *
 * Contexts are packed as they are read. What a level needs of the one above it is in the packed words, and in notes that
 * stand beside them. */
#include "trie.h"

#include "rans.h"
#include "trie_reader.h"
#include "trie_section.h"

/* Make room for the notes of the level, whose contexts stand from `first` on. */
static bool make_notes(aura_trie_reader *trie, uint32_t first)
{
    const size_t size = (trie->model->size - first) * sizeof(uint16_t);
    trie->own = (aura_trie_level){first, aura_trie_take(trie, TRIE_NOTES + trie->level % 2, size)};
    return trie->own.notes != NULL;
}

static bool read_root(aura_trie_reader *trie, const uint8_t *root_codes)
{
    aura_context_model *model = trie->model;
    model->size = aura_words_of(CONTEXT_MODEL_SYMBOLS);
    model->words = aura_allocate(trie->allocator, model->size * sizeof(uint64_t));
    if (model->words == NULL)
        return aura_trie_out_of_memory(trie);
    if (!aura_trie_keep_codes(trie, 0) || !make_notes(trie, 0) || !aura_trie_begin_next(trie, CONTEXT_MODEL_SYMBOLS))
        return false;
    aura_trie_write_root(trie, root_codes);
    model->entries = CONTEXT_MODEL_SYMBOLS;
    model->contexts = 1;
    model->ends[0] = model->size;
    return true;
}

static bool read_levels(aura_trie_reader *trie, const aura_trie_section *section)
{
    if (!read_root(trie, section->root_codes))
        return false;
    for (trie->level = 1; trie->level <= section->order; trie->level++) {
        const uint32_t first = trie->model->size;
        trie->above = trie->own;
        if (!aura_trie_read_children(trie) || !aura_trie_read_counts(trie) || !make_notes(trie, first) ||
            !aura_trie_read_lists(trie))
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
        for (uint32_t length = 0; length <= CONTEXT_MODEL_SYMBOLS; length++) {
            trie->widths[length] = (uint16_t)aura_words_of(length);
            trie->firsts[length] = (uint16_t)(trie->widths[length] - length);
        }
        aura_trie_name_ranks(trie);
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
