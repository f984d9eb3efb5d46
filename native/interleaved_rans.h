/* Interleaved rANS: the tables and words of a model file (rules IRN-1 to IRN-7). */
#ifndef AURA_INTERLEAVED_RANS_H
#define AURA_INTERLEAVED_RANS_H

#include "constants.h"
#include "errors.h"
#include "memory.h"

/* Where the symbols of a table stand: its symbol 0 among all intervals, and its slot 0 among all slots. Both are 0
 * for a table without symbols, which stands for an interval of all slots that leaves every state as it is. */
typedef struct {
    uint32_t first;
    uint32_t row;
} aura_rans_place;

/* Tables laid out to be looked up. `intervals` has, for each symbol of each table, frequency << 16 | cumulative;
 * `slots` has, for each slot of each table, its symbol, or 255 for the symbol 256. */
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

/* Decodes batches of symbols. The first error is kept, and what is decoded after it is of no use. */
typedef struct {
    const aura_rans_tables *tables;
    const uint8_t *words; /* two bytes each, little endian */
    size_t count;
    size_t position;
    uint32_t lanes;
    uint32_t lane; /* of the next symbol */
    aura_error *error;
    uint32_t states[INTERLEAVED_RANS_MAX_LANES];
} aura_rans_reader;

/* Begin with the states of `lanes` lanes, a power of two (rule IRN-3); there are `size` bytes of words, an even number. */
bool aura_rans_open(aura_rans_reader *reader, const aura_rans_tables *tables, const uint8_t *words, size_t size,
                    uint32_t lanes, aura_error *error);

/* Begin a batch, at lane 0 (rule IRN-1). */
static inline void aura_rans_begin(aura_rans_reader *reader)
{
    reader->lane = 0;
}

/* Note that a word is missing, or that a table without symbols was used (rule IRN-5). */
void aura_rans_refuse(aura_rans_reader *reader, aura_code code);

/* Decode the next symbol of a batch with a table (rule IRN-4). */
static inline uint32_t aura_rans_read(aura_rans_reader *reader, uint32_t table)
{
    const aura_rans_place place = reader->tables->places[table];
    uint32_t state = reader->states[reader->lane];
    const uint32_t slot = state % INTERLEAVED_RANS_TOTAL;
    uint32_t symbol = reader->tables->slots[place.row + slot];
    uint32_t interval = reader->tables->intervals[place.first + symbol];
    if (slot - (interval & 0xFFFF) >= interval >> 16) /* so it is 256 */
        interval = reader->tables->intervals[place.first + ++symbol];
    if (place.row == 0)
        aura_rans_refuse(reader, AURA_MALFORMED);
    state = (interval >> 16) * (state >> INTERLEAVED_RANS_SCALE_BITS) + slot - (interval & 0xFFFF);
    if (state < INTERLEAVED_RANS_LOWER_BOUND) {
        if (reader->position < reader->count) {
            const uint8_t *word = reader->words + 2 * reader->position++;
            state = state << INTERLEAVED_RANS_WORD_BITS | (uint32_t)word[1] << 8 | word[0];
        } else {
            aura_rans_refuse(reader, AURA_TRUNCATED);
        }
    }
    reader->states[reader->lane] = state;
    reader->lane = (reader->lane + 1) & (reader->lanes - 1);
    return symbol;
}

/* Check that everything was read (rule IRN-5). */
bool aura_rans_close(const aura_rans_reader *reader);

#endif
