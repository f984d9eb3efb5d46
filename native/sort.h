/* Sorting in place, in time n log n whatever the order. */
#ifndef AURA_SORT_H
#define AURA_SORT_H

#include <stdbool.h>
#include <stdint.h>

/* Whether one of two numbers belongs before the other. */
typedef bool (*aura_is_before)(const void *context, uint32_t one, uint32_t other);

/* Sort numbers; equal ones keep their order. `scratch` has as much room. */
void aura_sort(uint32_t *numbers, uint32_t count, uint32_t *scratch, aura_is_before is_before, const void *context);

/* Sort numbers by their own order. */
void aura_sort_numbers(uint32_t *numbers, uint32_t count, uint32_t *scratch);
void aura_sort_words(uint64_t *words, uint32_t count, uint64_t *scratch);

#endif
