/* Keys of n-grams while a model is trained; see aura/models/training/stages.py, which has the same in numpy. */
#ifndef AURA_STAGES_H
#define AURA_STAGES_H

#include <stdbool.h>
#include <stdint.h>

/* Symbols in memory whose n-grams are counted.
 *
 * ranks: of `lead` symbols before them, and of `size` symbols.
 * limits: of each symbol, but for the lead, the length of the longest n-gram that ends there. */
typedef struct {
    const uint16_t *ranks;
    const uint8_t *limits;
    uint32_t lead;
    uint32_t size;
} aura_piece;

/* Some symbols of n-grams: `width` of them behind the last `depth`, of `bits` each. */
typedef struct {
    uint32_t depth;
    uint32_t width;
    uint32_t bits;
} aura_stage;

/* Whether all symbols that the stage looks at are in the piece, and fit into a key. */
bool aura_stage_fits(const aura_stage *stage, const aura_piece *piece);

/* The keys of `count` n-grams of a stage that fits: the number of the group, then the symbols, the nearest highest.
 *
 * They end at `places`, or where that is NULL at all symbols, of which there are as many. `groups` are their groups;
 * NULL for 0. False if a place is not in the piece. */
bool aura_keys_of(const aura_piece *piece, const aura_stage *stage, const int32_t *places, const int32_t *groups,
                  uint32_t count, uint64_t *keys);

#endif
