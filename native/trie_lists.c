/* The lists of a level of a trie: RANK, CODE, ONE and MANY (rules TRI-6 and TRI-9).
 *
 * From RANK on all that is needed of the suffix entry stands in the word of the entry, so that only COUNT and RANK go
 * through the level above out of order. Until a list is done, its words have the symbol and the following context where
 * they stay, and above them
 *
 *     7 the code above of the suffix entry; then in a list of one entry 24 suffix,
 *                                           in a longer one 9 rank in the suffix's list, 6 code, and 9 rank that
 *                                           stays: in the list of the first suffix that is longer;
 *
 * the word of a longer list itself has size and suffix where they stay, and above them the code of the suffix's
 * escape. */
#include "trie_reader.h"

#define KEPT_MASK (((uint64_t)1 << TRIE_CODE_ABOVE_SHIFT) - 1)
#define RANK_MASK (~(uint64_t)0 << AURA_RANK_SHIFT)
#define SORTED_SHIFT (64 - AURA_RANK_SHIFT) /* the code stands highest then, and the rank in the suffix's list behind */

static uint32_t code_above_of(uint64_t word)
{
    return (uint32_t)(word >> TRIE_CODE_ABOVE_SHIFT) & 0x7F;
}

/* What is known at RANK of an entry, but for its rank. */
static uint64_t entry_word(const aura_trie_reader *trie, uint32_t suffix_entry)
{
    return (trie->model->words[suffix_entry] & KEPT_MASK) |
           (uint64_t)trie->above.codes[suffix_entry - trie->above.first] << TRIE_CODE_ABOVE_SHIFT;
}

/* The tables for the ranks of all entries whose ranks are not known by the lengths of the lists. */
static uint32_t name_rank_tables(aura_trie_reader *trie)
{
    const aura_trie_children *children = &trie->children;
    const uint32_t *lengths = children->lengths, count = children->count;
    uint16_t *table = trie->batch;
    for (uint32_t child = 0; child < count; child++) {
        const uint32_t length = lengths[child] & 0xFFFF, longest = lengths[child] >> 16;
        const uint32_t first = TRIE_FIRST_RANK + 20 * trie->classes[longest];
        *table = (uint16_t)(first + 2 * trie->classes[length] + 1);
        table += length < longest;
        if (length == 1 || length == longest)
            continue;
        for (uint32_t left = length - 1; left > 0; left--)
            *table++ = (uint16_t)(first + 2 * trie->classes[left]);
    }
    return (uint32_t)(table - trie->batch);
}

/* Take the ranks of a list of more than one entry; false if one is beyond the suffix's list. */
static bool take_list(const aura_trie_reader *trie, const uint16_t *ranks, uint32_t suffix, uint32_t length,
                      uint32_t longest, uint32_t context)
{
    uint64_t *words = trie->model->words;
    const uint64_t head = words[suffix]; /* of a longer list too */
    const uint64_t longer = longest > length ? suffix : aura_suffix_of(head); /* the first suffix with a longer list */
    const uint64_t above = trie->level == 1 ? 64 : trie->above.codes[suffix - trie->above.first] - TRIE_IS_LIST;
    words[context] = length | longer << AURA_PLACE_SHIFT | above << TRIE_CODE_ABOVE_SHIFT;
    uint64_t *entries = words + context + trie->firsts[length];
    const uint32_t first_above = suffix + trie->firsts[longest];
    uint64_t rank = 0;
    if (length == longest) {
        for (; rank < length; rank++)
            entries[rank] = entry_word(trie, first_above + (uint32_t)rank) | rank << TRIE_RANK_SHIFT |
                            (uint64_t)aura_rank_of(words[first_above + rank]) << AURA_RANK_SHIFT;
        return true;
    }
    for (uint32_t at = 0; at < length; at++, rank++) {
        rank += ranks[at];
        entries[at] = entry_word(trie, first_above + (rank < longest ? (uint32_t)rank : 0)) |
                      rank << TRIE_RANK_SHIFT | rank << AURA_RANK_SHIFT;
    }
    return rank <= longest;
}

/* Read RANK, and part the contexts. */
static bool read_ranks(aura_trie_reader *trie, uint32_t first)
{
    aura_trie_children *children = &trie->children;
    uint64_t *words = trie->model->words;
    uint32_t ones = 0, many = 0;
    bool is_kept = true;
    if (!aura_trie_make_batch(trie, trie->model->size - first))
        return false;
    const uint32_t asked = name_rank_tables(trie);
    if (!aura_rans_read(&trie->reader, trie->batch, asked, trie->error))
        return false;
    trie->batch[asked] = 0;
    const uint16_t *ranks = trie->batch;
    for (uint32_t child = 0, context = first; child < children->count; child++) {
        const uint32_t suffix = children->suffixes[child];
        const uint32_t length = children->lengths[child] & 0xFFFF, longest = children->lengths[child] >> 16;
        if (child + TRIE_AHEAD < children->count)
            aura_prefetch(words, children->suffixes[child + TRIE_AHEAD]);
        if (length == 1) {
            const uint32_t is_many = longest > 1, rank = *ranks & (0 - is_many);
            const uint64_t longer = is_many ? suffix : aura_suffix_of(words[suffix]);
            const uint32_t above = suffix + trie->firsts[longest];
            words[context] = entry_word(trie, above + (rank < longest ? rank : 0)) | longer << TRIE_RANK_SHIFT;
            is_kept &= rank < longest;
            ranks += is_many;
            children->ones[ones++] = context;
        } else {
            is_kept &= take_list(trie, ranks, suffix, length, longest, context);
            ranks += length < longest ? length : 0;
            children->many[many++] = context;
        }
        context += trie->firsts[length] + length;
    }
    children->ones_count = ones;
    children->many_count = many;
    return is_kept || aura_fail(trie->error, AURA_MALFORMED, 0, "words", "an entry is beyond the suffix's list");
}

