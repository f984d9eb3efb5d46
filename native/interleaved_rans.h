/* Interleaved rANS: the tables and words of a model file (rules IRN-1 to IRN-7). */
#ifndef AURA_INTERLEAVED_RANS_H
#define AURA_INTERLEAVED_RANS_H

#include "constants.h"
#include "errors.h"
#include "memory.h"

/* Where the symbols of a table stand: its symbol 0 among all intervals, and its slot 0 among all slots. Both are 0
 * for a table without symbols, whose one interval has no slots. Behind the last table stands one more, whose symbol 0
 * has all slots: reading it changes no state. */
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

/* A batch while it is read. A local variable, so that what is in it stays in registers. The first error is kept, and
 * what is decoded after it is of no use. */
typedef struct {
    const aura_rans_place *places;
    const uint32_t *intervals;
    const uint8_t *slots;
    const uint8_t *word, *end;
    uint32_t *states;
    uint32_t lane, last_lane;
    aura_code code;
} aura_rans_batch;

/* Begin a batch, at lane 0 (rule IRN-1). */
static inline aura_rans_batch aura_rans_begin(aura_rans_reader *reader)
{
    return (aura_rans_batch){
        .places = reader->tables->places,
        .intervals = reader->tables->intervals,
        .slots = reader->tables->slots,
        .word = reader->words + reader->position,
        .end = reader->words + reader->size,
        .states = reader->states,
        .last_lane = reader->lanes - 1,
        .code = AURA_OK,
    };
}

/* Decode the next symbol of a batch with a table (rule IRN-4). Unless `is_there`, there is none, and `table` is the one
 * behind the last: so a symbol that may be missing takes no branch, which would often go wrong. */
static inline uint32_t aura_rans_read_if(aura_rans_batch *batch, uint32_t table, bool is_there)
{
    const aura_rans_place place = batch->places[table];
    uint32_t state = batch->states[batch->lane];
    const uint32_t slot = state % INTERLEAVED_RANS_TOTAL;
    uint32_t symbol = batch->slots[place.row + slot];
    uint32_t interval = batch->intervals[place.first + symbol];
    uint32_t rest = slot - (interval & 0xFFFF);
    if (rest >= interval >> 16) { /* so it is 256, or the table has no symbols */
        if (place.first == 0) {
            batch->code = batch->code == AURA_OK ? AURA_MALFORMED : batch->code;
            return 0;
        }
        interval = batch->intervals[place.first + ++symbol];
        rest = slot - (interval & 0xFFFF);
    }
    state = (interval >> 16) * (state >> INTERLEAVED_RANS_SCALE_BITS) + rest;
    if (state < INTERLEAVED_RANS_LOWER_BOUND) {
        if (batch->word < batch->end) {
            state = state << INTERLEAVED_RANS_WORD_BITS | (uint32_t)batch->word[1] << 8 | batch->word[0];
            batch->word += 2;
        } else if (batch->code == AURA_OK) {
            batch->code = AURA_TRUNCATED;
        }
    }
    batch->states[batch->lane] = state;
    batch->lane = (batch->lane + is_there) & batch->last_lane;
    return symbol;
}

static inline uint32_t aura_rans_read(aura_rans_batch *batch, uint32_t table)
{
    return aura_rans_read_if(batch, table, true);
}

/* End a batch; false, and an error noted, if it could not be read (rule IRN-5). */
bool aura_rans_end(aura_rans_reader *reader, const aura_rans_batch *batch, aura_error *error);

/* Check that everything was read (rule IRN-5). */
bool aura_rans_close(const aura_rans_reader *reader, aura_error *error);

#endif
