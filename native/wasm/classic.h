/* Classic template frames (rules CLS-1 to CLS-4). */
#ifndef AURA_CLASSIC_H
#define AURA_CLASSIC_H

#include "../errors.h"
#include "../template_library.h"

/* Bytes of the longest value. */
#define AURA_MAX_CLASSIC_VALUE 65535u

/* Bytes of a classic frame, the marker included; 0 if it cannot say this: the id is above 255, or a value is too long, or
 * not UTF-8. */
size_t aura_classic_size(const aura_filled *filled);

/* Write a classic frame that has a size, the marker included. `out` has room for that. */
void aura_classic_encode(const aura_filled *filled, uint8_t *out);

/* Read a classic frame, the marker included, and fill its template; as aura_typed_decode does. */
bool aura_classic_decode(const aura_template_library *library, const uint8_t *wire, size_t size, size_t max_size,
                         uint8_t *out, size_t capacity, size_t *length, aura_error *error);

#endif
