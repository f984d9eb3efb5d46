/* Interleaved rANS: the tables and words of a model file (rules IRN-1 to IRN-7). */
#ifndef AURA_INTERLEAVED_RANS_H
#define AURA_INTERLEAVED_RANS_H

#include "constants.h"
#include "errors.h"
#include "memory.h"

/* Tables laid out to be looked up, in blocks. A block has for each stretch of slots, a byte each, the lowest symbol that
 * has one of them, or 255 for the symbol 256; and for each symbol frequency << 16 | cumulative. */
typedef struct {
    uint32_t *firsts; /* by table, where its block begins; 0 for a table without symbols */
    uint32_t *blocks;
} aura_rans_tables;

/* Frequencies from at most CONTEXT_MODEL_SYMBOLS codes (rule IRN-7), one of which is above 0. */
void aura_rans_weigh(const uint8_t *codes, uint32_t count, uint32_t frequencies[CONTEXT_MODEL_SYMBOLS]);

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
