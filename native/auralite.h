/* AURALITE: a message as one string of the range coder, predicted by a context model (rules AUR-1 to AUR-9). */
#ifndef AURA_AURALITE_H
#define AURA_AURALITE_H

#include "match.h"
#include "range_coder.h"
#include "symbols.h"

/* Write the string of `size` bytes into `out`, and give its length; it is a whole message if the model is implied
 * (rule AUR-6). 0 stands for an error: AURA_TOO_LONG (rule AUR-9), or AURA_NO_SPACE, which RANGE_CODER_MAX_OMITTED
 * bytes more than the string rule out. */
size_t aura_auralite_encode(const aura_context_model *model, aura_match_table *table, const uint8_t *data,
                            size_t size, uint8_t *out, size_t capacity, aura_error *error);

/* Code a symbol at a position, where a match was looked for, and give the context that follows it (rule AUR-5). */
uint32_t aura_auralite_encode_symbol(const aura_context_model *model, aura_position position, aura_match *match,
                                     uint32_t symbol, aura_range_encoder *encoder);

/* Decode a symbol at a position, where a match was looked for; give it, and change the context to the one that follows. */
uint32_t aura_auralite_decode_symbol(const aura_context_model *model, aura_position *position, aura_match *match,
                                     aura_range_decoder *decoder);

/* Read a string, or a whole message whose model is implied, into `out`; its length goes to `length`. The message has
 * at most `max_size` bytes, else it is refused; AURA_NO_SPACE says that `capacity` is less than it takes. */
bool aura_auralite_decode(const aura_context_model *model, aura_match_table *table, const uint8_t *string,
                          size_t size, size_t max_size, uint8_t *out, size_t capacity, size_t *length,
                          aura_error *error);

#endif
