/* Fuzzy template frames (rules FUZ-1 to FUZ-6). */
#ifndef AURA_FUZZY_H
#define AURA_FUZZY_H

#include "template_library.h"
#include "workspace.h"

/* Write a frame, the marker included, for a message and the template that it is close to. Gives its length, or 0 for an
 * error: AURA_TOO_LONG (rule FUZ-6), or AURA_NO_SPACE, which RANGE_CODER_MAX_OMITTED bytes more than the frame rule
 * out. */
size_t aura_fuzzy_encode(const aura_context_model *model, aura_workspace *workspace, const aura_template_list *list,
                         const aura_template *template, const uint8_t *data, size_t size, uint8_t *out,
                         size_t capacity, aura_error *error);

/* Read a frame, the marker included; as aura_decode says. */
bool aura_fuzzy_decode(const aura_context_model *model, aura_workspace *workspace,
                       const aura_template_library *library, const uint8_t *wire, size_t size, size_t max_size,
                       uint8_t *out, size_t capacity, size_t *length, aura_error *error);

#endif
