/* What the frames of templates share (chapters typed, modelled and fuzzy). */
#ifndef AURA_FRAME_H
#define AURA_FRAME_H

#include "slot_types.h"
#include "template_library.h"

/* Read the id of a template that is held (rules TYP-1 and TYP-3). */
bool aura_read_template_id(aura_reader *reader, const aura_template_library *library, aura_filled *filled);

/* Write the message of values, whose sizes are known; those of typed slots as they are spelt, if there is `spelt`. */
size_t aura_render(const aura_filled *filled, const aura_spelt *spelt, uint8_t *out);

/* Whether a message of `rendered` bytes may be written: its length goes to `length`. Else it is LIMIT_EXCEEDED, or
 * NO_SPACE, and then `length` says how much it takes. */
bool aura_fits(size_t rendered, size_t max_size, size_t capacity, size_t *length, aura_error *error);

/* An error of a string, if it is one, is at the place of the string. Gives false. */
bool aura_place_error(aura_error *error, size_t place);

/* Write the example of a template (rule FUZ-4), and give its size, at most LIMITS_MAX_PATTERN. */
size_t aura_example(const aura_template_list *list, const aura_template *template, uint8_t *out);

#endif
