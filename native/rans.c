/* rANS of order 0, decoded (rules RNS-5 and RNS-6). */
#include "rans.h"

bool aura_rans_decode(const uint8_t *payload, size_t size, const uint16_t frequencies[RANS_SYMBOLS], uint8_t *out,
                      size_t count, aura_error *error)
{
    uint8_t symbol_of_slot[RANS_TOTAL];
    uint16_t cumulatives[RANS_SYMBOLS];
    uint32_t sum = 0;
    for (uint32_t symbol = 0; symbol < RANS_SYMBOLS; symbol++) {
        cumulatives[symbol] = (uint16_t)sum;
        for (uint32_t left = frequencies[symbol]; left > 0 && sum < RANS_TOTAL; left--)
            symbol_of_slot[sum++] = (uint8_t)symbol;
    }
    if (size < RANS_STATE_BYTES)
        return aura_fail(error, AURA_TRUNCATED, size, "payload", "the payload is too short for a state");
    size_t position = size - RANS_STATE_BYTES;
    uint64_t state = 0;
    for (int byte = RANS_STATE_BYTES - 1; byte >= 0; byte--)
        state = state << 8 | payload[position + (size_t)byte];
    if (state < RANS_LOWER_BOUND || state >= RANS_UPPER_BOUND)
        return aura_fail(error, AURA_MALFORMED, position, "payload", "the state is out of range");
    for (size_t place = 0; place < count; place++) {
        const uint32_t slot = state % RANS_TOTAL;
        const uint8_t symbol = symbol_of_slot[slot];
        state = frequencies[symbol] * (state >> RANS_SCALE_BITS) + slot - cumulatives[symbol];
        while (state < RANS_LOWER_BOUND) {
            if (position == 0)
                return aura_fail(error, AURA_TRUNCATED, 0, "payload", "the payload runs out of bytes");
            state = state << 8 | payload[--position];
        }
        out[place] = symbol;
    }
    if (state != RANS_LOWER_BOUND || position != 0)
        return aura_fail(error, AURA_MALFORMED, position, "payload",
                         "the payload does not end where its symbols do");
    return true;
}
