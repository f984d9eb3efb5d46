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

/* Read RANK for a list of more than one entry; false if a rank is beyond the suffix's list. */
static bool read_list(const aura_trie_reader *trie, aura_rans_batch *batch, uint32_t suffix, uint32_t length,
                      uint32_t context)
{
    uint64_t *words = trie->model->words;
    const uint64_t head = words[suffix]; /* of a longer list too */
    const uint32_t longest = aura_size_of(head), table = TRIE_FIRST_RANK + 20 * trie->classes[longest];
    const uint64_t longer = longest > length ? suffix : aura_suffix_of(head); /* the first suffix with a longer list */
    const uint64_t above = trie->level == 1 ? 64 : trie->above.codes[suffix - trie->above.first] - TRIE_IS_LIST;
    words[context] = length | longer << AURA_PLACE_SHIFT | above << TRIE_CODE_ABOVE_SHIFT;
    const uint32_t first = aura_first_of(words, context), first_above = aura_first_of(words, suffix);
    uint64_t rank = 0;
    for (uint32_t at = 0; at < length; at++, rank++) {
        if (length < longest)
            rank += aura_rans_read(batch, table + 2 * trie->classes[length - at] + (at == 0));
        const uint32_t above_it = first_above + (rank < longest ? (uint32_t)rank : 0);
        const uint64_t kept = length < longest ? rank : aura_rank_of(words[above_it]);
        words[first + at] = entry_word(trie, above_it) | rank << TRIE_RANK_SHIFT | kept << AURA_RANK_SHIFT;
    }
    return rank <= longest;
}

/* Read RANK for a list of one entry. */
static bool read_one(const aura_trie_reader *trie, aura_rans_batch *batch, uint32_t suffix, uint32_t context)
{
    uint64_t *words = trie->model->words;
    const uint64_t head = words[suffix];
    const bool is_many = aura_is_many(head);
    const uint32_t longest = aura_length_of(head);
    const uint32_t table = is_many ? TRIE_FIRST_RANK + 20 * trie->classes[longest] + 1 : TRIE_TABLES;
    const uint32_t rank = aura_rans_read_if(batch, table, is_many);
    const uint64_t longer = is_many ? suffix : aura_suffix_of(head);
    const uint32_t first_above = is_many ? aura_first_of(words, suffix) : suffix;
    words[context] = entry_word(trie, first_above + (rank < longest ? rank : 0)) | longer << TRIE_RANK_SHIFT;
    return rank < longest;
}

/* Read RANK, and part the contexts. */
static bool read_ranks(aura_trie_reader *trie, uint32_t first)
{
    aura_trie_children *children = &trie->children;
    uint32_t ones = 0, many = 0;
    bool is_kept = true;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t child = 0, context = first; child < children->count; child++) {
        const uint32_t suffix = children->suffixes[child], length = children->lengths[child];
        if (length == 1) {
            is_kept &= read_one(trie, &batch, suffix, context);
            children->ones[ones++] = context;
        } else {
            is_kept &= read_list(trie, &batch, suffix, length, context);
            children->many[many++] = context;
        }
        context += aura_words_of(length);
    }
    children->ones_count = ones;
    children->many_count = many;
    if (!aura_rans_end(&trie->reader, &batch, trie->error))
        return false;
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

/* End a batch of codes. */
static bool end_codes(aura_trie_reader *trie, const aura_rans_batch *batch, bool is_beyond)
{
    if (!aura_rans_end(&trie->reader, batch, trie->error))
        return false;
    return !is_beyond || aura_fail(trie->error, AURA_MALFORMED, 0, "words", "a symbol is above 63");
}

/* Read CODE: the words of entries of longer lists receive their codes, and the order of rule CTX-7. */
static bool read_codes(aura_trie_reader *trie)
{
    uint64_t *words = trie->model->words;
    bool is_beyond = false;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t at = 0; at < trie->children.many_count; at++) {
        const uint32_t context = trie->children.many[at], length = aura_size_of(words[context]);
        const uint32_t column = TRIE_FIRST_CODE + aura_least(trie->classes[length], 7);
        const uint32_t first = aura_first_of(words, context);
        for (uint32_t place = first; place < first + length; place++) {
            const uint64_t code = aura_rans_read(&batch, column + 8 * code_above_of(words[place]));
            is_beyond |= code >= CONTEXT_MODEL_CODES;
            words[place] |= code << TRIE_LIST_CODE_SHIFT;
        }
        aura_trie_sort(words + first, length);
    }
    return end_codes(trie, &batch, is_beyond);
}

/* Read ONE: lists of one entry are done. */
static bool read_ones(aura_trie_reader *trie, uint32_t first, uint8_t *codes)
{
    uint64_t *words = trie->model->words;
    const uint32_t column = TRIE_FIRST_ONE + aura_least(trie->level, 10);
    bool is_beyond = false;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t at = 0; at < trie->children.ones_count; at++) {
        const uint32_t context = trie->children.ones[at];
        const uint64_t word = words[context];
        const uint32_t code = aura_rans_read(&batch, column + 11 * code_above_of(word));
        is_beyond |= code >= CONTEXT_MODEL_CODES;
        codes[context - first] = (uint8_t)(50 + code % CONTEXT_MODEL_CODES);
        words[context] = (word & KEPT_MASK) | (uint64_t)(code % CONTEXT_MODEL_CODES) << AURA_CODE_SHIFT |
                         word >> TRIE_RANK_SHIFT << AURA_SUFFIX_SHIFT;
    }
    return end_codes(trie, &batch, is_beyond);
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
    bool is_beyond = false;
    aura_rans_batch batch = aura_rans_begin(&trie->reader);
    for (uint32_t at = 0; at < trie->children.many_count; at++) {
        const uint32_t context = trie->children.many[at], length = aura_size_of(words[context]);
        const uint32_t table = TRIE_FIRST_MANY + aura_least(trie->classes[length], 7);
        const uint32_t code = aura_rans_read(&batch, table + 8 * code_above_of(words[context]));
        is_beyond |= code >= CONTEXT_MODEL_CODES;
        codes[context - first] = (uint8_t)(TRIE_IS_LIST + code % CONTEXT_MODEL_CODES);
        aura_trie_pack_list(words, context, CONTEXT_MODEL_FREQUENCIES[code % CONTEXT_MODEL_CODES],
                            codes + (context - first));
    }
    return end_codes(trie, &batch, is_beyond);
}

bool aura_trie_read_lists(aura_trie_reader *trie, uint32_t first, uint8_t *codes)
{
    return read_ranks(trie, first) && read_codes(trie) && read_ones(trie, first, codes) &&
           read_many(trie, first, codes);
}
