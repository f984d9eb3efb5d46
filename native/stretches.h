/* Choosing what recurs between messages; see aura/models/training/prefix_selection.py, which has the same in numpy. */
#ifndef AURA_STRETCHES_H
#define AURA_STRETCHES_H

#include <stdbool.h>
#include <stdint.h>

/* A text whose stretches are chosen, in windows that begin every `step` symbols.
 *
 * value: of each of `size` symbols, what the `length` symbols from it on are worth; a whole number.
 * kind: of each, which these are; equal ones have one number below `kinds`, which is -1 where nothing is worth.
 * order: the windows, the most valuable first; `worth` of each, by its number. There are `windows` of them.
 * window: symbols of one. faded: the share of its worth below which a window is passed over.
 * wanted: symbols after which no more are chosen. */
typedef struct {
    const float *value;
    const int32_t *kind;
    const int64_t *order;
    const float *worth;
    uint32_t size;
    uint32_t kinds;
    uint32_t windows;
    uint32_t step;
    uint32_t window;
    uint32_t length;
    uint32_t wanted;
    float faded;
} aura_windows;

/* Choose stretches: `starts` and `ends` of those that are covered, without what was taken before.
 *
 * `taken` has a byte for each kind, all 0. Gives how many there are; -1 if a number names nothing, or `room` is short. */
int64_t aura_choose_stretches(const aura_windows *text, uint8_t *taken, int32_t *starts, int32_t *ends, uint32_t room);

#endif
