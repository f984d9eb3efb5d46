/* The trie section, level by level (rules TRI-1 to TRI-9).
 *
 * Contexts are packed as they are read. What a level needs of the one above it is in the packed words, but for codes:
 * these stand beside them, a byte a word, as far as tables are named by them.
 *
 * From RANK on all that is needed of the suffix entry stands in the word of the entry, so that only COUNT and RANK go
 * through the level above out of order. Until a list is done, its words have the symbol and the following context where
 * they stay, and above them
 *
 *     7 the code above of the suffix entry; then in a list of one entry 24 suffix,
 *                                           in a longer one 9 rank in the suffix's list, and code;
 *
 * the word of a longer list itself has the suffix where it stays, and above it the code of the suffix's escape. */
#include "trie.h"

#include "interleaved_rans.h"
#include "rans.h"
#include "trie_section.h"

/* A level of the trie, while the one below it is read. */
typedef struct {
    uint32_t first;    /* the place of its first context */
    uint32_t contexts; /* how many */
    uint8_t *codes;    /* by word: min(code, 49) of an entry, 50 + code of the escape where it is alone, and for words
                          of longer lists themselves the code of the escape */
} trie_level;

/* Contexts of the next level, while their lists are not known. */
typedef struct {
    uint32_t count;
    uint32_t *suffixes; /* places */
    uint32_t *parents;  /* places of the entries that lead to them; 0 for the context in which messages begin */
    uint16_t *lengths;  /* of their lists */
} trie_children;

typedef struct {
    aura_context_model *model;
    aura_rans_reader reader;
    trie_level above;
    trie_children children;
    uint32_t level; /* of the children */
    uint32_t limit; /* of entries */
    const aura_allocator *allocator;
    aura_error *error;
    uint8_t classes[CONTEXT_MODEL_SYMBOLS + 1]; /* by the length of a list, its class */
} trie_reader;

static uint32_t least(uint32_t one, uint32_t other)
{
    return one < other ? one : other;
}

#define CODE_ABOVE_SHIFT 33
#define RANK_SHIFT 40
#define LIST_CODE_SHIFT 49
#define KEPT_MASK (((uint64_t)1 << CODE_ABOVE_SHIFT) - 1)

static uint32_t code_above_of(uint64_t word)
{
    return (uint32_t)(word >> CODE_ABOVE_SHIFT) & 0x7F;
}

static bool out_of_memory(trie_reader *trie)
{
    return aura_fail(trie->error, AURA_NO_MEMORY, 0, "words", "there is no memory for the model");
}

/* Read CHILD for the level above, and gather its children (rules TRI-4 to TRI-6). */
static bool read_children(trie_reader *trie)
{
    const uint64_t *words = trie->model->words;
    const uint32_t end = trie->model->size, above = trie->level - 1;
    trie_children *children = &trie->children;
    /* every entry has one child at most, and there is the context in which messages begin */
    const size_t room = (size_t)end - trie->above.first + 1;
    children->count = 0;
    children->suffixes = aura_allocate(trie->allocator, room * sizeof(uint32_t));
    children->parents = aura_allocate(trie->allocator, room * sizeof(uint32_t));
    if (children->suffixes == NULL || children->parents == NULL)
        return out_of_memory(trie);
    bool is_beyond = false;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t context = trie->above.first; context < end;) {
        const bool is_many = aura_is_many(words[context]);
        const uint32_t length = aura_length_of(words[context]);
        for (uint32_t place = context + is_many, left = length; left > 0; place++, left--) {
            /* entries lead on like their suffix entries so far: to a context of this level if those have a child */
            const uint32_t following = aura_following_of(words[place]);
            if (aura_symbol_of(words[place]) == CONTEXT_MODEL_END || (above > 0 && following < trie->above.first))
                continue;
            const uint32_t code = trie->above.codes[place - trie->above.first];
            const uint32_t up = is_many ? code / 2 : 25 + (code - 50) / 8;
            const uint32_t flag =
                aura_rans_read(&batch, TRIE_FIRST_CHILD + 12 * (2 * up + is_many) + least(above, 11));
            is_beyond = is_beyond || flag > 1;
            if (flag > 0) {
                children->suffixes[children->count] = following;
                children->parents[children->count++] = place;
            }
        }
        context += aura_words_of(length);
    }
    if (!aura_rans_end(&trie->reader, &batch, trie->error))
        return false;
    if (is_beyond)
        return aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a symbol is above 1");
    if (trie->level == 1) {
        children->suffixes[children->count] = 0;
        children->parents[children->count++] = 0;
    }
    return children->count > 0 || aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a level has no contexts");
}

