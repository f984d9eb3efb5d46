/* rANS of order 0 with twelve-bit frequencies (rules RNS-1 to RNS-6). */
#ifndef AURA_RANS_H
#define AURA_RANS_H

#include "constants.h"
#include "errors.h"

/* Decode `count` symbols from a payload into `out`; the 256 frequencies are positive and sum to RANS_TOTAL. */
bool aura_rans_decode(const uint8_t *payload, size_t size, const uint16_t frequencies[RANS_SYMBOLS], uint8_t *out,
                      size_t count, aura_error *error);

/* The frequencies that fit symbols best, as chapter rans says; there are less than 2^32 symbols. */
void aura_rans_count(const uint8_t *symbols, size_t count, uint16_t frequencies[RANS_SYMBOLS]);

/* Bytes of the payload of symbols, which is written if `out` is not NULL. */
size_t aura_rans_encode(const uint8_t *symbols, size_t count, const uint16_t frequencies[RANS_SYMBOLS], uint8_t *out);

#endif
