/* rANS of order 0, encoded (rules RNS-1 to RNS-4). */
#include "rans.h"

void aura_rans_count(const uint8_t *symbols, size_t count, uint16_t frequencies[RANS_SYMBOLS])
{
    uint32_t counts[RANS_SYMBOLS] = {0};
    uint64_t remainders[RANS_SYMBOLS];
    uint32_t left = RANS_TOTAL;
    for (size_t place = 0; place < count; place++)
        counts[symbols[place]]++;
    for (uint32_t symbol = 0; symbol < RANS_SYMBOLS; symbol++) {
        const uint64_t share = (uint64_t)counts[symbol] * (RANS_TOTAL - RANS_SYMBOLS);
        frequencies[symbol] = (uint16_t)(count > 0 ? 1 + share / count : RANS_TOTAL / RANS_SYMBOLS);
        remainders[symbol] = count > 0 ? share % count : 0;
        left -= frequencies[symbol];
    }
    for (; left > 0; left--) { /* fewer than there are symbols with a remainder */
        uint32_t largest = 0;
        for (uint32_t symbol = 1; symbol < RANS_SYMBOLS; symbol++)
            if (remainders[symbol] > remainders[largest])
                largest = symbol;
        frequencies[largest]++;
        remainders[largest] = 0;
    }
}

size_t aura_rans_encode(const uint8_t *symbols, size_t count, const uint16_t frequencies[RANS_SYMBOLS], uint8_t *out)
{
    uint16_t cumulatives[RANS_SYMBOLS];
    uint32_t sum = 0, state = RANS_LOWER_BOUND;
    for (uint32_t symbol = 0; symbol < RANS_SYMBOLS; symbol++) {
        cumulatives[symbol] = (uint16_t)sum;
        sum += frequencies[symbol];
    }
    size_t size = 0;
    for (size_t place = count; place > 0; place--) {
        const uint8_t symbol = symbols[place - 1];
        const uint32_t frequency = frequencies[symbol];
        for (; state >= frequency << 16; state >>= 8, size++)
            if (out != NULL)
                out[size] = (uint8_t)state;
        state = state / frequency * RANS_TOTAL + state % frequency + cumulatives[symbol];
    }
    for (uint32_t byte = 0; byte < RANS_STATE_BYTES; byte++, size++)
        if (out != NULL)
            out[size] = (uint8_t)((uint64_t)state >> 8 * byte);
    return size;
}