/* Read COUNT, make room for the level, and link the entries above to it. */
static bool read_counts(trie_reader *trie)
{
    aura_context_model *model = trie->model;
    trie_children *children = &trie->children;
    children->lengths = aura_allocate(trie->allocator, children->count * sizeof(uint16_t));
    if (children->lengths == NULL)
        return out_of_memory(trie);
    uint64_t entries = model->entries, size = model->size;
    bool is_longer = false;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t child = 0; child < children->count; child++) {
        const uint32_t longest = aura_length_of(model->words[children->suffixes[child]]);
        uint32_t length = 1;
        if (longest > 1)
            length += aura_rans_read(&batch, TRIE_FIRST_COUNT + trie->classes[longest]);
        is_longer = is_longer || length > longest;
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
        return out_of_memory(trie);
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

/* Read RANK for the list of a child, and write what is known of it so far; false if a rank is beyond the suffix's. */
static bool read_list(const trie_reader *trie, aura_rans_batch *batch, uint32_t child, uint32_t context)
{
    uint64_t *words = trie->model->words;
    const uint8_t *codes_above = trie->above.codes - trie->above.first;
    const uint32_t suffix = trie->children.suffixes[child], length = trie->children.lengths[child];
    const uint64_t head = words[suffix];
    const uint32_t longest = aura_length_of(head), begin = suffix + aura_is_many(head);
    const uint64_t longer = longest > length ? suffix : aura_suffix_of(head); /* the first suffix with a longer list */
    const uint32_t table = TRIE_FIRST_RANK + 20 * trie->classes[longest];
    if (length > 1)
        words[context] = longer << AURA_PLACE_SHIFT |
                         (uint64_t)(trie->level == 1 ? 64 : codes_above[suffix]) << CODE_ABOVE_SHIFT;
    uint32_t rank = 0;
    for (uint32_t at = 0; at < length; at++, rank++) {
        if (length < longest)
            rank += aura_rans_read(batch, table + 2 * trie->classes[length - at] + (at == 0));
        const uint32_t entry = begin + (rank < longest ? rank : 0);
        words[context + (length > 1) + at] =
            (words[entry] & KEPT_MASK) | (uint64_t)codes_above[entry] << CODE_ABOVE_SHIFT |
            (length > 1 ? (uint64_t)rank : longer) << RANK_SHIFT;
    }
    return rank <= longest;
}

/* Read RANK. */
static bool read_ranks(trie_reader *trie, uint32_t first)
{
    bool is_kept = true;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t child = 0, context = first; child < trie->children.count; child++) {
        is_kept = read_list(trie, &batch, child, context) && is_kept;
        context += aura_words_of(trie->children.lengths[child]);
    }
    if (!aura_rans_end(&trie->reader, &batch, trie->error))
        return false;
    return is_kept || aura_fail(trie->error, AURA_MALFORMED, 0, "words", "an entry is beyond the suffix's list");
}

/* Sort the words of a list, which are different numbers. Most lists are short. */
static void sort(uint64_t *words, uint32_t count)
{
    for (uint32_t place = 1; place < count; place++) {
        const uint64_t word = words[place];
        uint32_t at = place;
        for (; at > 0 && words[at - 1] > word; at--)
            words[at] = words[at - 1];
        words[at] = word;
    }
}

/* End a batch of codes. */
static bool end_codes(trie_reader *trie, const aura_rans_batch *batch, bool is_beyond)
{
    if (!aura_rans_end(&trie->reader, batch, trie->error))
        return false;
    return !is_beyond || aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a symbol is above 63");
}

