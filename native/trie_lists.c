/* The lists of a level of a trie: RANK, CODE, ONE and MANY (rules TRI-6 and TRI-9).
 *
 * A first pass over the contexts names the tables for all codes, for which the notes of the level above are enough. A
 * second one, when the codes are there, writes each word once. */
#include "trie_reader.h"

#define LEADS_ON_MASK (((uint64_t)1 << AURA_UPPER_SHIFT) - 1) /* the symbol and the following context */
#define RANK_MASK (~(uint64_t)0 << AURA_RANK_SHIFT)

/* The symbols of a level that were read, each read on from. */
typedef struct {
    uint16_t *ranks; /* in the suffix's list; of contexts with a shorter one */
    uint16_t *codes; /* of entries of longer lists */
    uint16_t *ones;  /* codes of the escapes of lists of one entry */
    uint16_t *many;  /* and of longer ones */
} level_symbols;

/* An entry of a longer list while that is sorted (rule CTX-7): its code, and below it its rank in the suffix's list. */
#define KEY_SHIFT 9
#define NO_KEY INT16_MAX
#define FEW 4

/* Name the tables for the ranks of a list that is shorter than its suffix's, whose class is `class`. */
static void name_ranks(const uint8_t *classes, uint32_t class, uint32_t length, uint16_t *tables)
{
    const uint32_t first = TRIE_FIRST_RANK + 20 * class;
    tables[0] = (uint16_t)(first + 2 * classes[length] + 1);
    for (uint32_t at = 1; at < length; at++)
        tables[at] = (uint16_t)(first + 2 * classes[length - at]);
}

void aura_trie_name_ranks(aura_trie_reader *trie)
{
    for (uint32_t rank = 0; rank < CONTEXT_MODEL_SYMBOLS; rank++)
        trie->own_ranks[rank] = (uint16_t)rank;
    for (uint32_t class = 0; class < TRIE_CLASSES; class++)
        for (uint32_t length = 1; length <= TRIE_SHORT; length++)
            name_ranks(trie->classes, class, length, trie->rank_tables[class][length]);
}

/* Name the tables for all ranks that are not known by the lengths of the lists, and give how many they are. `lists`
 * receives how many lists have more than one entry. */
static uint32_t name_rank_tables(const aura_trie_reader *trie, uint16_t *tables, uint32_t *lists)
{
    const aura_trie_child *children = trie->children.list, *end = children + trie->children.count;
    uint16_t *next = tables;
    uint32_t longer = 0;
    for (const aura_trie_child *child = children; child < end; child++) {
        const uint32_t length = aura_trie_length(child->lengths), longest = aura_trie_longest(child->lengths);
        const uint32_t is_shorter = length < longest, class = trie->classes[longest];
        if (length <= TRIE_SHORT) /* all that may be needed, so that no branch depends on how much is */
            memcpy(next, trie->rank_tables[class][length], sizeof trie->rank_tables[class][length]);
        else if (is_shorter)
            name_ranks(trie->classes, class, length, next);
        next += length & (0 - is_shorter);
        longer += length > 1;
    }
    *lists = longer;
    return (uint32_t)(next - tables);
}

/* Name the tables for the codes of a list of more than one entry, and have its ranks counted from the beginning of the
 * suffix's list; false if one is beyond it. `above` are the notes of the suffix's entries. */
static inline bool name_list_tables(const uint16_t *above, uint32_t longest, uint32_t column, uint32_t length,
                                    uint16_t *ranks, uint16_t *codes)
{
    if (length == longest) {
        for (uint32_t at = 0; at < length; at++)
            codes[at] = (uint16_t)(column + 8 * aura_trie_code_of(above[at]));
        return true;
    }
    uint32_t rank = 0;
    for (uint32_t at = 0; at < length; at++, rank++) {
        rank += ranks[at];
        ranks[at] = (uint16_t)rank;
        codes[at] = (uint16_t)(column + 8 * aura_trie_code_of(above[rank < longest ? rank : 0]));
    }
    return rank <= longest;
}

