/* Sets of small numbers: symbols, or places in a list. */
#ifndef AURA_NUMBER_SET_H
#define AURA_NUMBER_SET_H

#include "constants.h"

#include <stdbool.h>
#include <stdint.h>

/* Begins as zeros. */
typedef struct {
    uint64_t bits[(CONTEXT_MODEL_SYMBOLS + 63) / 64];
} aura_number_set;

static inline void aura_add(aura_number_set *set, uint32_t number)
{
    set->bits[number >> 6] |= (uint64_t)1 << (number & 63);
}

static inline bool aura_has(const aura_number_set *set, uint32_t number)
{
    return set->bits[number >> 6] >> (number & 63) & 1;
}

#endif
