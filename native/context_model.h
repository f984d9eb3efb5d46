/* A context model, packed for coding (rules CTX-1 to CTX-7).
 *
 * To code a symbol, all of what a context says has to be at hand, and reading it from memory is what takes time: so
 * it stands side by side, in words of 64 bits. A context is named by the place of its first word. Contexts stand in
 * the order of their numbers, so those of a lower order come first. From the low bits up, a list of one entry is a
 * single word:
 *
 *     9 symbol, 24 following context, 6 code of the escape, 24 suffix;
 *
 * a longer list is a word whose top bit is set, and a word for each entry, in order:
 *
 *     9 size of the list, 24 suffix, 22 total;
 *     9 symbol, 24 following context, 22 cumulative frequency up to and with the entry, 9 rank in the suffix's list.
 *
 * The suffix of a word is not the next shorter context, but the first one along the suffixes with a longer list: lists
 * contain each other, so that those of equal length are equal, and leave nothing to code after an escape (rule AUR-4).
 * Where there is none, it is the root, which is its own. The rank of an entry says where its symbol stands in the list
 * of that suffix, counted from 0: after an escape, its frequency there is no longer an option.
 *
 * Before the entries of a list of AURA_LONG or more stand a word with what is left of the total of the suffix's list
 * without the symbols of this one, and what tells where a symbol is:
 *
 *     the symbols themselves, a byte each from the low bits up, 0 for the end of a message and where there are no more;
 *     in a list of AURA_WIDE or more, 257 bytes with the place of each symbol, counted from 1: 0 if it has none, and
 *     AURA_BEYOND from there on. */
#ifndef AURA_CONTEXT_MODEL_H
#define AURA_CONTEXT_MODEL_H

#include "constants.h"
#include "errors.h"
#include "memory.h"

#include <string.h>

#define AURA_MANY ((uint64_t)1 << 63)
#define AURA_SYMBOL_MASK 0x1FF
#define AURA_PLACE_SHIFT 9
#define AURA_PLACE_MASK 0xFFFFFF
#define AURA_UPPER_SHIFT 33
#define AURA_CODE_SHIFT 33
#define AURA_SUFFIX_SHIFT 39
#define AURA_TOTAL_MASK 0x3FFFFF
#define AURA_RANK_SHIFT 55

#define AURA_LONG 6
#define AURA_WIDE 40
#define AURA_INDEX_WORDS 33
#define AURA_BEYOND 255

/* A list that replaces those of contexts while a character run lasts (rules RUN-3 and RUN-4). */
typedef struct {
    uint32_t bound;         /* the place before which contexts give way; 0 if there is no list */
    uint16_t count;         /* symbols */
    uint8_t order;          /* of the longest contexts that give way, as the file has it */
    const uint16_t *symbols; /* ascending */
    const uint8_t *codes;   /* of the symbols, and last that of the escape */
} aura_char_run_list;

/* A prefix, and what finds matches in it (rules HIS-1 to HIS-4). */
typedef struct {
    uint8_t *text;
    uint32_t size;  /* 0 if there is none */
    uint32_t *places; /* behind stretches, those with the same hash together, in order */
    uint32_t *ends;   /* by hash, where they end among the places */
    uint32_t *counts; /* by hash, how many they are */
    uint16_t hits[PREFIX_HITS];
} aura_prefix;

/* A packed model. Read-only once it is read; threads may share it. */
typedef struct {
    uint64_t *words;
    bool keeps_codes;
    uint8_t *codes;   /* if they are kept: by word, of entries of lists of more than one, and of the escapes of these */
    uint32_t size;    /* words */
    uint32_t initial; /* the context at the start of a message */
    uint32_t order;   /* of the longest contexts */
    uint32_t entries;
    uint32_t contexts;
    uint32_t ends[CONTEXT_MODEL_MAX_ORDER + 1]; /* by order, the place behind its contexts */
    uint16_t hits[MATCH_HITS];
    bool has_char_runs;
    aura_char_run_list char_runs[CHAR_RUNS_STATES];
    uint8_t *char_runs_memory;
    aura_prefix prefix;
} aura_context_model;

/* Let what stands at a place come from memory while other things are done. */
static inline void aura_prefetch(const void *place)
{
#ifdef __GNUC__
    __builtin_prefetch(place);
#else
    (void)place;
#endif
}

/* The parts of words, as above. */
static inline bool aura_is_many(uint64_t word)
{
    return word >> 63 != 0;
}

static inline uint32_t aura_symbol_of(uint64_t word)
{
    return (uint32_t)word & AURA_SYMBOL_MASK;
}

static inline uint32_t aura_size_of(uint64_t head)
{
    return (uint32_t)head & AURA_SYMBOL_MASK;
}

static inline uint32_t aura_following_of(uint64_t word)
{
    return (uint32_t)(word >> AURA_PLACE_SHIFT) & AURA_PLACE_MASK;
}

