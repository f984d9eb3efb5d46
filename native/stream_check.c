/* The check of a stream's messages, and the string that keeps it (rules STR-5 to STR-7). */
#include "stream_check.h"

#include <string.h>

bool aura_is_check(uint32_t bits)
{
    for (size_t at = 0; at < sizeof STREAM_CHECKS; at++)
        if (bits == STREAM_CHECKS[at])
            return true;
    return false;
}

uint32_t aura_check_bits(size_t size, uint32_t least, uint32_t head)
{
    uint32_t bits = head > 0 ? STREAM_HEAD_CHECK : 0;
    for (size_t at = 0; bits == 0 && at < sizeof STREAM_WIDER / sizeof *STREAM_WIDER; at++)
        if (size >= STREAM_WIDER[at][0])
            bits = STREAM_WIDER[at][1];
    return bits > least ? bits : least;
}

size_t aura_check_size(uint32_t least)
{
    return (least > STREAM_HEAD_CHECK ? least : STREAM_HEAD_CHECK) / 8;
}

size_t aura_max_beyond(uint32_t least)
{
    return least == STREAM_LONG_CHECK ? STREAM_BEYOND : 0;
}

/* The generator of a degree without its highest term, moved to the top. */
static uint32_t generator(uint32_t bits)
{
    const uint64_t all = bits == 4    ? STREAM_GENERATOR_4
                         : bits == 8  ? STREAM_GENERATOR_8
                         : bits == 16 ? STREAM_GENERATOR_16
                                      : STREAM_GENERATOR_32;
    return (uint32_t)(all << (32 - bits));
}

uint32_t aura_remainder(const uint8_t *wire, size_t size, uint32_t bits)
{
    /* The remainder stands at the top of 32 bits. Four bits at a time: what the four that leave come to. */
    uint32_t table[16];
    table[0] = 0;
    table[1] = generator(bits);
    for (uint32_t at = 2; at < 16; at++) {
        const uint32_t half = table[at / 2];
        table[at] = half << 1 ^ (half >> 31 ? table[1] : 0) ^ (at & 1 ? table[1] : 0);
    }
    const uint32_t below = 32 - bits;
    uint32_t value = 0;
    for (size_t at = 0; at < size; at++) {
        value = value << 4 ^ table[value >> 28] ^ (uint32_t)(wire[at] >> 4) << below;
        value = value << 4 ^ table[value >> 28] ^ (uint32_t)(wire[at] & 15) << below;
    }
    return value >> below;
}

uint32_t aura_demanded(const aura_stream_terms *terms, uint16_t counter, uint32_t bits)
{
    const uint32_t side = terms->is_server ? 1u << (bits - 1) : 0;
    return (terms->agreed + counter + side) & (UINT32_MAX >> (32 - bits));
}

void aura_add_to(uint8_t *bytes, size_t size, int64_t number)
{
    while (size > 0 && number != 0) {
        number += bytes[--size];
        bytes[size] = (uint8_t)number;
        number >>= 8; /* rounds down, so that this borrows as well */
    }
}

/* What stands in the last bytes of a string, at most eight. */
static uint64_t last_bytes(const uint8_t *string, size_t size, size_t count)
{
    uint64_t number = 0;
    for (size_t at = size - count; at < size; at++)
        number = number << 8 | string[at];
    return number;
}

size_t aura_find_string(const aura_stream_terms *terms, uint16_t counter, uint8_t *wire, uint32_t head, size_t window,
                        uint32_t range)
{
    uint8_t *string = wire + head;
    size_t size = window > RANGE_CODER_WINDOW ? window - RANGE_CODER_WINDOW : 1;
    /* all is counted in units of the last byte that a string may have */
    const size_t beyond = aura_max_beyond(terms->check), end = window + beyond;
    const uint64_t span = (uint64_t)range << 8 * beyond;
    memset(string + window, 0, beyond);
    for (;; size++) {
        /* all numbers are less the one that the first bytes of low make */
        const uint64_t rest = last_bytes(string, end, end - size);
        const int64_t least = rest > 0;
        const int64_t most = (int64_t)((rest + span) >> 8 * (end - size)) - 1;
        const uint32_t bits = aura_check_bits(head + size, terms->check, head);
        const uint32_t demanded = aura_demanded(terms, counter, bits);
        const int64_t step = (int64_t)1 << (bits < 8 * size ? bits : 8 * size);
        const int64_t tail = (int64_t)last_bytes(string, size, size < 4 ? size : 4);
        /* twice at most, since the second base is above the least string */
        for (int64_t base = least - ((tail + least) & (step - 1)); base <= most; base += step) {
            aura_add_to(string, size, base);
            const int64_t change = aura_remainder(wire, head + size, bits) ^ demanded;
            if (change < step && least <= base + change && base + change <= most) {
                aura_add_to(string, size, change);
                return size;
            }
            aura_add_to(string, size, -base);
        }
    }
}
