/* Tallies of n-grams while a model is trained; see aura/models/training/tallies.py, which has the same in numpy.
 *
 * All memory is the caller's. */
#ifndef AURA_TALLIES_H
#define AURA_TALLIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is counted of some n-grams, an item each. `counts` and `messages` are NULL where they are not counted. */
typedef struct {
    int64_t *sizes;
    int64_t *counts;
    uint64_t *sources;
    uint64_t *messages;
} aura_tallies;

/* The place of each of `wanted` among ascending `keys`, which differ, or -1. Wanted keys that ascend are found sooner. */
void aura_find_keys(const uint64_t *keys, uint32_t count, const uint64_t *wanted, size_t wanted_count, int32_t *places);

/* The order in which keys ascend; those of equal keys ascend. `keys` are sorted. The scratches have as much room. */
void aura_sort_keys(uint64_t *keys, uint32_t *order, uint32_t count, uint64_t *scratch_keys, uint32_t *scratch_order);

/* Add up what neighbours have whose keys are alike but for their lowest bits.
 *
 * Item i has the key `keys[i]`, and what `each` has at `order[i]`, or at i where `order` is NULL. Without `each->sizes`
 * every item counts once. `index`, unless NULL, gets the group of each item at its place in `each`. `grouped` and
 * `group_keys` have room for as many groups as items. Gives the number of groups; -1 if `order` names no item. */
int64_t aura_group_keys(const uint64_t *keys, const uint32_t *order, uint32_t count, uint32_t shift,
                        const aura_tallies *each, uint64_t *group_keys, const aura_tallies *grouped, int32_t *index);

#endif
