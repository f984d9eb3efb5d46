/* Matches of BRIO version 1: finding them, and copying them (rules LZ-1 and LZ-2). */
#ifndef AURA_LZ77_H
#define AURA_LZ77_H

#include "constants.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AURA_LZ77_HEADS ((size_t)1 << 16)

/* Finds the longest earlier occurrence of what stands at a position, of equally long ones the nearest.
 *
 * Positions that were added and whose LZ77_MIN_LENGTH bytes have the same hash are chained, the latest first; 0 ends a
 * chain, and all numbers are larger by 1. What has left the window ends it, too. The hashes depend on a number that
 * nobody can guess, so that nobody can write a text in which many bytes that differ have the same hash. */
typedef struct {
    const uint8_t *data;
    size_t size;
    uint64_t multiplier;
    uint32_t heads[AURA_LZ77_HEADS];
    uint32_t before[LZ77_WINDOW]; /* by position mod LZ77_WINDOW */
} aura_lz77_finder;

/* A match; its length is 0 if there is none. */
typedef struct {
    uint32_t distance;
    uint32_t length;
} aura_lz77_match;

/* Begin with a text of less than 2^32 - 1 bytes, and any number that nobody can guess. */
void aura_lz77_start(aura_lz77_finder *finder, const uint8_t *data, size_t size, uint64_t salt);

/* Remember a position, each in its turn, as the start of a match. */
void aura_lz77_add(aura_lz77_finder *finder, size_t position);

/* The best match at a position, before which all were added. */
aura_lz77_match aura_lz77_find(const aura_lz77_finder *finder, size_t position);

/* Copy `length` bytes to `to` from `distance` before, byte by byte (rule LZ-1). */
static inline void aura_lz77_copy(uint8_t *to, size_t distance, size_t length)
{
    for (const uint8_t *from = to - distance; length > 0; length--)
        *to++ = *from++;
}

#endif
