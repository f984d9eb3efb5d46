/* Modelled template frames: the strings of their texts (rules FRS-7 to FRS-13). */
#ifndef AURA_MODELLED_H
#define AURA_MODELLED_H

#include "match.h"

/* Write the string for the texts of a message. `sizes` has 3 · n + 1 numbers for n texts, which add up to the size of
 * the message: how many bytes are fed before the first text, and then for each text its bytes, those of its stop, and
 * how many bytes are fed behind that. Only the last text may have no stop, and nothing stands behind it then (rule
 * FRS-12). Gives the length, or 0 for an error, as aura_encode does. */
size_t aura_modelled_encode(const aura_context_model *model, aura_match_table *table, const uint8_t *message,
                            size_t size, const uint32_t *sizes, size_t count, uint8_t *out, size_t capacity,
                            aura_error *error);

#endif
