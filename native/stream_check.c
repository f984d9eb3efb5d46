/* The check of a stream's messages, and the string that keeps it (rules STR-5 to STR-7). */
#include "stream_check.h"

uint32_t aura_check_bits(size_t size, uint32_t least, uint32_t head)
{
    if (head > 0)
        return 16;
    for (size_t at = 0; at < sizeof STREAM_WIDER / sizeof *STREAM_WIDER; at++)
        if (size >= STREAM_WIDER[at][0])
            return STREAM_WIDER[at][1] > least ? STREAM_WIDER[at][1] : least;
    return least;
}

static uint32_t generator(uint32_t bits)
{
    return bits == 4 ? STREAM_GENERATOR_4 : bits == 8 ? STREAM_GENERATOR_8 : STREAM_GENERATOR_16;
}

uint32_t aura_remainder(const uint8_t *wire, size_t size, uint32_t bits)
{
    /* four bits at a time: what the four that leave at the top come to */
    uint32_t table[16];
    const uint32_t mask = (1u << bits) - 1, above = generator(bits);
    table[0] = 0;
    table[1] = above & mask;
    for (uint32_t at = 2; at < 16; at++) {
        const uint32_t twice = table[at / 2] << 1;
        table[at] = (twice >> bits ? twice ^ above : twice) ^ (at & 1 ? table[1] : 0);
    }
    uint32_t value = 0;
    for (size_t at = 0; at < size; at++) {
        value = ((value << 4 & mask) | wire[at] >> 4) ^ table[value >> (bits - 4)];
        value = ((value << 4 & mask) | (wire[at] & 15)) ^ table[value >> (bits - 4)];
    }
    return value;
}

uint32_t aura_demanded(const aura_stream_terms *terms, uint16_t counter, uint32_t bits)
{
    const uint32_t side = terms->is_server ? 1u << (bits - 1) : 0;
    return (terms->agreed + counter + side) & ((1u << bits) - 1);
}

void aura_add_to(uint8_t *bytes, size_t size, int64_t number)
{
    while (size > 0 && number != 0) {
        number += bytes[--size];
        bytes[size] = (uint8_t)number;
        number >>= 8; /* rounds down, so that this borrows as well */
    }
}

/* What stands in the last bytes of a string, at most four. */
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
    for (size_t size = window > RANGE_CODER_WINDOW ? window - RANGE_CODER_WINDOW : 1;; size++) {
        /* all numbers are less the one that the first bytes of low make */
        const uint64_t rest = last_bytes(string, window, window - size);
        const int64_t least = rest > 0;
        const int64_t most = (int64_t)((rest + range) >> 8 * (window - size)) - 1;
        const uint32_t bits = aura_check_bits(head + size, terms->check, head);
        const uint32_t demanded = aura_demanded(terms, counter, bits);
        const int64_t step = (int64_t)1 << (bits < 8 * size ? bits : 8 * size);
        const int64_t tail = (int64_t)last_bytes(string, size, size < 2 ? size : 2);
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
