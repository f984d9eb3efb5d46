/* Interpolation weights by expectation maximisation. Sums are added up in the order in which numpy does. */
#include "weights.h"

#include <string.h>

/* What a context of a place makes of the probability with shorter ones. */
typedef struct {
    uint32_t group;
    double weight;
    double down;
    double mixed;
} step;

static step step_of(const aura_list_evidence *evidence, const aura_learning *learning, const double *weights, uint64_t at,
                    double lower)
{
    step made;
    made.group = (uint32_t)evidence->classes[at] % learning->groups;
    made.weight = weights[made.group];
    made.down = made.weight + (1.0 - made.weight) * (double)evidence->missing[at];
    made.mixed = (1.0 - made.weight) * (double)evidence->frequency[at] + made.down * lower;
    return made;
}

/* The probabilities of all places with contexts of each order, the first row without any. */
static void mix_up(const aura_list_evidence *evidence, const aura_learning *learning, const double *weights, double *rows)
{
    const uint32_t places = evidence->places;
    for (uint32_t place = 0; place < places; place++)
        rows[place] = learning->uniform;
    for (uint64_t at = 0; at < (uint64_t)evidence->orders * places; at++)
        rows[at + places] =
            evidence->classes[at] < 0 ? rows[at] : step_of(evidence, learning, weights, at, rows[at]).mixed;
}

/* Walk down one order: `share` of each place came from it or below. Adds to what the groups have seen and taken. */
static void walk_down(const aura_list_evidence *evidence, const aura_learning *learning, const double *weights,
                      const double *lower, uint64_t first, double *share, double *seen, double *taken)
{
    for (uint32_t place = 0; place < evidence->places; place++) {
        if (evidence->classes[first + place] < 0)
            continue;
        const step made = step_of(evidence, learning, weights, first + place, lower[place]);
        seen[made.group] += share[place];
        share[place] *= made.down * lower[place] / made.mixed;
        taken[made.group] += share[place] * (made.weight / made.down);
    }
}

void aura_maximise(const aura_list_evidence *evidence, const aura_learning *learning, double *weights, double *scratch)
{
    const uint32_t groups = learning->groups, places = evidence->places;
    double *rows = scratch, *share = rows + ((uint64_t)evidence->orders + 1) * places;
    double *seen = share + places, *taken = seen + groups, *row_seen = taken + groups, *row_taken = row_seen + groups;
    memcpy(weights, learning->prior, groups * sizeof *weights);
    for (uint32_t pass = 0; pass < learning->passes; pass++) {
        mix_up(evidence, learning, weights, rows);
        memset(seen, 0, 2 * groups * sizeof *seen);
        for (uint32_t place = 0; place < places; place++)
            share[place] = 1.0;
        for (uint32_t order = evidence->orders; order-- > 0;) {
            const uint64_t first = (uint64_t)order * places;
            memset(row_seen, 0, 2 * groups * sizeof *row_seen);
            walk_down(evidence, learning, weights, rows + first, first, share, row_seen, row_taken);
            for (uint32_t group = 0; group < groups; group++) {
                seen[group] += row_seen[group];
                taken[group] += row_taken[group];
            }
        }
        for (uint32_t group = 0; group < groups; group++)
            weights[group] = (taken[group] + learning->strength * learning->prior[group]) /
                             (seen[group] + learning->strength);
    }
}