/* Name the tables for CODE, ONE and MANY, and find the suffix entries of the first entries. */
static bool name_code_tables(const aura_trie_reader *trie, level_symbols symbols)
{
    aura_trie_child *children = trie->children.list, *end = children + trie->children.count;
    const uint32_t column_of_ones = TRIE_FIRST_ONE + aura_least(trie->level, 10), first = trie->above.first;
    const uint16_t *notes = trie->above.notes;
    bool is_kept = true;
    for (aura_trie_child *child = children; child < end; child++) {
        const uint32_t length = aura_trie_length(child->lengths), longest = aura_trie_longest(child->lengths);
        const uint32_t is_shorter = length < longest, suffix = child->suffix;
        const uint32_t origin = suffix + trie->firsts[longest], rank = *symbols.ranks & (0 - is_shorter);
        const uint32_t kept_rank = rank < longest ? rank : 0;
        const uint16_t *above = notes + (origin - first);
        is_kept &= rank < longest;
        child->origin = origin + kept_rank;
        if (length == 1) {
            *symbols.ones++ = (uint16_t)(column_of_ones + 11 * aura_trie_code_of(above[kept_rank]));
            symbols.ranks += is_shorter;
            continue;
        }
        const uint32_t class = aura_least(trie->classes[length], 7), column = TRIE_FIRST_CODE + class;
        switch (length) { /* so that no loop ends where it cannot be predicted */
        case 2:
            is_kept &= name_list_tables(above, longest, column, 2, symbols.ranks, symbols.codes);
            break;
        case 3:
            is_kept &= name_list_tables(above, longest, column, 3, symbols.ranks, symbols.codes);
            break;
        case 4:
            is_kept &= name_list_tables(above, longest, column, 4, symbols.ranks, symbols.codes);
            break;
        default:
            is_kept &= name_list_tables(above, longest, column, length, symbols.ranks, symbols.codes);
        }
        *symbols.many++ = (uint16_t)(TRIE_FIRST_MANY + class + 8 * aura_trie_code_of(notes[suffix - first]));
        symbols.codes += length;
        symbols.ranks += length & (0 - is_shorter);
    }
    return is_kept || aura_fail(trie->error, AURA_MALFORMED, 0, "words", "an entry is beyond the suffix's list");
}

/* Read a batch of codes. */
static bool read_codes(aura_trie_reader *trie, uint16_t *codes, uint32_t count)
{
    if (!aura_rans_read(&trie->reader, codes, count, trie->error))
        return false;
    uint32_t above = 0;
    for (uint32_t at = 0; at < count; at++)
        above |= codes[at];
    return above < CONTEXT_MODEL_CODES ||
           aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a symbol is above 63");
}

static inline void order_pair(int16_t *one, int16_t *other)
{
    const int16_t least = *one < *other ? *one : *other, most = *one < *other ? *other : *one;
    *one = least;
    *other = most;
}

/* Sort up to four keys, without branches, which would often go wrong. Those beyond the keys are above all others. */
static inline void sort_few(int16_t keys[FEW])
{
    order_pair(&keys[0], &keys[1]);
    order_pair(&keys[2], &keys[3]);
    order_pair(&keys[0], &keys[2]);
    order_pair(&keys[1], &keys[3]);
    order_pair(&keys[1], &keys[2]);
}

static inline int16_t key_of(uint32_t code, uint32_t rank)
{
    return (int16_t)(code << KEY_SHIFT | rank);
}

/* Sort any number, of ranks that ascend. */
static void sort_many(const uint16_t *codes, const uint16_t *ranks, uint32_t count, int16_t *sorted)
{
    uint16_t places[CONTEXT_MODEL_CODES] = {0};
    uint32_t place = 0;
    for (uint32_t at = 0; at < count; at++)
        places[codes[at]]++;
    for (uint32_t code = 0; place < count; code++) {
        const uint32_t here = places[code];
        places[code] = (uint16_t)place;
        place += here;
    }
    for (uint32_t at = 0; at < count; at++)
        sorted[places[codes[at]]++] = key_of(codes[at], ranks[at]);
}

/* Where the words of a level go, and what becomes of them: a copy of what the reader has, which no store can change.
 * Places are counted from the first context of the level on. */
typedef struct {
    uint64_t *words; /* of the model */
    uint64_t *own;   /* of the level */
    uint16_t *notes;
    uint32_t *parents; /* entries that may have a child, */
    uint16_t *tables;  /* and the tables for their flags */
    const uint16_t *child_tables;
    uint8_t *codes; /* of words, if they are kept */
    uint64_t least; /* the least that leads on to a context of the level */
} level_writer;

static inline level_writer writer_of(const aura_trie_reader *trie)
{
    return (level_writer){
        .words = trie->model->words,
        .own = trie->model->words + trie->own.first,
        .notes = trie->own.notes,
        .parents = trie->next.parents,
        .tables = trie->next.tables,
        .child_tables = trie->child_tables,
        .codes = trie->model->codes == NULL ? NULL : trie->model->codes + trie->own.first,
        .least = (uint64_t)trie->own.first << AURA_PLACE_SHIFT,
    };
}

