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

/* An entry of a longer list while the list is sorted (rule CTX-7): its code, and below it its rank in the suffix's list. */
#define KEY_SHIFT 9
#define NO_KEY UINT32_MAX
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

/* Name the tables for all ranks that are not known by the lengths of the lists, and give how many they are. */
static uint32_t name_rank_tables(const aura_trie_reader *trie, uint16_t *tables)
{
    const uint32_t *lengths = trie->children.lengths, count = trie->children.count;
    uint16_t *next = tables;
    for (uint32_t child = 0; child < count; child++) {
        const uint32_t length = aura_trie_length(lengths[child]), longest = aura_trie_longest(lengths[child]);
        const uint32_t is_shorter = length < longest, class = trie->classes[longest];
        if (length <= TRIE_SHORT) /* all that may be needed, so that no branch depends on how much is */
            memcpy(next, trie->rank_tables[class][length], sizeof trie->rank_tables[class][length]);
        else if (is_shorter)
            name_ranks(trie->classes, class, length, next);
        next += length & (0 - is_shorter);
    }
    return (uint32_t)(next - tables);
}

/* Name the tables for the codes of a list of more than one entry, and have its ranks counted from the beginning of the
 * suffix's list; false if one is beyond it. `above` are the notes of the suffix's entries. */
static bool name_list_tables(const uint16_t *above, uint32_t longest, uint32_t column, uint32_t length, uint16_t *ranks,
                             uint16_t *codes)
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

