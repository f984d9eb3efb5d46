/* rANS of order 0 with twelve-bit frequencies (rules RNS-1 to RNS-6). */
#ifndef AURA_RANS_H
#define AURA_RANS_H

#include "constants.h"
#include "errors.h"

/* Decode `count` symbols from a payload into `out`; the 256 frequencies are positive and sum to RANS_TOTAL. */
bool aura_rans_decode(const uint8_t *payload, size_t size, const uint16_t frequencies[RANS_SYMBOLS], uint8_t *out,
                      size_t count, aura_error *error);

#endif
