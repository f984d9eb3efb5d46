/* What the entries of a trie gain, while a model is trained; see aura/models/training/pruning.py, which has the same in
 * numpy. */
#ifndef AURA_PRUNING_H
#define AURA_PRUNING_H

#include <stdbool.h>
#include <stdint.h>

/* The entries of one level of a trie, and their contexts.
 *
 * counts: how often each entry occurs, in units of 1 / `whole`.
 * spreads: in about how many sources.
 * parents, suffixes: of each entry, nodes of the level of the contexts, which begins at the node `first`; parents ascend.
 * probability: of each entry in its list.
 * lower, weights, entries: of each context, its probability, the weight of its suffix, and the number of its entries.
 * least_weight: lower weights count as this one. */
typedef struct {
    const int64_t *counts;
    const uint16_t *spreads;
    const int32_t *parents;
    const int32_t *suffixes;
    const float *probability;
    const float *lower;
    const float *weights;
    const uint16_t *entries;
    uint32_t count;
    uint32_t first;
    uint32_t contexts;
    double whole;
    double least_weight;
} aura_gaining_level;

/* Raise the gains of entries to what they save, and those of their contexts, if `of_contexts` is not NULL, to what their
 * entries gain. False if parents do not ascend, or a parent or suffix is no context. */
bool aura_find_gains(const aura_gaining_level *level, float *gains, float *of_contexts);

#endif