/* Write the word of an entry and its note, and gather it behind `count` others. It is kept if it may have a child: if
 * it leads on, like its suffix entry so far, to a context of this level. The end of a message does not, but for that of
 * the root. */
static inline uint32_t write_entry(const level_writer *writer, uint32_t place, uint64_t leads_on, uint64_t rest,
                                   uint32_t note, uint32_t count)
{
    writer->own[place] = leads_on | rest;
    writer->notes[place] = (uint16_t)note;
    writer->parents[count] = place;
    writer->tables[count] = writer->child_tables[aura_trie_code_of(note)];
    return count + (leads_on >= writer->least); /* without a branch, which would often go wrong */
}

/* Keep the codes of a list of more than one entry, whose head is at `codes`, and whose first entry so far behind it. */
static void keep_codes(uint8_t *codes, uint32_t first, uint32_t escape, const int16_t *sorted, uint32_t length)
{
    codes[0] = (uint8_t)escape;
    for (uint32_t at = 0; at < length; at++)
        codes[first + at] = (uint8_t)((uint32_t)sorted[at] >> KEY_SHIFT);
}

/* A list of more than one entry. */
typedef struct {
    uint32_t context; /* its place */
    uint32_t first;   /* of its first entry */
    uint32_t suffix;  /* the place of the suffix */
    uint32_t above;   /* and of its first entry */
    uint32_t escape;  /* the code of the escape */
    bool is_shorter;  /* than the suffix's list */
} long_list;

/* Write such a list by its sorted keys. */
static inline uint32_t write_sorted(const level_writer *writer, const long_list *list, const int16_t *sorted,
                                    uint32_t length, uint32_t count)
{
    const uint64_t *words = writer->words;
    /* the first suffix with a longer list, in which entries of equal lists have the same ranks */
    const uint64_t shorter = 0 - (uint64_t)list->is_shorter;
    const uint64_t longer = (list->suffix & shorter) | (aura_following_of(words[list->suffix]) & ~shorter);
    uint64_t upper = 0;
    for (uint32_t at = 0; at < length; at++) {
        const uint32_t key = (uint32_t)sorted[at], code = key >> KEY_SHIFT, rank = key & ((1 << KEY_SHIFT) - 1);
        const uint64_t entry = words[list->above + rank];
        upper += CONTEXT_MODEL_FREQUENCIES[code];
        count = write_entry(writer, list->first + at, entry & LEADS_ON_MASK,
                            upper << AURA_UPPER_SHIFT | ((uint64_t)rank << AURA_RANK_SHIFT & shorter) |
                                (entry & RANK_MASK & ~shorter),
                            aura_least(code, 49), count);
    }
    writer->own[list->context] = AURA_MANY | length | longer << AURA_PLACE_SHIFT |
                                 (upper + CONTEXT_MODEL_FREQUENCIES[list->escape]) << AURA_UPPER_SHIFT;
    writer->notes[list->context] = (uint16_t)(length << TRIE_LENGTH_SHIFT | list->escape);
    if (writer->codes != NULL)
        keep_codes(writer->codes + list->context, list->first - list->context, list->escape, sorted, length);
    return count;
}

/* Write a list of up to four entries; its length is known where this is called. */
static inline uint32_t write_few(const level_writer *writer, const long_list *list, const uint16_t *codes,
                                 const uint16_t *ranks, uint32_t length, uint32_t count)
{
    int16_t keys[FEW] = {NO_KEY, NO_KEY, NO_KEY, NO_KEY};
    for (uint32_t at = 0; at < length; at++)
        keys[at] = key_of(codes[at], ranks[at]);
    sort_few(keys);
    return write_sorted(writer, list, keys, length, count);
}

static uint32_t write_many(const level_writer *writer, const long_list *list, const uint16_t *codes,
                           const uint16_t *ranks, uint32_t length, uint32_t count)
{
    int16_t sorted[CONTEXT_MODEL_SYMBOLS] = {0};
    sort_many(codes, ranks, length, sorted);
    count = write_sorted(writer, list, sorted, length, count);
    if (length >= AURA_LONG)
        aura_index_list(writer->words, (uint32_t)(writer->own - writer->words) + list->context);
    return count;
}

