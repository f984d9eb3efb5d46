/* Gains of the entries of a trie, list by list. Sums are added up in the order in which numpy does. */
#include "pruning.h"

#include "constants.h"
#include "logarithm.h"

#include <stddef.h>

/* What the entries of a list have: how often each saves its bits, and the bits. */
typedef struct {
    double counts[CONTEXT_MODEL_SYMBOLS];
    double bits[CONTEXT_MODEL_SYMBOLS];
} list_savings;

static double saving_count(const aura_gaining_level *level, uint32_t at)
{
    const double root = AURA_ROOT((double)level->counts[at] / level->whole * (double)level->spreads[at]);
    const double less = root - 0.5, share = 0.3 * root;
    return less > share ? less : share;
}

static void raise_to(float *gain, float other)
{
    if (*gain < other)
        *gain = other;
}

/* The gains of the entries of the list of a context, from `start` on. */
static bool find_in_list(const aura_gaining_level *level, uint32_t context, uint32_t start, uint32_t end, float *gains,
                         float *of_contexts)
{
    list_savings list;
    double sum = 0.0;
    for (uint32_t at = start; at < end; at++) {
        const uint32_t suffix = (uint32_t)level->suffixes[at] - level->first;
        if (suffix >= level->contexts)
            return false;
        const double count = saving_count(level, at);
        const double bits = aura_log2((double)level->probability[at] / (double)level->lower[suffix]);
        list.counts[at - start] = count;
        list.bits[at - start] = bits;
        sum += count * bits;
    }
    const double together = sum / (level->entries[context] > 0 ? (double)level->entries[context] : 1.0);
    const double weight = (double)level->weights[context];
    const double least = aura_log2(weight > level->least_weight ? weight : level->least_weight);
    for (uint32_t at = start; at < end; at++) {
        const double alone = list.counts[at - start] * (list.bits[at - start] - least);
        raise_to(gains + at, (float)(alone < together ? alone : together));
        if (of_contexts != NULL) { /* what needs an entry gains no more than it does */
            raise_to(of_contexts + context, gains[at]);
            raise_to(of_contexts + ((uint32_t)level->suffixes[at] - level->first), gains[at]);
        }
    }
    return true;
}

bool aura_find_gains(const aura_gaining_level *level, float *gains, float *of_contexts)
{
    uint32_t end, least = 0; /* the first context whose list may come next */
    for (uint32_t start = 0; start < level->count; start = end) {
        const uint32_t context = (uint32_t)level->parents[start] - level->first;
        if (context < least || context >= level->contexts)
            return false;
        least = context + 1;
        for (end = start + 1; end < level->count && level->parents[end] == level->parents[start]; end++)
            continue;
        if (end - start > CONTEXT_MODEL_SYMBOLS || !find_in_list(level, context, start, end, gains, of_contexts))
            return false;
    }
    return true;
}
