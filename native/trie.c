/* The trie section, level by level (rules TRI-1 to TRI-9).
 *
 * Contexts are packed as they are read. While a level is read, its words hold what is known of entries so far: the
 * place of the suffix entry, below the code. What a level needs of the one above it is in the packed words, but for
 * codes: these stand beside them, a byte a word, as far as tables are named by them. */
#include "trie.h"

#include "interleaved_rans.h"
#include "rans.h"

/* A level of the trie, while the one below it is read. */
typedef struct {
    uint32_t first;    /* the place of its first context */
    uint32_t contexts; /* how many */
    uint8_t *codes;    /* by word: min(code, 49) of an entry, 50 + code of the escape where it is alone, and for heads
                          of longer lists the code of the escape */
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

/* Fill in the classes of lengths (rule TRI-3). */
static void classify(uint8_t classes[CONTEXT_MODEL_SYMBOLS + 1])
{
    uint8_t class = 0;
    for (uint32_t length = 0; length <= CONTEXT_MODEL_SYMBOLS; length++) {
        while (class < sizeof TRIE_SIZE_BOUNDS && length >= TRIE_SIZE_BOUNDS[class])
            class++;
        classes[length] = class;
    }
}

static uint32_t least(uint32_t one, uint32_t other)
{
    return one < other ? one : other;
}

/* The first table of each family (rule TRI-2). */
#define FIRST_COUNT 0u
#define FIRST_RANK (FIRST_COUNT + 10)
#define FIRST_CODE (FIRST_RANK + 200)
#define FIRST_ONE (FIRST_CODE + 488)
#define FIRST_MANY (FIRST_ONE + 1254)
#define FIRST_CHILD (FIRST_MANY + 520)
#define ALL_TABLES (FIRST_CHILD + 792)

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
    aura_rans_begin(&trie->reader);
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
                aura_rans_read(&trie->reader, FIRST_CHILD + 12 * (2 * up + is_many) + least(above, 11));
            is_beyond = is_beyond || flag > 1;
            if (flag > 0) {
                children->suffixes[children->count] = following;
                children->parents[children->count++] = place;
            }
        }
        context += aura_words_of(length);
    }
    if (is_beyond)
        return aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a symbol is above 1");
    if (trie->level == 1) {
        children->suffixes[children->count] = 0;
        children->parents[children->count++] = 0;
    }
    if (trie->error->code == AURA_OK && children->count == 0)
        aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a level has no contexts");
    return trie->error->code == AURA_OK;
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
    aura_rans_begin(&trie->reader);
    for (uint32_t child = 0; child < children->count; child++) {
        const uint32_t longest = aura_length_of(model->words[children->suffixes[child]]);
        uint32_t length = 1;
        if (longest > 1)
            length += aura_rans_read(&trie->reader, FIRST_COUNT + trie->classes[longest]);
        is_longer = is_longer || length > longest;
        children->lengths[child] = (uint16_t)length;
        entries += length;
        size += aura_words_of(length);
    }
    if (is_longer)
        aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a list is longer than its suffix's");
    if (entries > trie->limit)
        aura_fail(trie->error, AURA_LIMIT_EXCEEDED, 0, "words", "the model has too many entries");
    if (trie->error->code != AURA_OK)
        return false;
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

