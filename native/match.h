/* The match model: which byte followed the same bytes before (rules MAT-1 to MAT-8 and HIS-1 to HIS-3). */
#ifndef AURA_MATCH_H
#define AURA_MATCH_H

#include "context_model.h"
#include "prefix.h"

/* The slots of rule MAT-1, kept from message to message so that they need not be cleared: a slot holds a position of
 * the current message if it holds more than `base`, and then `base` more than the position. Begins as zeros. */
typedef struct {
    uint32_t base;
    uint32_t slots[MATCH_SLOTS];
} aura_match_table;

/* What a message predicts its next byte with. */
typedef struct {
    aura_match_table *table;
    const aura_context_model *model;
    const uint8_t *text;   /* the message */
    const uint8_t *source; /* what the pointer points into: the message or the prefix */
    uint32_t pointer;
    uint32_t length; /* of the active match; 0 if none is active */
    uint32_t misses; /* so far, at most MISS_CLASSES - 1 */
} aura_match;

/* Begin a message. */
aura_match aura_match_start(aura_match_table *table, const aura_context_model *model, const uint8_t *text);

/* End a message of at most `size` bytes. */
void aura_match_end(aura_match *match, size_t size);

/* Look into the slot for a match (rule MAT-2), or into the prefix (rule HIS-1). */
void aura_match_try(aura_match *match, uint32_t held, uint32_t position);
void aura_match_try_prefix(aura_match *match, uint32_t position);

static inline uint32_t aura_four_bytes(const uint8_t *bytes)
{
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

/* The slot of MATCH_MIN_LENGTH bytes (rule MAT-1). */
static inline uint32_t aura_match_slot(const uint8_t *bytes)
{
    return aura_four_bytes(bytes) * MATCH_MULTIPLIER >> MATCH_SLOT_SHIFT;
}

/* Look for a match if none is active (rules MAT-1 to MAT-3 and HIS-1); once at each position. */
static inline void aura_match_look(aura_match *match, uint32_t position)
{
    if (position < MATCH_MIN_LENGTH)
        return;
    uint32_t *slot = &match->table->slots[aura_match_slot(match->text + position - MATCH_MIN_LENGTH)];
    const uint32_t held = *slot;
    *slot = match->table->base + position;
    if (match->length > 0)
        return;
    if (held > match->table->base)
        aura_match_try(match, held - match->table->base, position);
    if (match->length == 0 && match->model->prefix.size > 0 && position >= PREFIX_LENGTH)
        aura_match_try_prefix(match, position);
}

/* Go past a position where nothing is coded: it is looked for later, and no match is active (rule FRS-8). */
static inline void aura_match_pass(aura_match *match, uint32_t position)
{
    match->length = 0;
    if (position < MATCH_MIN_LENGTH)
        return;
    match->table->slots[aura_match_slot(match->text + position - MATCH_MIN_LENGTH)] = match->table->base + position;
}

/* The byte that an active match predicts. */
static inline uint32_t aura_match_predicted(const aura_match *match)
{
    return match->source[match->pointer];
}

/* The probability of a hit, out of MATCH_TOTAL, in a class of the byte's probability (rules MAT-4 and HIS-2). */
static inline uint32_t aura_match_hits(const aura_match *match, uint32_t probability_class)
{
    if (match->source != match->text)
        return match->model->prefix.hits[probability_class * MATCH_MISS_CLASSES + match->misses];
    uint32_t length_class = 0; /* rule MAT-5, without branches, which would often go wrong */
    for (size_t step = 0; step < sizeof MATCH_LENGTH_STEPS; step++)
        length_class += match->length >= MATCH_LENGTH_STEPS[step];
    return match->model->hits[(length_class * MATCH_PROBABILITY_CLASSES + probability_class) * MATCH_MISS_CLASSES +
                              match->misses];
}

/* The class of a listed byte's probability (rule MAT-6). */
static inline uint32_t aura_probability_class(uint32_t frequency, uint32_t total)
{
    uint32_t class = 1;
    for (size_t step = 0; step < sizeof MATCH_PROBABILITY_STEPS / sizeof *MATCH_PROBABILITY_STEPS; step++)
        class += 1000 * frequency >= MATCH_PROBABILITY_STEPS[step] * total;
    return class;
}

/* The prediction was right (rules MAT-7 and HIS-3). */
static inline void aura_match_hit(aura_match *match)
{
    match->pointer++;
    match->length += match->length < MATCH_MAX_LENGTH;
    if (match->source != match->text && match->pointer == match->model->prefix.size)
        match->length = 0;
}

/* The prediction was wrong (rule MAT-8). */
static inline void aura_match_miss(aura_match *match)
{
    match->length = 0;
    match->misses += match->misses < MATCH_MISS_CLASSES - 1;
}

#endif
