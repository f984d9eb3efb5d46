/* Finds the phrases of the static dictionary in a text (rule UNI-1). */
#ifndef AURA_STATIC_DICTIONARY_H
#define AURA_STATIC_DICTIONARY_H

#include "constants.h"

#include <stddef.h>

#define AURA_DICTIONARY_SLOTS (1 << 15)

/* Made once; threads may share it. */
typedef struct {
    uint16_t units[AURA_DICTIONARY_SLOTS]; /* by hash of their bytes; 0 where there is none */
    uint8_t sizes[1 << 16];                /* for the first two bytes, a bit for each size less 1 of their phrases */
    uint8_t filter[1 << 14];               /* a bit for each hash of a phrase; most of what is no phrase has no bit */
} aura_static_dictionary;

void aura_static_dictionary_make(aura_static_dictionary *dictionary);

/* The phrase of `size` bytes, 2 to UNIT_MAX_UNIT, with which `bytes` begins, low byte first; 0 if there is none. */
uint32_t aura_find_phrase(const aura_static_dictionary *dictionary, uint64_t bytes, uint32_t size);

/* The phrases with which `bytes` begins, shortest first, packed; at most UNIT_MAX_UNIT - 1 of them. Gives how many. */
uint32_t aura_find_phrases(const aura_static_dictionary *dictionary, uint64_t bytes, uint16_t *phrases);

/* A packed phrase: its symbol (rule UNI-2), and its size. */
static inline uint32_t aura_phrase_symbol(uint32_t phrase)
{
    return phrase & 0x1FF;
}

static inline uint32_t aura_phrase_size(uint32_t phrase)
{
    return phrase >> 9;
}

#endif
