/* Whole messages, as far as these sources code them: AURALITE and adaptive ones (rules MSG-1, AUR-6 to AUR-12). */
#ifndef AURA_MESSAGE_H
#define AURA_MESSAGE_H

#include "workspace.h"

/* How a message is coded. */
typedef enum {
    AURA_AURALITE,
    AURA_ADAPTIVE,
} aura_method;

/* Write the string of a message: the whole message if the model is implied, else what follows the id of the model.
 * Gives its length, or 0 for an error: AURA_TOO_LONG, or AURA_NO_SPACE, which RANGE_CODER_MAX_OMITTED bytes more than
 * the string rule out. */
size_t aura_encode(const aura_context_model *model, aura_workspace *workspace, aura_method method, const uint8_t *data,
                   size_t size, uint8_t *out, size_t capacity, aura_error *error);

/* Read such a string into `out`; the length of the message goes to `length`. The message has at most `max_size`
 * bytes, else it is refused; AURA_NO_SPACE says that `capacity` is less than it takes. */
bool aura_decode(const aura_context_model *model, aura_workspace *workspace, aura_method method, const uint8_t *string,
                 size_t size, size_t max_size, uint8_t *out, size_t capacity, size_t *length, aura_error *error);

#endif
