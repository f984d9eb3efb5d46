/* Adaptive tables: streams of BRIO version 2 (rules ADA-1 to ADA-4). */
#ifndef AURA_ADAPTIVE_H
#define AURA_ADAPTIVE_H

#include "interleaved_rans.h"

#include <string.h>

#define AURA_START_OF_RUN 0xFFFF

/* The kinds of symbols, each with tables of its own. */
typedef enum {
    AURA_LITERAL_RUNS,
    AURA_DISTANCES,
    AURA_LENGTHS,
    AURA_UNITS,
} aura_kind;

/* The symbols of a kind, how many contexts it has, and the counts with which its tables begin. */
typedef struct {
    uint32_t symbols;
    uint32_t contexts;
    const uint16_t *counts;
} aura_kind_counts;

aura_kind_counts aura_first_counts(aura_kind kind);

/* The tables of one kind while a stream is coded. A table is made when it is first used in a round. */
typedef struct {
    uint32_t symbols; /* of each table */
    uint32_t stale;   /* a bit for each context whose table has to be made before it is used */
    uint32_t used;    /* a bit for each context that has been used in this round */
    uint32_t counts[UNIT_UNIT_CONTEXTS * UNIT_SYMBOLS];
    uint32_t intervals[UNIT_UNIT_CONTEXTS * UNIT_SYMBOLS]; /* frequency << 16 | cumulative */
    uint16_t slots[UNIT_UNIT_CONTEXTS * INTERLEAVED_RANS_TOTAL]; /* the symbol of each slot; for a reader only */
} aura_adaptive_tables;

/* Frequencies of `symbols` counts (rule ADA-2). */
void aura_frequencies_from(const uint32_t *counts, uint32_t symbols, uint32_t *frequencies);

/* The symbols of a step: the `step`-th of each lane that has one. */
static inline uint32_t aura_lanes_of_step(uint32_t count, uint32_t steps, uint32_t step)
{
    return (count - step + steps - 1) / steps;
}

/* Read a stream of `count` symbols. The contexts stand in `contexts`, or are all 0 if that is NULL. With `after` the
 * context of a symbol is what that has for the symbol before in its lane, but 0 for the first, and where `symbols` has
 * AURA_START_OF_RUN. */
bool aura_adaptive_read(aura_rans_reader *reader, aura_adaptive_tables *tables, aura_kind kind, uint16_t *symbols,
                        uint32_t count, const uint8_t *contexts, const uint8_t *after, aura_error *error);

/* The intervals of the symbols of a stream that is to be written, all of whose contexts are known. */
void aura_adaptive_choose(aura_adaptive_tables *tables, aura_kind kind, const uint16_t *symbols, uint32_t count,
                          const uint8_t *contexts, uint32_t lanes, uint32_t *intervals);

/* Writes words from the last to the first (rule IRN-6). There is room for all. */
typedef struct {
    uint8_t *begin; /* of what is written */
    uint32_t lanes;
    uint32_t states[INTERLEAVED_RANS_MAX_LANES];
} aura_lane_writer;

static inline void aura_put_word(aura_lane_writer *writer, uint32_t word)
{
    *--writer->begin = (uint8_t)(word >> 8);
    *--writer->begin = (uint8_t)word;
}

/* Write a stream of symbols with these intervals (rule ADA-3). */
void aura_adaptive_write(aura_lane_writer *writer, const uint32_t *intervals, uint32_t count);

#endif
