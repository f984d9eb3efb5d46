/* The range coder (rules RNG-1 to RNG-7).
 *
 * A step is a few instructions, so the steps stand here for compilers to inline. Every total is at most MAX_TOTAL of
 * the specification, 2^22, and an interval never has fewer units than LOWER_BOUND, 2^24: a unit is never 0, and all
 * products fit 32 bits. */
#ifndef AURA_RANGE_CODER_H
#define AURA_RANGE_CODER_H

#include "constants.h"
#include "errors.h"

/* Narrows an interval. Of low the last four bytes are a number; those before stand in `out`, and only a carry
 * changes them. `size` is how many there are; once more than `capacity` would be needed, `is_full` is set, and what
 * stands in `out` is no longer of use. */
typedef struct {
    uint8_t *out;
    size_t size;
    size_t capacity;
    uint32_t low;
    uint32_t range;
    bool is_full;
} aura_range_encoder;

static inline aura_range_encoder aura_range_encoder_of(uint8_t *out, size_t capacity, uint32_t low, uint32_t range)
{
    return (aura_range_encoder){.out = out, .capacity = capacity, .low = low, .range = range};
}

static inline void aura_range_carry(aura_range_encoder *encoder)
{
    size_t place = encoder->size;
    while (place > 0 && ++encoder->out[--place] == 0) {
    }
}

/* Code an option of a choice (rules RNG-2 and RNG-3). */
static inline void aura_range_encode(aura_range_encoder *encoder, uint32_t cumulative, uint32_t frequency,
                                     uint32_t total)
{
    const uint32_t unit = encoder->range / total;
    const uint32_t low = encoder->low + cumulative * unit;
    if (low < encoder->low)
        aura_range_carry(encoder);
    encoder->low = low;
    encoder->range = frequency * unit;
    while (encoder->range < RANGE_CODER_LOWER_BOUND) {
        if (encoder->size < encoder->capacity)
            encoder->out[encoder->size++] = (uint8_t)(encoder->low >> 24);
        else
            encoder->is_full = true;
        encoder->low <<= 8;
        encoder->range <<= 8;
    }
}

/* Write all of low, and give its length, the window T; 0 if it does not fit. */
size_t aura_range_close(aura_range_encoder *encoder);

/* End the string (rule RNG-4), and give its length; 0 if it does not fit. Needs MAX_OMITTED bytes of room beyond it. */
size_t aura_range_finish(aura_range_encoder *encoder);

/* Finds choices in a string. The first error is kept, and what is decoded after it is of no use. */
typedef struct {
    const uint8_t *string;
    size_t size;
    size_t window;   /* T, how many bytes of the fraction are in the offset */
    uint32_t offset; /* the fraction less low */
    uint32_t range;
    aura_error *error;
} aura_range_decoder;

/* Begin to decode a string in the first interval of `range` units from `low` (rule RNG-5). */
bool aura_range_start(aura_range_decoder *decoder, const uint8_t *string, size_t size, uint32_t low, uint32_t range,
                      aura_error *error);

/* The size of a unit where options have this total. */
static inline uint32_t aura_range_unit(const aura_range_decoder *decoder, uint32_t total)
{
    return decoder->range / total;
}

/* Note that the fraction lies beyond all options (rule RNG-5). */
static inline void aura_range_check(aura_range_decoder *decoder, uint32_t total, uint32_t unit)
{
    if (decoder->offset >= total * unit)
        aura_fail(decoder->error, AURA_MALFORMED, 0, "string", "code value outside the total frequency");
}

/* Go on with the option from `cumulative` on (rules RNG-3, RNG-5 and RNG-6). */
static inline void aura_range_take(aura_range_decoder *decoder, uint32_t cumulative, uint32_t frequency, uint32_t unit)
{
    decoder->offset -= cumulative * unit;
    decoder->range = frequency * unit;
    while (decoder->range < RANGE_CODER_LOWER_BOUND) {
        if (decoder->window == decoder->size + RANGE_CODER_MAX_OMITTED)
            aura_fail(decoder->error, AURA_TRUNCATED, 0, "string", "the string ends before its message does");
        decoder->offset <<= 8;
        if (decoder->window < decoder->size)
            decoder->offset |= decoder->string[decoder->window];
        decoder->window++;
        decoder->range <<= 8;
    }
}

/* Decode a choice of two options, the first one of this frequency; give whether it is the first. */
static inline bool aura_range_decode_bit(aura_range_decoder *decoder, uint32_t frequency, uint32_t total)
{
    const uint32_t unit = aura_range_unit(decoder, total);
    if (decoder->offset < frequency * unit) {
        aura_range_take(decoder, 0, frequency, unit);
        return true;
    }
    aura_range_check(decoder, total, unit);
    aura_range_take(decoder, frequency, total - frequency, unit);
    return false;
}

/* Check that the string is the one that an encoder writes (rule RNG-7). */
bool aura_range_check_end(const aura_range_decoder *decoder);

#endif
