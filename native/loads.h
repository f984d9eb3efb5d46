/* Numbers that stand in memory, low byte first, and their bits. */
#ifndef AURA_LOADS_H
#define AURA_LOADS_H

#include <stdint.h>
#include <string.h>

static inline uint32_t aura_load_16(const uint8_t *bytes)
{
    return (uint32_t)bytes[1] << 8 | bytes[0];
}

static inline uint32_t aura_load_32(const uint8_t *bytes)
{
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static inline uint64_t aura_load_64(const uint8_t *bytes)
{
    return (uint64_t)aura_load_32(bytes + 4) << 32 | aura_load_32(bytes);
}

/* The place of the top bit of a number that is not 0. */
static inline uint32_t aura_top_bit(uint32_t number)
{
#ifdef __GNUC__
    return 31 - (uint32_t)__builtin_clz(number);
#else
    uint32_t place = 0;
    while (number >>= 1)
        place++;
    return place;
#endif
}

/* How many of the low bytes of a number that is not 0 are 0. */
static inline uint32_t aura_zero_bytes(uint64_t number)
{
#ifdef __GNUC__
    return (uint32_t)__builtin_ctzll(number) / 8;
#else
    uint32_t count = 0;
    for (; (number & 0xFF) == 0; number >>= 8)
        count++;
    return count;
#endif
}

#endif
