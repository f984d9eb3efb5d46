/* The probabilities of entries while a model is trained; see aura/models/training/weights.py, which has the same in
 * numpy. */
#ifndef AURA_MIXING_H
#define AURA_MIXING_H

#include <stdbool.h>
#include <stdint.h>

/* Bounds between the classes of contexts: of uses in lists of one kind of symbol, of kinds, of uses for each kind, and of
 * sources, each ascending, one after the other. */
enum {
    AURA_CLASS_USES = 9,
    AURA_CLASS_KINDS = 5,
    AURA_CLASS_RATIOS = 6,
    AURA_CLASS_SPREADS = 3,
    AURA_CLASS_BOUNDS = AURA_CLASS_USES + AURA_CLASS_KINDS + AURA_CLASS_RATIOS + AURA_CLASS_SPREADS,
    AURA_CLASS_SHAPES = AURA_CLASS_USES + 1 + (AURA_CLASS_KINDS + 1) * (AURA_CLASS_RATIOS + 1),
    AURA_CLASS_ORDERS = 15,
    AURA_CLASSES = AURA_CLASS_ORDERS * AURA_CLASS_SHAPES * (AURA_CLASS_SPREADS + 1)
};

/* What a context is classed by: the uses of its entries, their kinds, one by the other, and in how many sources it
 * occurs. */
typedef struct {
    double totals;
    double kinds;
    double ratio;
    double spread;
    uint32_t order;
} aura_context_shape;

/* The class of a context, below AURA_CLASSES. */
uint32_t aura_class_of(const aura_context_shape *shape, const double *bounds);

/* The contexts of one order, of which some are kept, and the kept entries that are one longer.
 *
 * kept, totals, kinds, shown, entries, spreads: of each context: whether it is kept, 0 or 1, the uses and the kinds of its
 * entries, the discounted uses of those that are kept, their number, and in about how many sources it occurs.
 * parents, suffixes: of each kept entry, kept nodes, of which `first` is the first kept context; parents ascend.
 * entry_kept, uses: of each entry, whether it is kept, and how often it is used.
 * lower: of each kept context its own probability; NULL for `uniform`, where the context is the root.
 * group_weights: of each class the weight of the suffix. */
typedef struct {
    const uint8_t *kept;
    const float *totals;
    const float *kinds;
    const float *shown;
    const uint16_t *entries;
    const uint16_t *spreads;
    uint32_t contexts;
    const int32_t *parents;
    const int32_t *suffixes;
    uint32_t kept_entries;
    const uint8_t *entry_kept;
    const float *uses;
    uint32_t all_entries;
    const float *lower;
    uint32_t kept_contexts;
    const double *group_weights;
    const double *bounds;
    uint32_t first;
    uint32_t order;
    float discount;
    float nothing;
    float uniform;
} aura_mixed_level;

/* Set the weight of the suffix of each kept context, and the probability of each kept entry. False if numbers do not
 * belong together, or parents do not ascend. */
bool aura_mix_level(const aura_mixed_level *level, float *weights, float *probability);

#endif