/* Name the tables for CODE, ONE and MANY. */
static bool name_code_tables(const aura_trie_reader *trie, level_symbols symbols)
{
    const aura_trie_children *children = &trie->children;
    const uint32_t column_of_ones = TRIE_FIRST_ONE + aura_least(trie->level, 10);
    bool is_kept = true;
    for (uint32_t child = 0; child < children->count; child++) {
        const uint32_t lengths = children->lengths[child], suffix = children->suffixes[child];
        const uint32_t length = aura_trie_length(lengths), longest = aura_trie_longest(lengths);
        const uint32_t is_shorter = length < longest, rank = *symbols.ranks & (0 - is_shorter);
        const uint16_t *head = trie->above.notes + (suffix - trie->above.first), *above = head + trie->firsts[longest];
        const uint32_t kept_rank = rank < longest ? rank : 0;
        is_kept &= rank < longest;
        children->lengths[child] = lengths | kept_rank << TRIE_FIRST_RANK_SHIFT;
        if (length == 1) {
            *symbols.ones++ = (uint16_t)(column_of_ones + 11 * aura_trie_code_of(above[kept_rank]));
            symbols.ranks += is_shorter;
        } else {
            const uint32_t class = aura_least(trie->classes[length], 7);
            is_kept &= name_list_tables(above, longest, TRIE_FIRST_CODE + class, length, symbols.ranks, symbols.codes);
            *symbols.many++ = (uint16_t)(TRIE_FIRST_MANY + class + 8 * aura_trie_code_of(*head));
            symbols.codes += length;
            symbols.ranks += length & (0 - is_shorter);
        }
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

static void order_pair(uint32_t *one, uint32_t *other)
{
    const uint32_t least = *one < *other ? *one : *other, most = *one < *other ? *other : *one;
    *one = least;
    *other = most;
}

/* Sort up to four keys, without branches, which would often go wrong. Those beyond the keys are above all others. */
static void sort_few(const uint32_t *keys, uint32_t *sorted)
{
    memcpy(sorted, keys, FEW * sizeof *keys);
    order_pair(&sorted[0], &sorted[1]);
    order_pair(&sorted[2], &sorted[3]);
    order_pair(&sorted[0], &sorted[2]);
    order_pair(&sorted[1], &sorted[3]);
    order_pair(&sorted[1], &sorted[2]);
}

/* Sort keys that ascend but for their codes. */
static void sort_many(const uint32_t *keys, uint32_t count, uint32_t *sorted)
{
    uint16_t places[CONTEXT_MODEL_CODES] = {0};
    uint32_t place = 0;
    for (uint32_t at = 0; at < count; at++)
        places[keys[at] >> KEY_SHIFT]++;
    for (uint32_t code = 0; place < count; code++) {
        const uint32_t here = places[code];
        places[code] = (uint16_t)place;
        place += here;
    }
    for (uint32_t at = 0; at < count; at++)
        sorted[places[keys[at] >> KEY_SHIFT]++] = keys[at];
}

/* Write the word of an entry and its note, and gather it if it may have a child; `count` are gathered. */
static inline uint32_t write_entry(const aura_trie_reader *trie, uint32_t place, uint64_t word, uint32_t note,
                                   uint32_t count)
{
    const aura_trie_children *next = &trie->next;
    const uint32_t first = trie->own.first, following = aura_following_of(word);
    /* entries lead on like their suffix entries so far: to a context of this level if those have a child */
    const uint32_t leads_on = following >= first, is_byte = aura_symbol_of(word) != CONTEXT_MODEL_END;
    trie->model->words[place] = word;
    trie->own.notes[place - first] = (uint16_t)note;
    next->suffixes[count] = following;
    next->parents[count] = place;
    next->tables[count] = trie->child_tables[aura_trie_code_of(note)];
    return count + (leads_on & is_byte); /* without a branch, which would often go wrong */
}

/* A list of more than one entry. */
typedef struct {
    uint32_t context; /* its place */
    uint32_t length;
    uint32_t suffix;  /* the place of the suffix */
    uint32_t longest; /* the length of the suffix's list */
    uint32_t escape;  /* the code of the escape */
} long_list;

/* Keep the codes of such a list, whose keys are sorted. */
static void keep_codes(const aura_trie_reader *trie, const long_list *list, const uint32_t *sorted)
{
    uint8_t *codes = trie->model->codes + list->context;
    codes[0] = (uint8_t)list->escape;
    for (uint32_t at = 0; at < list->length; at++)
        codes[trie->firsts[list->length] + at] = (uint8_t)(sorted[at] >> KEY_SHIFT);
}

/* Write such a list by its keys. */
static uint32_t write_list(const aura_trie_reader *trie, const long_list *list, const uint32_t *keys, uint32_t count)
{
    uint64_t *words = trie->model->words;
    const bool is_shorter = list->length < list->longest;
    const uint64_t *above = words + list->suffix + trie->firsts[list->longest];
    /* the first suffix with a longer list, in which entries of equal lists have the same ranks */
    const uint64_t longer = is_shorter ? list->suffix : aura_suffix_of(words[list->suffix]);
    const uint64_t kept = is_shorter ? LEADS_ON_MASK : LEADS_ON_MASK | RANK_MASK;
    const uint32_t first = list->context + trie->firsts[list->length];
    uint32_t sorted[CONTEXT_MODEL_SYMBOLS];
    uint64_t upper = 0;
    if (list->length <= FEW)
        sort_few(keys, sorted);
    else
        sort_many(keys, list->length, sorted);
    for (uint32_t at = 0; at < list->length; at++) {
        const uint32_t code = sorted[at] >> KEY_SHIFT, rank = sorted[at] & ((1 << KEY_SHIFT) - 1);
        const uint64_t own_rank = is_shorter ? rank : 0;
        upper += CONTEXT_MODEL_FREQUENCIES[code];
        count = write_entry(trie, first + at,
                            (above[rank] & kept) | upper << AURA_UPPER_SHIFT | own_rank << AURA_RANK_SHIFT,
                            aura_least(code, 49), count);
    }
    words[list->context] = AURA_MANY | list->length | longer << AURA_PLACE_SHIFT |
                           (upper + CONTEXT_MODEL_FREQUENCIES[list->escape]) << AURA_UPPER_SHIFT;
    trie->own.notes[list->context - trie->own.first] =
        (uint16_t)(list->length << TRIE_LENGTH_SHIFT | list->escape);
    if (list->length >= AURA_LONG)
        aura_index_list(words, list->context);
    if (trie->model->codes != NULL)
        keep_codes(trie, list, sorted);
    return count;
}

void aura_trie_write_root(aura_trie_reader *trie, const uint8_t root_codes[CONTEXT_MODEL_SYMBOLS])
{
    uint64_t *words = trie->model->words, upper = 0;
    uint32_t keys[CONTEXT_MODEL_SYMBOLS], sorted[CONTEXT_MODEL_SYMBOLS];
    for (uint32_t symbol = 0; symbol < CONTEXT_MODEL_SYMBOLS; symbol++)
        keys[symbol] = (uint32_t)root_codes[symbol] << KEY_SHIFT | symbol;
    sort_many(keys, CONTEXT_MODEL_SYMBOLS, sorted);
    for (uint32_t at = 0; at < CONTEXT_MODEL_SYMBOLS; at++) {
        const uint32_t code = sorted[at] >> KEY_SHIFT;
        const uint64_t symbol = sorted[at] & ((1 << KEY_SHIFT) - 1);
        upper += CONTEXT_MODEL_FREQUENCIES[code];
        trie->next.count = write_entry(trie, trie->firsts[CONTEXT_MODEL_SYMBOLS] + at, symbol | upper << AURA_UPPER_SHIFT,
                                       aura_least(code, 49), trie->next.count);
    }
    words[0] = AURA_MANY | CONTEXT_MODEL_SYMBOLS | upper << AURA_UPPER_SHIFT;
    trie->own.notes[0] = CONTEXT_MODEL_SYMBOLS << TRIE_LENGTH_SHIFT | 64;
    aura_index_list(words, 0);
    if (trie->model->codes != NULL)
        keep_codes(trie, &(long_list){.length = CONTEXT_MODEL_SYMBOLS}, sorted);
}

/* The place of the suffix entry of a context's first entry. */
static inline uint32_t first_origin(const aura_trie_reader *trie, uint32_t child)
{
    const uint32_t lengths = trie->children.lengths[child];
    return trie->children.suffixes[child] + trie->firsts[aura_trie_longest(lengths)] + aura_trie_first_rank(lengths);
}

/* Write all words of the level. */
static void write_lists(aura_trie_reader *trie, level_symbols symbols)
{
    const aura_trie_children *children = &trie->children;
    const uint64_t *words = trie->model->words;
    uint32_t context = trie->own.first, count = 0;
    for (uint32_t child = 0; child < children->count; child++) {
        const uint32_t suffix = children->suffixes[child], lengths = children->lengths[child];
        const uint32_t length = aura_trie_length(lengths), longest = aura_trie_longest(lengths);
        const uint32_t is_shorter = length < longest;
        const uint64_t shorter = 0 - (uint64_t)is_shorter;
        if (child + TRIE_AHEAD < children->count)
            aura_prefetch(words + first_origin(trie, child + TRIE_AHEAD));
        if (length == 1) {
            const uint64_t code = *symbols.ones++, entry = words[first_origin(trie, child)];
            /* the first suffix with a longer list: the suffix, or that of its own entry, which is the same word */
            const uint64_t longer = (suffix & shorter) | (entry >> AURA_SUFFIX_SHIFT & ~shorter);
            count = write_entry(trie, context,
                                (entry & LEADS_ON_MASK) | code << AURA_CODE_SHIFT | longer << AURA_SUFFIX_SHIFT,
                                1 << TRIE_LENGTH_SHIFT | (50 + (uint32_t)code), count);
            symbols.ranks += is_shorter;
        } else {
            const long_list list = {context, length, suffix, longest, *symbols.many++};
            const uint16_t *ranks = is_shorter ? symbols.ranks : trie->own_ranks;
            uint32_t keys[CONTEXT_MODEL_SYMBOLS];
            for (uint32_t at = 0; at < FEW; at++)
                keys[at] = NO_KEY;
            for (uint32_t at = 0; at < length; at++)
                keys[at] = (uint32_t)symbols.codes[at] << KEY_SHIFT | ranks[at];
            count = write_list(trie, &list, keys, count);
            symbols.codes += length;
            symbols.ranks += length & (0 - is_shorter);
        }
        context += trie->firsts[length] + length;
    }
    trie->next.count = count;
}

bool aura_trie_read_lists(aura_trie_reader *trie)
{
    const aura_trie_children *children = &trie->children;
    const uint32_t ones = children->count - children->lists, others = children->entries - ones;
    level_symbols symbols = {.ranks = aura_trie_take(trie, TRIE_RANKS, (children->entries + TRIE_SHORT) * sizeof(uint16_t))};
    symbols.codes = aura_trie_take(trie, TRIE_CODES, (children->entries + children->lists) * sizeof(uint16_t));
    if (symbols.ranks == NULL || symbols.codes == NULL)
        return false;
    symbols.ones = symbols.codes + others;
    symbols.many = symbols.ones + ones;
    const uint32_t asked = name_rank_tables(trie, symbols.ranks);
    if (!aura_rans_read(&trie->reader, symbols.ranks, asked, trie->error) || !name_code_tables(trie, symbols) ||
        !read_codes(trie, symbols.codes, others) || !read_codes(trie, symbols.ones, ones) ||
        !read_codes(trie, symbols.many, children->lists) || !aura_trie_begin_next(trie, children->entries))
        return false;
    write_lists(trie, symbols);
    return true;
}
