/* Probabilities of entries, list by list, in single precision as numpy computes them. */
#include "mixing.h"

#include <stddef.h>

static uint32_t reached(double value, const double *bounds, uint32_t count)
{
    uint32_t number = 0;
    for (uint32_t at = 0; at < count; at++)
        number += value >= bounds[at];
    return number;
}

uint32_t aura_class_of(const aura_context_shape *shape, const double *bounds)
{
    const double *of_kinds = bounds + AURA_CLASS_USES, *of_ratios = of_kinds + AURA_CLASS_KINDS;
    const double *of_spreads = of_ratios + AURA_CLASS_RATIOS;
    const uint32_t order = shape->order < AURA_CLASS_ORDERS - 1 ? shape->order : AURA_CLASS_ORDERS - 1;
    uint32_t number;
    if (shape->kinds <= 1.0)
        number = reached(shape->totals, bounds, AURA_CLASS_USES);
    else
        number = AURA_CLASS_USES + 1 + reached(shape->kinds, of_kinds, AURA_CLASS_KINDS) * (AURA_CLASS_RATIOS + 1) +
                 reached(shape->ratio, of_ratios, AURA_CLASS_RATIOS);
    return (number + order * AURA_CLASS_SHAPES) * (AURA_CLASS_SPREADS + 1) +
           reached(shape->spread, of_spreads, AURA_CLASS_SPREADS);
}

/* What the list of a context makes of probabilities: `scale` times discounted uses, and `down` times lower ones. */
typedef struct {
    float weight;
    float scale;
    float down;
} list_terms;

static list_terms terms_of(const aura_mixed_level *level, uint32_t context)
{
    const float totals = level->totals[context], kinds = level->kinds[context];
    float whole = totals > 1.0F ? totals : 1.0F, missing = 0.0F;
    if (level->order > 0) {
        whole = totals - level->discount * kinds;
        whole = whole > level->nothing ? whole : level->nothing;
        missing = 1.0F - level->shown[context] / whole;
        missing = missing < 0.0F ? 0.0F : missing > 1.0F ? 1.0F : missing;
    }
    list_terms terms = {1.0F, 0.0F, 0.0F};
    if (level->entries[context] > 0) {
        const float ratio = totals / (kinds > 1.0F ? kinds : 1.0F);
        const aura_context_shape shape = {(double)totals, (double)kinds, (double)ratio,
                                          (double)level->spreads[context], level->order};
        terms.weight = (float)level->group_weights[aura_class_of(&shape, level->bounds)];
    }
    const float own = 1.0F - terms.weight;
    terms.scale = own / whole;
    terms.down = terms.weight + own * missing;
    return terms;
}

static float discounted(const aura_mixed_level *level, float uses)
{
    return level->order == 0 ? uses : uses - level->discount * (uses < 1.0F ? uses : 1.0F);
}

bool aura_mix_level(const aura_mixed_level *level, float *weights, float *probability)
{
    uint32_t context = 0, at = 0, entry = 0; /* the kept context, the kept entry, and its place among all entries */
    for (uint32_t place = 0; place < level->contexts; place++) {
        if (level->kept[place] == 0)
            continue;
        if (context >= level->kept_contexts)
            return false;
        const list_terms terms = terms_of(level, place);
        weights[context] = terms.weight;
        for (; at < level->kept_entries && (uint32_t)level->parents[at] - level->first == context; at++, entry++) {
            while (entry < level->all_entries && level->entry_kept[entry] == 0)
                entry++;
            const uint32_t suffix = (uint32_t)level->suffixes[at] - level->first;
            if (entry >= level->all_entries || suffix >= level->kept_contexts)
                return false;
            const float lower = level->lower != NULL ? level->lower[suffix] : level->uniform;
            probability[at] = terms.scale * discounted(level, level->uses[entry]) + terms.down * lower;
        }
        context++;
    }
    return context == level->kept_contexts && at == level->kept_entries;
}
