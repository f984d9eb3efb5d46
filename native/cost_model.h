/* Estimates what options of a parse cost, in sixteenths of a bit (rules PAR-2 and PAR-6). */
#ifndef AURA_COST_MODEL_H
#define AURA_COST_MODEL_H

#include "brio2.h"
#include "loads.h"

/* A literal run, in units, and the match that follows. */
typedef struct {
    uint32_t literal_run;
    uint32_t length;
    uint32_t distance;
} aura_sequence;

/* How a message is cut: `units_count` units, of which those behind the last match have no sequence. */
typedef struct {
    uint16_t *units;
    aura_sequence *sequences;
    uint32_t units_count;
    uint32_t sequences_count;
} aura_cut;

/* The recent distances once a match has ended at a place (rule BII-7). */
typedef struct {
    uint32_t end;
    uint32_t recent[AURA_RECENT];
} aura_latest;

typedef struct {
    int32_t units[UNIT_UNIT_CONTEXTS][UNIT_SYMBOLS];
    int32_t recent[AURA_RECENT];
    int32_t distances[BRIO2_NUMBERS];         /* by the symbol of the number distance - 1 */
    int32_t lengths[PARSE_MAX_CANDIDATE + 1]; /* by length */
    int32_t literal_runs[2];                  /* of one of no units, and the mean of all others */
} aura_prices;

/* Prices, and what they are made of. */
typedef struct {
    aura_prices prices;
    uint8_t price_of[INTERLEAVED_RANS_TOTAL + 1]; /* by frequency */
    uint32_t units[UNIT_UNIT_CONTEXTS * UNIT_SYMBOLS];
    uint32_t literal_runs[BRIO2_NUMBERS];
    uint32_t distances[BRIO2_DISTANCES];
    uint32_t lengths[BRIO2_NUMBERS];
} aura_cost_model;

void aura_cost_model_make(aura_cost_model *model);

/* Take the prices of a first pass. */
void aura_cost_model_begin(aura_cost_model *model);

/* Take the prices of a further pass, and note the recent distances, one entry a sequence, for a text that is cut from
 * `begin` on. */
void aura_cost_model_learn(aura_cost_model *model, const aura_cut *cut, uint32_t begin, aura_latest *latest);

/* The symbol of a number (rule BII-6), and of a unit (rule UNI-2). */
static inline uint32_t aura_number_symbol(uint32_t number)
{
    if (number < BRIO2_DIRECT)
        return number;
    const uint32_t shifted = number - BRIO2_DIRECT + 4, top = aura_top_bit(shifted);
    return BRIO2_DIRECT + 2 * (top - 2) + (shifted >> (top - 1) & 1);
}

static inline uint32_t aura_unit_symbol(uint32_t unit)
{
    if (unit < 256)
        return unit;
    const uint32_t place = unit - 256, tier = aura_top_bit(place / UNIT_BUCKETS + 1);
    return 256 + UNIT_BUCKETS * tier + ((place - UNIT_BUCKETS * ((1u << tier) - 1)) >> tier);
}

/* The place of a distance among the recent ones; AURA_RECENT if it is not one of them. */
static inline uint32_t aura_place_among(const uint32_t recent[AURA_RECENT], uint32_t distance)
{
    return recent[0] == distance ? 0 : recent[1] == distance ? 1 : recent[2] == distance ? 2 : AURA_RECENT;
}

/* The symbol of a distance (rule BII-7). */
static inline uint32_t aura_distance_symbol(const uint32_t recent[AURA_RECENT], uint32_t distance)
{
    const uint32_t place = aura_place_among(recent, distance);
    return place < AURA_RECENT ? place : AURA_RECENT + aura_number_symbol(distance - 1);
}

#endif
