/* The check of a stream's messages, and the string that keeps it (rules STR-5 to STR-7). */
#ifndef AURA_STREAM_CHECK_H
#define AURA_STREAM_CHECK_H

#include "stream.h"

/* Whether a least check may have so many bits. */
bool aura_is_check(uint32_t bits);

/* Bits of check of a message with a head of `head` bytes, or none (rule STR-5). */
uint32_t aura_check_bits(size_t size, uint32_t least, uint32_t head);

/* Bytes of check behind a message with MESSAGE. */
size_t aura_check_size(uint32_t least);

/* Bytes that a string may have beyond its window (rule STR-7). */
size_t aura_max_beyond(uint32_t least);

/* What a message leaves by the generator of degree `bits` (rule STR-5). */
uint32_t aura_remainder(const uint8_t *wire, size_t size, uint32_t bits);

/* The remainder that is demanded of a message (rule STR-6). */
uint32_t aura_demanded(const aura_stream_terms *terms, uint16_t counter, uint32_t bits);

/* Add a number to one of `size` bytes, big endian, which stays in its range. */
void aura_add_to(uint8_t *bytes, size_t size, int64_t number);

/* Find the string in an interval of `range` units from low (rule STR-7). `wire` has the head, and low behind it, `window`
 * bytes, and room for aura_max_beyond bytes. The string takes the place of low; this gives its length. */
size_t aura_find_string(const aura_stream_terms *terms, uint16_t counter, uint8_t *wire, uint32_t head, size_t window,
                        uint32_t range);

#endif
