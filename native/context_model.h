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
 *     9 symbol, 24 following context, 22 cumulative frequency up to and with the entry.
 *
 * The suffix of a word is not the next shorter context, but the first one along the suffixes with a longer list: lists
 * contain each other, so that those of equal length are equal, and leave nothing to code after an escape (rule AUR-4).
 * Where there is none, it is the root, which is its own.
 *
 * Behind a list of AURA_WIDE entries or more stand 257 bytes, in words, that tell where a symbol is in it: 0 if it is
 * not, else its place counted from 1; AURA_BEYOND from there on. */
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

#define AURA_WIDE 40
#define AURA_INDEX_WORDS 33
#define AURA_BEYOND 255

/* A list that replaces those of contexts while a character run lasts (rules RUN-3 and RUN-4). */
typedef struct {
    uint32_t bound;         /* the place before which contexts give way; 0 if there is no list */
    uint16_t count;         /* symbols */
    const uint16_t *symbols; /* ascending */
    const uint8_t *codes;   /* of the symbols, and last that of the escape */
} aura_char_run_list;

/* A prefix, and what finds matches in it (rules HIS-1 to HIS-4). */
typedef struct {
    uint8_t *text;
    uint32_t size;  /* 0 if there is none */
    uint32_t *heads; /* by hash, the last place behind a stretch with it; 0 if there is none */
    uint32_t *before; /* by place, the place before with the same hash */
    uint16_t hits[PREFIX_HITS];
} aura_prefix;

/* A packed model. Read-only once it is read; threads may share it. */
typedef struct {
    uint64_t *words;
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
    return (uint32_t)(entry >> AURA_UPPER_SHIFT);
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

/* Words that a list of this length takes. */
static inline uint32_t aura_words_of(uint32_t length)
{
    return length + (uint32_t)(length > 1) + (uint32_t)(length >= AURA_WIDE) * AURA_INDEX_WORDS;
}

/* The cumulative frequency before an entry of the list of more than one that begins behind `context`. */
static inline uint32_t aura_lower_at(const uint64_t *words, uint32_t context, uint32_t place)
{
    return place == context + 1 ? 0 : aura_upper_of(words[place - 1]);
}

/* The place of the entry for a symbol in a list of more than one; 0 if there is none. */
static inline uint32_t aura_find_in_list(const uint64_t *words, uint32_t context, uint32_t symbol)
{
    const uint32_t size = aura_size_of(words[context]);
    uint32_t place = context + 1;
    const uint32_t end = place + size;
    if (size >= AURA_WIDE) {
        const uint8_t at = ((const uint8_t *)(words + end))[symbol];
        if (at != AURA_BEYOND)
            return at == 0 ? 0 : context + at;
        place = context + AURA_BEYOND;
    }
    for (; place < end; place++)
        if (aura_symbol_of(words[place]) == symbol)
            return place;
    return 0;
}

/* Write the index of a wide list whose entries stand. */
void aura_index_list(uint64_t *words, uint32_t context);

/* The context that follows a symbol by the first list along the suffixes that has it (rule AUR-2). */
uint32_t aura_follow(const uint64_t *words, uint32_t context, uint32_t symbol);

void aura_context_model_free(aura_context_model *model, const aura_allocator *allocator);

#endif
