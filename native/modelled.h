/* Modelled template frames (rules FRS-1 to FRS-13). */
#ifndef AURA_MODELLED_H
#define AURA_MODELLED_H

#include "errors.h"
#include "match.h"
#include "template_library.h"

/* Write a frame, the marker included, for a message that a template with values gives. Gives its length, or 0 for an
 * error: AURA_NO_TEXT (rule FRS-5), AURA_TOO_LONG (rule FRS-13), or AURA_NO_SPACE, which RANGE_CODER_MAX_OMITTED and
 * AURA_MAX_SPELT bytes more than the frame rule out. */
size_t aura_modelled_encode(const aura_context_model *model, aura_match_table *table, const aura_filled *filled,
                            const uint8_t *message, size_t size, uint8_t *out, size_t capacity, aura_error *error);

/* Read a frame, the marker included, and fill its template; as aura_decode says. */
bool aura_modelled_decode(const aura_context_model *model, aura_match_table *table,
                          const aura_template_library *library, const uint8_t *wire, size_t size, size_t max_size,
                          uint8_t *out, size_t capacity, size_t *length, aura_error *error);

#endif
