/* The two ends of a string of the range coder (rules RNG-4, RNG-5 and RNG-7). */
#include "range_coder.h"

/* The last `count` bytes before `end`, up to eight, as a number. */
static uint64_t number_before(const uint8_t *end, size_t count)
{
    uint64_t number = 0;
    for (size_t back = count; back > 0; back--)
        number = number << 8 | end[-(ptrdiff_t)back];
    return number;
}

size_t aura_range_close(aura_range_encoder *encoder)
{
    if (encoder->is_full || encoder->capacity - encoder->size < RANGE_CODER_WINDOW)
        return 0;
    for (int shift = 24; shift >= 0; shift -= 8)
        encoder->out[encoder->size++] = (uint8_t)(encoder->low >> shift);
    return encoder->size;
}

size_t aura_range_finish(aura_range_encoder *encoder)
{
    const size_t window = aura_range_close(encoder);
    if (window == 0)
        return 0;
    size_t omitted = window - 1 < RANGE_CODER_MAX_OMITTED ? window - 1 : RANGE_CODER_MAX_OMITTED;
    for (;; omitted--) {
        /* v · 256^omitted is low, or the next multiple above it, which is `gap` more */
        const uint64_t rest = number_before(encoder->out + window, omitted);
        const uint64_t gap = omitted == 8 ? 0 - rest : ((uint64_t)1 << 8 * omitted) - rest;
        encoder->size = window - omitted;
        if (rest == 0)
            return encoder->size;
        if (gap < encoder->range) {
            aura_range_carry(encoder);
            return encoder->size;
        }
    }
}

bool aura_range_start(aura_range_decoder *decoder, const uint8_t *string, size_t size, uint32_t low, uint32_t range,
                      aura_error *error)
{
    *decoder = (aura_range_decoder){.string = string, .size = size, .range = range, .error = error};
    if (size == 0)
        return aura_fail(error, AURA_TRUNCATED, 0, "string", "the string is missing");
    for (; decoder->window < RANGE_CODER_WINDOW; decoder->window++)
        decoder->offset = decoder->offset << 8 | (decoder->window < size ? string[decoder->window] : 0);
    decoder->offset -= low;
    if (decoder->offset >= range)
        return aura_fail(error, AURA_MALFORMED, 0, "string",
                         low == RANGE_CODER_START            ? "the string begins outside 0x80 to 0xff"
                         : low == RANGE_CODER_ADAPTIVE_START ? "the string begins outside 0x10 to 0x1f"
                                                             : "the string begins outside 0x01 to 0xff");
    return true;
}

bool aura_range_check_end(const aura_range_decoder *decoder)
{
    const size_t size = decoder->size, window = decoder->window;
    if (size > window)
        return aura_fail(decoder->error, AURA_MALFORMED, 0, "string", "bytes follow the end of the string");
    const size_t omitted = window - size; /* at most MAX_OMITTED, by rule RNG-6 */
    const uint64_t last = decoder->string[size - 1];
    /* with eight bytes omitted, 2^64 is more than any offset, and the string is as short as it may be */
    const bool is_smallest = omitted == 8 || decoder->offset < (uint64_t)1 << 8 * omitted;
    const bool is_least = size == 1 ? omitted <= RANGE_CODER_MAX_OMITTED : omitted == RANGE_CODER_MAX_OMITTED;
    const bool is_shortest =
        is_least || (last != 0 && (omitted > 3 || ((256 - last) << 8 * omitted) + decoder->offset >= decoder->range));
    if (!is_smallest || !is_shortest)
        return aura_fail(decoder->error, AURA_NON_CANONICAL, 0, "string",
                         "the string is not the shortest and smallest");
    return true;
}