/* Read CODE: the words of entries of longer lists receive their codes, and the order of rule CTX-7. */
static bool read_codes(trie_reader *trie, uint32_t first)
{
    uint64_t *words = trie->model->words;
    bool is_beyond = false;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t child = 0, context = first; child < trie->children.count; child++) {
        const uint32_t length = trie->children.lengths[child];
        if (length > 1) {
            const uint32_t column = TRIE_FIRST_CODE + least(trie->classes[length], 7);
            for (uint32_t place = context + 1; place <= context + length; place++) {
                const uint32_t code = aura_rans_read(&batch, column + 8 * code_above_of(words[place]));
                is_beyond = is_beyond || code >= CONTEXT_MODEL_CODES;
                words[place] |= (uint64_t)code << LIST_CODE_SHIFT;
            }
            sort(words + context + 1, length);
        }
        context += aura_words_of(length);
    }
    return end_codes(trie, &batch, is_beyond);
}

/* Read ONE: lists of one entry are done. */
static bool read_ones(trie_reader *trie, uint32_t first, uint8_t *codes)
{
    uint64_t *words = trie->model->words;
    const uint32_t column = TRIE_FIRST_ONE + least(trie->level, 10);
    bool is_beyond = false;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t child = 0, context = first; child < trie->children.count; child++) {
        const uint32_t length = trie->children.lengths[child];
        if (length == 1) {
            const uint64_t word = words[context];
            const uint32_t code = aura_rans_read(&batch, column + 11 * code_above_of(word));
            is_beyond = is_beyond || code >= CONTEXT_MODEL_CODES;
            codes[context - first] = (uint8_t)(50 + code);
            words[context] = (word & KEPT_MASK) | (uint64_t)(code % CONTEXT_MODEL_CODES) << AURA_CODE_SHIFT |
                             word >> RANK_SHIFT << AURA_SUFFIX_SHIFT;
        }
        context += aura_words_of(length);
    }
    return end_codes(trie, &batch, is_beyond);
}

/* End a list of more than one entry, whose words stand in their order; the code of its escape is known, or the
 * frequency 0 at the root. Its codes go to `codes`, from the second on. */
static void pack_list(uint64_t *words, uint32_t context, uint32_t length, uint32_t escape, uint8_t *codes)
{
    uint32_t upper = 0;
    for (uint32_t at = 1; at <= length; at++) {
        const uint64_t word = words[context + at];
        const uint32_t code = (uint32_t)(word >> LIST_CODE_SHIFT);
        codes[at] = (uint8_t)least(code, 49);
        upper += CONTEXT_MODEL_FREQUENCIES[code];
        words[context + at] = (word & KEPT_MASK) | (uint64_t)upper << AURA_UPPER_SHIFT;
    }
    words[context] = AURA_MANY | (words[context] & KEPT_MASK) | length | (uint64_t)(upper + escape) << AURA_UPPER_SHIFT;
    if (length >= AURA_WIDE)
        aura_index_list(words, context);
}

/* Read MANY: longer lists are done. */
static bool read_many(trie_reader *trie, uint32_t first, uint8_t *codes)
{
    uint64_t *words = trie->model->words;
    bool is_beyond = false;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t child = 0, context = first; child < trie->children.count; child++) {
        const uint32_t length = trie->children.lengths[child];
        if (length > 1) {
            const uint32_t table = TRIE_FIRST_MANY + least(trie->classes[length], 7);
            const uint32_t code = aura_rans_read(&batch, table + 8 * code_above_of(words[context]));
            is_beyond = is_beyond || code >= CONTEXT_MODEL_CODES;
            codes[context - first] = (uint8_t)code;
            pack_list(words, context, length, CONTEXT_MODEL_FREQUENCIES[code % CONTEXT_MODEL_CODES],
                      codes + (context - first));
        }
        context += aura_words_of(length);
    }
    return end_codes(trie, &batch, is_beyond);
}

