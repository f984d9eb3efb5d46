/* Interpolation weights while a model is trained; see aura/models/training/weights.py, which has the same in numpy. */
#ifndef AURA_WEIGHTS_H
#define AURA_WEIGHTS_H

#include <stdint.h>

/* What the lists of each order say about each place of a text: `orders` rows of `places` items. The class of a context
 * is below 0 where it has no list. */
typedef struct {
    const int16_t *classes;
    const float *frequency;
    const float *missing;
    uint32_t orders;
    uint32_t places;
} aura_list_evidence;

/* How weights are learned.
 *
 * prior: the weights to begin with, of `groups` groups; a class is in the group of its number modulo `groups`.
 * strength: how many observations a prior weight is worth.
 * uniform: the probability of a symbol below the first order. */
typedef struct {
    const double *prior;
    uint32_t groups;
    uint32_t passes;
    double strength;
    double uniform;
} aura_learning;

/* The numbers that aura_maximise needs besides. */
#define AURA_MAXIMISE_ROOM(orders, places, groups) (((uint64_t)(orders) + 2) * (places) + 4 * (uint64_t)(groups))

/* The weights of groups that make a text likeliest, by expectation maximisation. */
void aura_maximise(const aura_list_evidence *evidence, const aura_learning *learning, double *weights, double *scratch);

#endif