void aura_trie_sort(uint64_t *words, uint32_t count)
{
    for (uint32_t place = 1; place < count; place++) {
        const uint64_t word = words[place];
        uint32_t at = place;
        for (; at > 0 && words[at - 1] << SORTED_SHIFT > word << SORTED_SHIFT; at--)
            words[at] = words[at - 1];
        words[at] = word;
    }
}

/* Read a batch of codes. */
static bool read_batch(aura_trie_reader *trie, uint32_t count)
{
    if (!aura_rans_read(&trie->reader, trie->batch, count, trie->error))
        return false;
    uint32_t above = 0;
    for (uint32_t at = 0; at < count; at++)
        above |= trie->batch[at];
    return above < CONTEXT_MODEL_CODES ||
           aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a symbol is above 63");
}

/* Read CODE: the words of entries of longer lists receive their codes, and the order of rule CTX-7. */
static bool read_codes(aura_trie_reader *trie)
{
    uint64_t *words = trie->model->words;
    uint32_t asked = 0;
    for (uint32_t at = 0; at < trie->children.many_count; at++) {
        const uint32_t context = trie->children.many[at], length = aura_size_of(words[context]);
        const uint32_t column = TRIE_FIRST_CODE + aura_least(trie->classes[length], 7);
        const uint64_t *entries = words + context + trie->firsts[length];
        for (uint32_t entry = 0; entry < length; entry++)
            trie->batch[asked++] = (uint16_t)(column + 8 * code_above_of(entries[entry]));
    }
    if (!read_batch(trie, asked))
        return false;
    const uint16_t *code = trie->batch;
    for (uint32_t at = 0; at < trie->children.many_count; at++) {
        const uint32_t context = trie->children.many[at], length = aura_size_of(words[context]);
        uint64_t *entries = words + context + trie->firsts[length];
        for (uint32_t entry = 0; entry < length; entry++)
            entries[entry] |= (uint64_t)*code++ << TRIE_LIST_CODE_SHIFT;
        aura_trie_sort(entries, length);
    }
    return true;
}

/* Read ONE: lists of one entry are done. */
static bool read_ones(aura_trie_reader *trie, uint32_t first, uint8_t *codes)
{
    uint64_t *words = trie->model->words;
    const uint32_t column = TRIE_FIRST_ONE + aura_least(trie->level, 10), count = trie->children.ones_count;
    const uint32_t *ones = trie->children.ones;
    uint16_t *batch = trie->batch;
    for (uint32_t at = 0; at < count; at++)
        batch[at] = (uint16_t)(column + 11 * code_above_of(words[ones[at]]));
    if (!read_batch(trie, count))
        return false;
    for (uint32_t at = 0; at < count; at++) {
        const uint32_t context = ones[at], code = batch[at];
        const uint64_t word = words[context];
        codes[context - first] = (uint8_t)(50 + code);
        words[context] = (word & KEPT_MASK) | (uint64_t)code << AURA_CODE_SHIFT |
                         word >> TRIE_RANK_SHIFT << AURA_SUFFIX_SHIFT;
    }
    return true;
}

void aura_trie_pack_list(uint64_t *words, uint32_t context, uint32_t escape, uint8_t *codes)
{
    const uint32_t first = aura_first_of(words, context), length = aura_size_of(words[context]);
    uint32_t upper = 0;
    for (uint32_t at = 0; at < length; at++) {
        const uint64_t word = words[first + at];
        const uint32_t code = (uint32_t)(word >> TRIE_LIST_CODE_SHIFT) & (CONTEXT_MODEL_CODES - 1);
        codes[first - context + at] = (uint8_t)aura_least(code, 49);
        upper += CONTEXT_MODEL_FREQUENCIES[code];
        words[first + at] = (word & (KEPT_MASK | RANK_MASK)) | (uint64_t)upper << AURA_UPPER_SHIFT;
    }
    words[context] = AURA_MANY | (words[context] & KEPT_MASK) | (uint64_t)(upper + escape) << AURA_UPPER_SHIFT;
    if (length >= AURA_LONG)
        aura_index_list(words, context);
}

/* Read MANY: longer lists are done. */
static bool read_many(aura_trie_reader *trie, uint32_t first, uint8_t *codes)
{
    uint64_t *words = trie->model->words;
    const uint32_t count = trie->children.many_count;
    for (uint32_t at = 0; at < count; at++) {
        const uint64_t head = words[trie->children.many[at]];
        const uint32_t class = aura_least(trie->classes[aura_size_of(head)], 7);
        trie->batch[at] = (uint16_t)(TRIE_FIRST_MANY + class + 8 * code_above_of(head));
    }
    if (!read_batch(trie, count))
        return false;
    for (uint32_t at = 0; at < count; at++) {
        const uint32_t context = trie->children.many[at], code = trie->batch[at];
        codes[context - first] = (uint8_t)(TRIE_IS_LIST + code);
        aura_trie_pack_list(words, context, CONTEXT_MODEL_FREQUENCIES[code], codes + (context - first));
    }
    return true;
}

bool aura_trie_read_lists(aura_trie_reader *trie, uint32_t first, uint8_t *codes)
{
    return read_ranks(trie, first) && read_codes(trie) && read_ones(trie, first, codes) &&
           read_many(trie, first, codes);
}
