/* Kneser-Ney counts while a model is trained; see aura/models/training/kneser_ney.py, which has the same in numpy. */
#ifndef AURA_KNESER_NEY_H
#define AURA_KNESER_NEY_H

#include <stdbool.h>
#include <stdint.h>

/* The entries of one level of a trie, and their contexts.
 *
 * counts: how often each entry occurs, in units of 1 / `whole`.
 * parents, suffixes: of each entry, nodes of the level of the contexts, which begins at the node `first`.
 * kept: whether each is kept, 0 or 1.
 * seen_coming: how often kept longer n-grams have each; NULL for never.
 * begin: the entry that is none, but a context; `count` if there is no such. */
typedef struct {
    const int64_t *counts;
    const int32_t *parents;
    const int32_t *suffixes;
    const uint8_t *kept;
    const double *seen_coming;
    uint32_t count;
    uint32_t first;
    uint32_t contexts;
    uint32_t begin;
    double whole;
    double discount;
} aura_level_counts;

/* What of a level is used: the uses of its entries, and of each context the uses, the kinds, the discounted uses of kept
 * entries, their number, and what kept entries of this level have of it, as suffixes. Sums are added up in doubles. */
typedef struct {
    float *uses;
    double *totals;
    double *kinds;
    double *shown;
    uint16_t *entries;
    double *seen_coming;
} aura_level_uses;

/* Count uses. False if a parent or suffix is no context. */
bool aura_count_uses(const aura_level_counts *level, const aura_level_uses *uses);

#endif
