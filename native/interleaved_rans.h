/* Interleaved rANS: the tables and words of a model file (rules IRN-1 to IRN-7). */
#ifndef AURA_INTERLEAVED_RANS_H
#define AURA_INTERLEAVED_RANS_H

#include "constants.h"
#include "errors.h"
#include "memory.h"

/* Where the symbols of a table stand: its symbol 0 among all intervals, and its slot 0 among all slots. Both are 0
 * for a table without symbols, whose one interval has no slots. */
typedef struct {
    uint32_t first;
    uint32_t row;
} aura_rans_place;

/* Tables laid out to be looked up. `intervals` has, for each symbol of each table, frequency << 16 | cumulative;
 * `slots` has, for each slot of each table, its symbol, or 255 for the symbol 256, and some bytes more. */
typedef struct {
    aura_rans_place *places;
    uint32_t *intervals;
    uint8_t *slots;
} aura_rans_tables;

/* Lay out `count` tables of codes (rule IRN-7). They stand in `data` one behind the other, each behind its number of
 * symbols (two bytes, big endian), and were checked. `data` has `size` bytes. */
bool aura_rans_lay_out(aura_rans_tables *tables, const uint8_t *data, size_t size, uint32_t count,
                       const aura_allocator *allocator, aura_error *error);

void aura_rans_free(aura_rans_tables *tables, const aura_allocator *allocator);

/* Decodes batches of symbols. */
typedef struct {
    const aura_rans_tables *tables;
    const uint8_t *words; /* two bytes each, little endian */
    size_t size;          /* bytes of words, an even number */
    size_t position;      /* of the next word, in bytes */
    uint32_t lanes;
    uint32_t states[INTERLEAVED_RANS_MAX_LANES];
} aura_rans_reader;

/* Begin with the states of `lanes` lanes, a power of two (rule IRN-3); there are `size` bytes of words, an even
 * number. */
bool aura_rans_open(aura_rans_reader *reader, const aura_rans_tables *tables, const uint8_t *words, size_t size,
                    uint32_t lanes, aura_error *error);

/* Decode a batch of symbols, which begins at lane 0 (rules IRN-1 and IRN-4). `symbols` has the table of each, and receives
 * the symbols; false, and an error noted, if they could not be read (rule IRN-5). */
bool aura_rans_read(aura_rans_reader *reader, uint16_t *symbols, size_t count, aura_error *error);

/* Check that everything was read (rule IRN-5). */
bool aura_rans_close(const aura_rans_reader *reader, aura_error *error);

#endif
