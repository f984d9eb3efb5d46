/* Typed template frames (rules TYP-1 to TYP-3). */
#ifndef AURA_TYPED_H
#define AURA_TYPED_H

#include "errors.h"
#include "template_library.h"

/* Bytes of a typed frame, without its marker; SIZE_MAX if that is not less. */
size_t aura_typed_size(const aura_filled *filled);

/* Write a typed frame, the marker included, and give its size. `out` has room for that, and AURA_MAX_SPELT bytes more. */
size_t aura_typed_encode(const aura_filled *filled, uint8_t *out);

/* Read a typed frame, the marker included, and fill its template; as aura_decode says. */
bool aura_typed_decode(const aura_template_library *library, const uint8_t *wire, size_t size, size_t max_size,
                       uint8_t *out, size_t capacity, size_t *length, aura_error *error);

#endif
