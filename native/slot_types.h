/* What the types of slots share, and those that have files of their own (rules SLT-8 to SLT-12). */
#ifndef AURA_SLOT_TYPES_H
#define AURA_SLOT_TYPES_H

#include "slot.h"

#define AURA_ABOVE_64_BITS "an integer is larger than 18446744073709551615"

/* Marks, separators, zones, and counts of digits of a timestamp (rule SLT-12). */
#define AURA_TIMESTAMP_HEADS (2 * 2 * 5 * (SLOT_MAX_FRACTION_DIGITS + 1))

/* The letters among hexadecimal digits; lower if there are none. */
typedef enum {
    AURA_LOWER,
    AURA_UPPER,
    AURA_NOT_HEX, /* mixed, or other characters */
} aura_letters;

aura_letters aura_letters_of(const uint8_t *digits, size_t count);

/* Two digits a byte; an odd last digit is the high half of its byte. */
void aura_pack_hex(const uint8_t *digits, size_t count, uint8_t *out);
void aura_unpack_hex(const uint8_t *bytes, size_t count, bool is_upper, uint8_t *out);

/* Write a number in decimal digits, with zeros before it up to a count; how many there are, at most 32. */
size_t aura_write_digits(uint64_t number, size_t count, uint8_t *out);

size_t aura_spell_ipv4(aura_bytes value, uint8_t *out);
size_t aura_render_ipv4(const uint8_t *quad, uint8_t *out);

size_t aura_spell_ipv6(aura_bytes value, uint8_t *out);
size_t aura_render_ipv6(const aura_spelt *spelt, uint8_t *out);

size_t aura_spell_timestamp(aura_bytes value, uint8_t *out);
bool aura_parse_timestamp(aura_reader *reader, aura_spelt *spelt, uint32_t index);
size_t aura_render_timestamp(const aura_spelt *spelt, uint8_t *out, uint32_t index, aura_error *error);

#endif
