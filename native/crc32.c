/* CRC-32, four bytes at a time, of long data sixteen. */
#include "crc32.h"

#include "loads.h"

#define STEP 4
#define LONG_STEP 16
#define LONG_DATA 8192 /* bytes from which the tables of long steps are worth to be made */

/* Make tables of what a byte does that 0, 1, 2... bytes follow. */
static void make_tables(uint32_t tables[][256], uint32_t count)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; bit++)
            value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0);
        tables[0][byte] = value;
    }
    for (uint32_t byte = 0; byte < 256; byte++)
        for (uint32_t table = 1; table < count; table++)
            tables[table][byte] = tables[table - 1][byte] >> 8 ^ tables[0][tables[table - 1][byte] & 255];
}

/* What four bytes do that so many bytes follow as the first of these tables says. */
static inline uint32_t of_word(uint32_t tables[][256], uint32_t word)
{
    return tables[3][word & 255] ^ tables[2][word >> 8 & 255] ^ tables[1][word >> 16 & 255] ^ tables[0][word >> 24];
}

uint32_t aura_crc32(const uint8_t *data, size_t size)
{
    uint32_t tables[LONG_STEP][256], crc = 0xFFFFFFFFu;
    make_tables(tables, size < LONG_DATA ? STEP : LONG_STEP);
    for (size_t left = size < LONG_DATA ? 0 : size / LONG_STEP; left > 0; left--, data += LONG_STEP, size -= LONG_STEP)
        crc = of_word(tables + 12, aura_load_32(data) ^ crc) ^ of_word(tables + 8, aura_load_32(data + 4)) ^
              of_word(tables + 4, aura_load_32(data + 8)) ^ of_word(tables, aura_load_32(data + 12));
    for (; size >= STEP; size -= STEP, data += STEP)
        crc = of_word(tables, aura_load_32(data) ^ crc);
    for (; size > 0; size--)
        crc = crc >> 8 ^ tables[0][(crc ^ *data++) & 255];
    return ~crc;
}