void aura_trie_write_root(aura_trie_reader *trie, const uint8_t root_codes[CONTEXT_MODEL_SYMBOLS])
{
    const level_writer writer = writer_of(trie);
    uint64_t upper = 0;
    uint32_t count = 0;
    uint16_t codes[CONTEXT_MODEL_SYMBOLS];
    int16_t sorted[CONTEXT_MODEL_SYMBOLS];
    for (uint32_t symbol = 0; symbol < CONTEXT_MODEL_SYMBOLS; symbol++)
        codes[symbol] = root_codes[symbol];
    sort_many(codes, trie->own_ranks, CONTEXT_MODEL_SYMBOLS, sorted);
    for (uint32_t at = 0; at < CONTEXT_MODEL_SYMBOLS; at++) {
        const uint32_t key = (uint32_t)sorted[at], code = key >> KEY_SHIFT, symbol = key & ((1 << KEY_SHIFT) - 1);
        upper += CONTEXT_MODEL_FREQUENCIES[code];
        count = write_entry(&writer, trie->firsts[CONTEXT_MODEL_SYMBOLS] + at, symbol, upper << AURA_UPPER_SHIFT,
                            aura_least(code, 49), count);
        count -= symbol == CONTEXT_MODEL_END;
    }
    writer.own[0] = AURA_MANY | CONTEXT_MODEL_SYMBOLS | upper << AURA_UPPER_SHIFT;
    writer.notes[0] = CONTEXT_MODEL_SYMBOLS << TRIE_LENGTH_SHIFT | 64;
    trie->next.count = count;
    aura_index_list(writer.own, 0);
    if (writer.codes != NULL)
        keep_codes(writer.codes, trie->firsts[CONTEXT_MODEL_SYMBOLS], 0, sorted, CONTEXT_MODEL_SYMBOLS);
}

/* Write all words of the level. */
static void write_lists(aura_trie_reader *trie, level_symbols symbols)
{
    const aura_trie_child *children = trie->children.list, *end = children + trie->children.count;
    const level_writer writer = writer_of(trie);
    uint32_t context = 0, count = 0;
    for (const aura_trie_child *child = children; child < end; child++) {
        const uint32_t length = aura_trie_length(child->lengths), longest = aura_trie_longest(child->lengths);
        const uint32_t is_shorter = length < longest, suffix = child->suffix;
        aura_prefetch(writer.words + child[TRIE_AHEAD].origin);
        if (length == 1) {
            const uint64_t code = *symbols.ones++, entry = writer.words[child->origin];
            /* the first suffix with a longer list: the suffix, or that of its own entry, which is the same word */
            const uint64_t shorter = 0 - (uint64_t)is_shorter;
            const uint64_t longer = (suffix & shorter) | (entry >> AURA_SUFFIX_SHIFT & ~shorter);
            count = write_entry(&writer, context, entry & LEADS_ON_MASK,
                                code << AURA_CODE_SHIFT | longer << AURA_SUFFIX_SHIFT,
                                1 << TRIE_LENGTH_SHIFT | (50 + (uint32_t)code), count);
            symbols.ranks += is_shorter;
            context++;
            continue;
        }
        const uint16_t *ranks = is_shorter ? symbols.ranks : trie->own_ranks;
        const uint32_t first = context + trie->firsts[length], above = suffix + trie->firsts[longest];
        const long_list list = {context, first, suffix, above, *symbols.many++, is_shorter};
        switch (length) { /* so that no loop ends where it cannot be predicted */
        case 2:
            count = write_few(&writer, &list, symbols.codes, ranks, 2, count);
            break;
        case 3:
            count = write_few(&writer, &list, symbols.codes, ranks, 3, count);
            break;
        case 4:
            count = write_few(&writer, &list, symbols.codes, ranks, 4, count);
            break;
        default:
            count = write_many(&writer, &list, symbols.codes, ranks, length, count);
        }
        symbols.codes += length;
        symbols.ranks += length & (0 - is_shorter);
        context += trie->widths[length];
    }
    trie->next.count = count;
}

bool aura_trie_read_lists(aura_trie_reader *trie)
{
    const aura_trie_children *children = &trie->children;
    const uint32_t entries = (uint32_t)children->entries;
    /* behind the level, where the next ones will be: so they take no memory of their own */
    level_symbols symbols = {.ranks = (uint16_t *)(trie->model->words + trie->model->size)};
    uint32_t lists;
    const uint32_t asked = name_rank_tables(trie, symbols.ranks, &lists);
    const uint32_t ones = children->count - lists, others = entries - ones;
    symbols.codes = symbols.ranks + entries + TRIE_SHORT;
    symbols.ones = symbols.codes + others;
    symbols.many = symbols.ones + ones;
    if (!aura_rans_read(&trie->reader, symbols.ranks, asked, trie->error) || !name_code_tables(trie, symbols) ||
        !read_codes(trie, symbols.codes, others) || !read_codes(trie, symbols.ones, ones) ||
        !read_codes(trie, symbols.many, lists) || !aura_trie_begin_next(trie, entries))
        return false;
    write_lists(trie, symbols);
    return true;
}