/* Read RANK: the words of entries receive the places of their suffix entries. */
static bool read_ranks(trie_reader *trie, uint32_t first)
{
    uint64_t *words = trie->model->words;
    const trie_children *children = &trie->children;
    bool is_beyond = false;
    aura_rans_begin(&trie->reader);
    for (uint32_t child = 0, context = first; child < children->count; child++) {
        const uint32_t suffix = children->suffixes[child], length = children->lengths[child];
        const bool is_many = aura_is_many(words[suffix]);
        const uint32_t longest = aura_length_of(words[suffix]), before = FIRST_RANK + 20 * trie->classes[longest];
        uint32_t rank = 0;
        for (uint32_t at = 0; at < length; at++, rank++) {
            if (length < longest)
                rank += aura_rans_read(&trie->reader, before + 2 * trie->classes[length - at] + (at == 0));
            words[context + (length > 1) + at] = suffix + is_many + rank;
        }
        is_beyond = is_beyond || rank > longest;
        context += aura_words_of(length);
    }
    if (is_beyond)
        aura_fail(trie->error, AURA_MALFORMED, 0, "words", "an entry is beyond the suffix's list");
    return trie->error->code == AURA_OK;
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

static bool is_no_code(trie_reader *trie)
{
    return aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a symbol is above 63");
}

/* Read CODE: the words of entries of longer lists receive their codes, and the order of rule CTX-7. */
static bool read_codes(trie_reader *trie, uint32_t first)
{
    uint64_t *words = trie->model->words;
    const uint8_t *codes_above = trie->above.codes;
    bool is_beyond = false;
    aura_rans_begin(&trie->reader);
    for (uint32_t child = 0, context = first; child < trie->children.count; child++) {
        const uint32_t length = trie->children.lengths[child];
        if (length > 1) {
            const uint32_t column = FIRST_CODE + least(trie->classes[length], 7);
            for (uint32_t place = context + 1; place <= context + length; place++) {
                const uint32_t up = codes_above[words[place] - trie->above.first];
                const uint32_t code = aura_rans_read(&trie->reader, column + 8 * up);
                is_beyond = is_beyond || code >= CONTEXT_MODEL_CODES;
                words[place] |= (uint64_t)code << 32;
            }
            sort(words + context + 1, length);
        }
        context += aura_words_of(length);
    }
    if (is_beyond)
        is_no_code(trie);
    return trie->error->code == AURA_OK;
}

/* The first suffix with a longer list than `length`, the first of them given. */
static uint32_t longer_suffix(const uint64_t *words, uint32_t suffix, uint32_t length)
{
    return aura_length_of(words[suffix]) > length ? suffix : aura_suffix_of(words[suffix]);
}

/* Read ONE: lists of one entry are done. */
static bool read_ones(trie_reader *trie, uint32_t first, uint8_t *codes)
{
    uint64_t *words = trie->model->words;
    const uint32_t column = FIRST_ONE + least(trie->level, 10);
    bool is_beyond = false;
    aura_rans_begin(&trie->reader);
    for (uint32_t child = 0, context = first; child < trie->children.count; child++) {
        const uint32_t length = trie->children.lengths[child];
        if (length == 1) {
            const uint64_t entry = words[context], up = trie->above.codes[entry - trie->above.first];
            const uint32_t code = aura_rans_read(&trie->reader, column + 11 * (uint32_t)up);
            is_beyond = is_beyond || code >= CONTEXT_MODEL_CODES;
            codes[context - first] = (uint8_t)(50 + code);
            const uint64_t suffix = longer_suffix(words, trie->children.suffixes[child], 1);
            words[context] = aura_symbol_of(words[entry]) |
                             (uint64_t)aura_following_of(words[entry]) << AURA_PLACE_SHIFT |
                             (uint64_t)(code % CONTEXT_MODEL_CODES) << AURA_CODE_SHIFT | suffix << AURA_SUFFIX_SHIFT;
        }
        context += aura_words_of(length);
    }
    if (is_beyond)
        is_no_code(trie);
    return trie->error->code == AURA_OK;
}

/* Write a list of more than one entry, whose words hold code and suffix entry; `escape` is 0 at the root. */
static void pack_list(uint64_t *words, uint32_t context, uint32_t length, uint32_t suffix, uint32_t escape,
                      uint8_t *codes)
{
    uint32_t upper = 0;
    for (uint32_t at = 1; at <= length; at++) {
        const uint64_t entry = words[(uint32_t)words[context + at]];
        const uint32_t code = (uint32_t)(words[context + at] >> 32);
        codes[at] = (uint8_t)least(code, 49);
        upper += CONTEXT_MODEL_FREQUENCIES[code];
        words[context + at] = aura_symbol_of(entry) | (uint64_t)aura_following_of(entry) << AURA_PLACE_SHIFT |
                              (uint64_t)upper << AURA_UPPER_SHIFT;
    }
    words[context] = AURA_MANY | length | (uint64_t)suffix << AURA_PLACE_SHIFT |
                     (uint64_t)(upper + escape) << AURA_UPPER_SHIFT;
    if (length >= AURA_WIDE)
        aura_index_list(words, context);
}

/* Read MANY: longer lists are done. */
static bool read_many(trie_reader *trie, uint32_t first, uint8_t *codes)
{
    uint64_t *words = trie->model->words;
    bool is_beyond = false;
    aura_rans_begin(&trie->reader);
    for (uint32_t child = 0, context = first; child < trie->children.count; child++) {
        const uint32_t length = trie->children.lengths[child], suffix = trie->children.suffixes[child];
        if (length > 1) {
            const uint32_t up = trie->level == 1 ? 64 : trie->above.codes[suffix - trie->above.first];
            const uint32_t code =
                aura_rans_read(&trie->reader, FIRST_MANY + 8 * up + least(trie->classes[length], 7));
            is_beyond = is_beyond || code >= CONTEXT_MODEL_CODES;
            codes[context - first] = (uint8_t)code;
            pack_list(words, context, length, longer_suffix(words, suffix, length),
                      CONTEXT_MODEL_FREQUENCIES[code % CONTEXT_MODEL_CODES], codes + (context - first));
        }
        context += aura_words_of(length);
    }
    if (is_beyond)
        is_no_code(trie);
    return trie->error->code == AURA_OK;
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

/* Check the decoded tables (rule TRI-2). */
static bool check_tables(const uint8_t *data, size_t size, aura_error *error)
{
    size_t position = 0;
    for (uint32_t table = 0; table < ALL_TABLES; table++) {
        if (size - position < 2)
            return aura_fail(error, AURA_TRUNCATED, 0, "payload", "the tables end inside a table");
        const uint32_t symbols = (uint32_t)data[position] << 8 | data[position + 1];
        position += 2;
        if (size - position < symbols)
            return aura_fail(error, AURA_TRUNCATED, 0, "payload", "the tables end inside a table");
        uint32_t largest = 0;
        for (uint32_t symbol = 0; symbol < symbols; symbol++)
            if (data[position + symbol] > largest)
                largest = data[position + symbol];
        if (symbols > CONTEXT_MODEL_SYMBOLS || (symbols > 0 && largest == 0) || largest > CONTEXT_MODEL_CODES)
            return aura_fail(error, AURA_MALFORMED, 0, "payload",
                             "a table has too many symbols, or none that occurs, or a code above 64");
        position += symbols;
    }
    return position == size || aura_fail(error, AURA_MALFORMED, 0, "payload", "bytes follow the last table");
}

static uint32_t number_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The fixed part of the section (rule TRI-1). */
typedef struct {
    uint32_t order;
    const uint8_t *root_codes;
    uint32_t lanes;
    uint32_t tables_length;
    const uint8_t *payload;
    uint32_t payload_length;
    const uint8_t *words;
    size_t words_size;
    uint16_t frequencies[RANS_SYMBOLS];
} trie_section;

/* Read the fixed part of the section, each field judged when it has been read. */
static bool read_section(trie_section *section, const uint8_t *data, size_t size, aura_error *error)
{
    static const char MISSING[] = "the message ends inside a field";
    const size_t codes = 1, lanes = codes + CONTEXT_MODEL_SYMBOLS, tables = lanes + 1, length = tables + 4,
                 frequencies = length + 4, payload = frequencies + 2 * RANS_SYMBOLS;
    if (size < codes)
        return aura_fail(error, AURA_TRUNCATED, size, "order", MISSING);
    section->order = data[0];
    if (section->order < 1 || section->order > CONTEXT_MODEL_MAX_ORDER)
        return aura_fail(error, AURA_MALFORMED, 0, "order", "the order is not in 1..32");
    if (size < lanes)
        return aura_fail(error, AURA_TRUNCATED, size, "root_codes", MISSING);
    section->root_codes = data + codes;
    for (uint32_t symbol = 0; symbol < CONTEXT_MODEL_SYMBOLS; symbol++)
        if (section->root_codes[symbol] >= CONTEXT_MODEL_CODES)
            return aura_fail(error, AURA_MALFORMED, codes, "root_codes", "a code of the root is above 63");
    if (size < tables)
        return aura_fail(error, AURA_TRUNCATED, size, "lanes_exponent", MISSING);
    if (data[lanes] > INTERLEAVED_RANS_MAX_LANES_EXPONENT)
        return aura_fail(error, AURA_MALFORMED, lanes, "lanes_exponent", "there are too many lanes");
    section->lanes = (uint32_t)1 << data[lanes];
    if (size < length)
        return aura_fail(error, AURA_TRUNCATED, size, "tables_length", MISSING);
    section->tables_length = number_at(data + tables);
    if (section->tables_length > TRIE_MAX_TABLE_BYTES)
        return aura_fail(error, AURA_MALFORMED, tables, "tables_length", "the tables are too long");
    if (size < frequencies)
        return aura_fail(error, AURA_TRUNCATED, size, "payload_length", MISSING);
    section->payload_length = number_at(data + length);
    if (size < payload)
        return aura_fail(error, AURA_TRUNCATED, size, "frequencies", MISSING);
    uint32_t sum = 0;
    bool is_positive = true;
    for (uint32_t symbol = 0; symbol < RANS_SYMBOLS; symbol++) {
        const uint8_t *number = data + frequencies + 2 * symbol;
        section->frequencies[symbol] = (uint16_t)(number[0] << 8 | number[1]);
        sum += section->frequencies[symbol];
        is_positive = is_positive && section->frequencies[symbol] > 0;
    }
    if (!is_positive || sum != RANS_TOTAL)
        return aura_fail(error, AURA_MALFORMED, frequencies, "frequencies",
                         "the frequencies are not all positive with sum 4096");
    if (size - payload < section->payload_length)
        return aura_fail(error, AURA_TRUNCATED, size, "payload", MISSING);
    section->payload = data + payload;
    section->words = section->payload + section->payload_length;
    section->words_size = size - payload - section->payload_length;
    if (section->words_size % 2 != 0)
        return aura_fail(error, AURA_MALFORMED, size - section->words_size, "words", "the words end inside a word");
    return true;
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
    for (uint32_t symbol = 0; symbol < CONTEXT_MODEL_SYMBOLS; symbol++)
        model->words[1 + symbol] = (uint64_t)root_codes[symbol] << 32 | symbol;
    sort(model->words + 1, CONTEXT_MODEL_SYMBOLS);
    uint32_t upper = 0;
    for (uint32_t at = 1; at <= CONTEXT_MODEL_SYMBOLS; at++) {
        const uint32_t symbol = (uint32_t)model->words[at], code = (uint32_t)(model->words[at] >> 32);
        trie->above.codes[at] = (uint8_t)least(code, 49);
        upper += CONTEXT_MODEL_FREQUENCIES[code];
        model->words[at] = symbol | (uint64_t)upper << AURA_UPPER_SHIFT;
    }
    model->words[0] = AURA_MANY | CONTEXT_MODEL_SYMBOLS | (uint64_t)upper << AURA_UPPER_SHIFT;
    aura_index_list(model->words, 0);
    model->size = size;
    model->entries = CONTEXT_MODEL_SYMBOLS;
    model->contexts = 1;
    model->ends[0] = size;
    trie->above.contexts = 1;
    return true;
}

/* The most entries that a section of this size may hold (rule TRI-8). */
static uint32_t entry_limit(size_t size)
{
    const uint64_t limit = (1 << 16) + 32 * (uint64_t)size;
    return limit < TRIE_MAX_ENTRIES ? (uint32_t)limit : TRIE_MAX_ENTRIES;
}

static bool read_levels(trie_reader *trie, const trie_section *section)
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
    return aura_rans_close(&trie->reader);
}

bool aura_trie_read(aura_context_model *model, const uint8_t *data, size_t size, const aura_allocator *allocator,
                    aura_error *error)
{
    trie_section section;
    if (!read_section(&section, data, size, error))
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
        trie->limit = entry_limit(size);
        trie->allocator = allocator;
        trie->error = error;
        classify(trie->classes);
        is_read =
            aura_rans_decode(section.payload, section.payload_length, section.frequencies, decoded,
                             section.tables_length, error) &&
            check_tables(decoded, section.tables_length, error) &&
            aura_rans_lay_out(&tables, decoded, section.tables_length, ALL_TABLES, allocator, error) &&
            aura_rans_open(&trie->reader, &tables, section.words, section.words_size, section.lanes, error) &&
            read_levels(trie, &section);
        aura_release(allocator, trie->above.codes);
    }
    aura_rans_free(&tables, allocator);
    aura_release(allocator, decoded);
    aura_release(allocator, trie);
    return is_read;
}