static inline uint32_t aura_upper_of(uint64_t entry)
{
    return (uint32_t)(entry >> AURA_UPPER_SHIFT) & AURA_TOTAL_MASK;
}

static inline uint32_t aura_rank_of(uint64_t entry)
{
    return (uint32_t)(entry >> AURA_RANK_SHIFT);
}

static inline uint32_t aura_total_of(uint64_t head)
{
    return (uint32_t)(head >> AURA_UPPER_SHIFT) & AURA_TOTAL_MASK;
}

/* The code of the escape of a list of one entry. */
static inline uint32_t aura_code_of(uint64_t word)
{
    return (uint32_t)(word >> AURA_CODE_SHIFT) & (CONTEXT_MODEL_CODES - 1);
}

/* The frequency of the entry of such a list (rule CTX-5). */
static inline uint32_t aura_frequency_of_one(uint64_t word)
{
    return CONTEXT_MODEL_TOTAL_OF_ONE - CONTEXT_MODEL_ESCAPES[aura_code_of(word)];
}

/* Of any list. */
static inline uint32_t aura_suffix_of(uint64_t word)
{
    return (uint32_t)(word >> (aura_is_many(word) ? AURA_PLACE_SHIFT : AURA_SUFFIX_SHIFT)) & AURA_PLACE_MASK;
}

/* The length of any list. */
static inline uint32_t aura_length_of(uint64_t word)
{
    const uint32_t many = (uint32_t)(word >> 63); /* without a branch, which would often go wrong */
    return (aura_size_of(word) & (0 - many)) | (many ^ 1);
}

/* Words between the head of a list of more than one entry and its entries. */
static inline uint32_t aura_index_size(uint32_t size)
{
    /* without branches, which would often go wrong */
    const uint32_t is_long = 0 - (uint32_t)(size >= AURA_LONG), is_wide = 0 - (uint32_t)(size >= AURA_WIDE);
    return (((1 + (size + 7) / 8) & is_long) & ~is_wide) | ((1 + AURA_INDEX_WORDS) & is_wide);
}

_Static_assert((uint64_t)TRIE_MAX_ENTRIES * (AURA_WIDE + 2 + AURA_INDEX_WORDS) / AURA_WIDE <= AURA_PLACE_MASK,
               "the words of the lists that take most have places");

/* Words that a list of this length takes. */
static inline uint32_t aura_words_of(uint32_t length)
{
    return length + (length > 1 ? 1 + aura_index_size(length) : 0);
}

/* The place of the first entry of a list of more than one. */
static inline uint32_t aura_first_of(const uint64_t *words, uint32_t context)
{
    return context + 1 + aura_index_size(aura_size_of(words[context]));
}

/* The cumulative frequency before an entry of a list of more than one whose first entry stands at `first`. */
static inline uint32_t aura_lower_at(const uint64_t *words, uint32_t first, uint32_t place)
{
    return aura_upper_of(words[place - 1]) & (0 - (uint32_t)(place != first));
}

/* The frequency of an entry of such a list. */
static inline uint32_t aura_frequency_at(const uint64_t *words, uint32_t first, uint32_t place)
{
    return aura_upper_of(words[place]) - aura_lower_at(words, first, place);
}

/* The place of a symbol among these entries; 0 if there is none. */
static inline uint32_t aura_find_among(const uint64_t *words, uint32_t first, uint32_t end, uint32_t symbol)
{
    for (uint32_t place = first; place < end; place++)
        if (aura_symbol_of(words[place]) == symbol)
            return place;
    return 0;
}

/* The place of the entry for a symbol in a long list whose first entry stands at `first`. */
uint32_t aura_find_in_long_list(const uint64_t *words, uint32_t context, uint32_t first, uint32_t symbol);

/* The place of the entry for a symbol in a list of more than one; 0 if there is none. */
static inline uint32_t aura_find_in_list(const uint64_t *words, uint32_t context, uint32_t symbol)
{
    const uint32_t size = aura_size_of(words[context]);
    if (size < AURA_LONG)
        return aura_find_among(words, context + 1, context + 1 + size, symbol);
    return aura_find_in_long_list(words, context, aura_first_of(words, context), symbol);
}

/* The place of the entry for a symbol in any list; 0 if there is none. */
static inline uint32_t aura_find_entry(const uint64_t *words, uint32_t context, uint32_t symbol)
{
    const uint64_t word = words[context];
    if (aura_is_many(word))
        return aura_find_in_list(words, context, symbol);
    return aura_symbol_of(word) == symbol ? context : 0;
}

/* Write the index of a long list whose entries stand. */
void aura_index_list(uint64_t *words, uint32_t context);

/* The context that follows a symbol by the first list along the suffixes that has it (rule AUR-2). */
uint32_t aura_follow(const uint64_t *words, uint32_t context, uint32_t symbol);

void aura_context_model_free(aura_context_model *model, const aura_allocator *allocator);

#endif