/* Read the lists of the children, which are the level above from then on. */
static bool read_level(trie_reader *trie)
{
    const uint32_t first = trie->model->size;
    if (!read_counts(trie) || !read_ranks(trie, first) || !read_codes(trie, first))
        return false;
    uint8_t *codes = aura_allocate(trie->allocator, trie->model->size - first);
    if (codes == NULL)
        return out_of_memory(trie);
    const bool is_read = read_ones(trie, first, codes) && read_many(trie, first, codes);
    aura_release(trie->allocator, trie->above.codes);
    trie->above = (trie_level){first, trie->children.count, codes};
    return is_read;
}

static void release_children(trie_reader *trie)
{
    aura_release(trie->allocator, trie->children.suffixes);
    aura_release(trie->allocator, trie->children.parents);
    aura_release(trie->allocator, trie->children.lengths);
    trie->children = (trie_children){0};
}

/* Write the list of the root (rules TRI-1 and CTX-7). */
static bool read_root(trie_reader *trie, const uint8_t root_codes[CONTEXT_MODEL_SYMBOLS])
{
    aura_context_model *model = trie->model;
    const uint32_t size = aura_words_of(CONTEXT_MODEL_SYMBOLS);
    model->words = aura_allocate(trie->allocator, size * sizeof(uint64_t));
    trie->above.codes = aura_allocate(trie->allocator, size);
    if (model->words == NULL || trie->above.codes == NULL)
        return out_of_memory(trie);
    model->words[0] = 0;
    for (uint64_t symbol = 0; symbol < CONTEXT_MODEL_SYMBOLS; symbol++)
        model->words[1 + symbol] = symbol | symbol << RANK_SHIFT | (uint64_t)root_codes[symbol] << LIST_CODE_SHIFT;
    sort(model->words + 1, CONTEXT_MODEL_SYMBOLS);
    pack_list(model->words, 0, CONTEXT_MODEL_SYMBOLS, 0, trie->above.codes);
    model->size = size;
    model->entries = CONTEXT_MODEL_SYMBOLS;
    model->contexts = 1;
    model->ends[0] = size;
    trie->above.contexts = 1;
    return true;
}

static bool read_levels(trie_reader *trie, const aura_trie_section *section)
{
    if (!read_root(trie, section->root_codes))
        return false;
    for (trie->level = 1; trie->level <= section->order; trie->level++) {
        const bool is_read = read_children(trie) && read_level(trie);
        release_children(trie);
        if (!is_read)
            return false;
        trie->model->ends[trie->level] = trie->model->size;
    }
    trie->model->order = section->order;
    return aura_rans_close(&trie->reader, trie->error);
}

bool aura_trie_read(aura_context_model *model, const uint8_t *data, size_t size, const aura_allocator *allocator,
                    aura_error *error)
{
    aura_trie_section section;
    if (!aura_trie_read_section(&section, data, size, error))
        return false;
    /* the reader has a state for each lane, too much for some stacks */
    trie_reader *trie = aura_allocate(allocator, sizeof *trie);
    uint8_t *decoded = aura_allocate(allocator, section.tables_length);
    aura_rans_tables tables = {0};
    bool is_read = false;
    if (trie == NULL || decoded == NULL) {
        aura_fail(error, AURA_NO_MEMORY, 0, "payload", "there is no memory for the tables");
    } else {
        trie->model = model;
        trie->above = (trie_level){0};
        trie->children = (trie_children){0};
        trie->limit = aura_trie_entry_limit(size);
        trie->allocator = allocator;
        trie->error = error;
        aura_trie_classify(trie->classes);
        is_read =
            aura_rans_decode(section.payload, section.payload_length, section.frequencies, decoded,
                             section.tables_length, error) &&
            aura_trie_check_tables(decoded, section.tables_length, error) &&
            aura_rans_lay_out(&tables, decoded, section.tables_length, TRIE_TABLES, allocator, error) &&
            aura_rans_open(&trie->reader, &tables, section.words, section.words_size, section.lanes, error) &&
            read_levels(trie, &section);
        aura_release(allocator, trie->above.codes);
    }
    aura_rans_free(&tables, allocator);
    aura_release(allocator, decoded);
    aura_release(allocator, trie);
    return is_read;
}
