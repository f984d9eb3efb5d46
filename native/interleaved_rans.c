/* Interleaved rANS: how tables are laid out, and the two ends of a payload (rules IRN-3, IRN-5 and IRN-7). */
#include "interleaved_rans.h"

#include "loads.h"

#include <string.h>

/* A table would take 4096 bytes if it had the symbol of each slot, and a model file has some thousand tables: too much
 * for the caches near the processor. So slots are found by stretches of eight. */
#define STRETCH 8
#define STRETCHES (INTERLEAVED_RANS_TOTAL / STRETCH)
#define INTERVALS (STRETCHES / 4u) /* where the intervals of a block begin, in its numbers of four bytes */

void aura_rans_weigh(const uint8_t *codes, uint32_t count, uint32_t frequencies[CONTEXT_MODEL_SYMBOLS])
{
    uint32_t total = 0;
    for (uint32_t symbol = 0; symbol < count; symbol++)
        total += codes[symbol] > 0 ? CONTEXT_MODEL_FREQUENCIES[codes[symbol] - 1] : 0;
    int32_t surplus = -INTERLEAVED_RANS_TOTAL;
    for (uint32_t symbol = 0; symbol < count; symbol++) {
        const uint32_t weight = codes[symbol] > 0 ? CONTEXT_MODEL_FREQUENCIES[codes[symbol] - 1] : 0;
        const uint32_t frequency = weight * INTERLEAVED_RANS_TOTAL / total;
        frequencies[symbol] = weight > 0 && frequency == 0 ? 1 : frequency;
        surplus += (int32_t)frequencies[symbol];
    }
    while (surplus != 0) {
        uint32_t largest = 0;
        for (uint32_t symbol = 1; symbol < count; symbol++)
            if (frequencies[symbol] > frequencies[largest])
                largest = symbol;
        /* what is missing all goes to the first of the largest, which stays the largest */
        const int32_t change = surplus > 0 ? 1 : surplus;
        frequencies[largest] -= (uint32_t)change;
        surplus -= change;
    }
}

/* Write the block of a table whose frequencies sum to INTERLEAVED_RANS_TOTAL. */
static void write_block(uint32_t *block, const uint32_t *frequencies, uint32_t symbols)
{
    uint8_t *lowest = (uint8_t *)block;
    uint32_t cumulative = 0, stretch = 0;
    for (uint32_t symbol = 0; symbol < symbols; symbol++) {
        block[INTERVALS + symbol] = frequencies[symbol] << 16 | cumulative;
        cumulative += frequencies[symbol];
        for (; stretch * STRETCH < cumulative; stretch++)
            lowest[stretch] = (uint8_t)(symbol < 256 ? symbol : 255);
    }
}

bool aura_rans_lay_out(aura_rans_tables *tables, const uint8_t *data, size_t size, uint32_t count,
                       const aura_allocator *allocator, aura_error *error)
{
    uint32_t used = 0;
    const uint8_t *from = data;
    for (uint32_t table = 0; table < count; table++) {
        const uint32_t symbols = (uint32_t)from[0] << 8 | from[1];
        used += symbols > 0;
        from += 2 + symbols;
    }
    const uint32_t empty = INTERVALS + 1; /* the block of tables without symbols, whose one interval has no slots */
    *tables = (aura_rans_tables){
        .firsts = aura_allocate(allocator, count * sizeof(uint32_t)),
        .blocks = aura_allocate(allocator, (size + empty + used * INTERVALS) * sizeof(uint32_t)),
    };
    if (tables->firsts == NULL || tables->blocks == NULL)
        return aura_fail(error, AURA_NO_MEMORY, 0, "payload", "there is no memory for the tables");
    memset(tables->blocks, 0, empty * sizeof(uint32_t));
    uint32_t first = empty;
    from = data;
    for (uint32_t table = 0; table < count; table++) {
        const uint32_t symbols = (uint32_t)from[0] << 8 | from[1];
        tables->firsts[table] = symbols > 0 ? first : 0;
        if (symbols > 0) {
            uint32_t frequencies[CONTEXT_MODEL_SYMBOLS];
            aura_rans_weigh(from + 2, symbols, frequencies);
            write_block(tables->blocks + first, frequencies, symbols);
            first += INTERVALS + symbols;
        }
        from += 2 + symbols;
    }
    return true;
}

void aura_rans_free(aura_rans_tables *tables, const aura_allocator *allocator)
{
    aura_release(allocator, tables->firsts);
    aura_release(allocator, tables->blocks);
}

bool aura_rans_open(aura_rans_reader *reader, const aura_rans_tables *tables, const uint8_t *words, size_t size,
                    uint32_t lanes, aura_error *error)
{
    reader->tables = tables;
    reader->words = words;
    reader->size = size;
    reader->position = 4 * (size_t)lanes;
    reader->lanes = lanes;
    if (size < reader->position)
        return aura_fail(error, AURA_TRUNCATED, size, "words", "the payload is too short for its lanes");
    for (uint32_t lane = 0; lane < lanes; lane++, words += 4) {
        const uint32_t high = (uint32_t)words[1] << 8 | words[0], low = (uint32_t)words[3] << 8 | words[2];
        reader->states[lane] = high << INTERLEAVED_RANS_WORD_BITS | low;
        if (reader->states[lane] < INTERLEAVED_RANS_LOWER_BOUND)
            return aura_fail(error, AURA_MALFORMED, 0, "words", "a state is out of range");
    }
    return true;
}

/* Decode the symbols of some lanes with the tables in `symbols`; `words` has one for each (rule IRN-4). Gives the words
 * that are left, or NULL if a table has no symbols. Whether a lane takes a word cannot be predicted, so that no branch
 * asks for it. */
static const uint8_t *read_lanes(const aura_rans_tables *tables, uint32_t *restrict states, uint16_t *restrict symbols,
                                 size_t count, const uint8_t *words)
{
    const uint32_t *const firsts = tables->firsts, *const blocks = tables->blocks;
    uint64_t taken = 0;
    for (size_t lane = 0; lane < count; lane++) {
        const uint32_t *block = blocks + firsts[symbols[lane]];
        const uint32_t slot = states[lane] % INTERLEAVED_RANS_TOTAL;
        size_t symbol = ((const uint8_t *)block)[slot / STRETCH];
        uint32_t interval = block[INTERVALS + symbol], rest = slot - (interval & 0xFFFF);
        while (rest >= interval >> 16) {
            if (block == blocks)
                return NULL;
            interval = block[INTERVALS + ++symbol];
            rest = slot - (interval & 0xFFFF);
        }
        const uint32_t state = (interval >> 16) * (states[lane] >> INTERLEAVED_RANS_SCALE_BITS) + rest;
        const uint32_t filled = state << INTERLEAVED_RANS_WORD_BITS | aura_load_16(words + 2 * taken);
        /* all ones if a word is taken: whether one is cannot be predicted, so that no branch asks for it */
        const uint64_t takes = 0 - (((uint64_t)state - INTERLEAVED_RANS_LOWER_BOUND) >> 63);
        taken -= takes;
        states[lane] = state ^ ((state ^ filled) & (uint32_t)takes);
        symbols[lane] = (uint16_t)symbol;
    }
    return words + 2 * taken;
}

bool aura_rans_read(aura_rans_reader *reader, uint16_t *symbols, size_t count, aura_error *error)
{
    const uint8_t *next = reader->words + reader->position, *const end = reader->words + reader->size;
    for (size_t at = 0, step; at < count; at += step) {
        const size_t lane = at % reader->lanes, left = (size_t)(end - next) / 2;
        step = reader->lanes - lane < count - at ? reader->lanes - lane : count - at;
        if (left < step) /* as many symbols as there are words; one symbol that has to do without */
            step = left > 0 ? left : 1;
        const uint8_t *from = left > 0 ? next : end - 2;
        const uint8_t *after = read_lanes(reader->tables, reader->states + lane, symbols + at, step, from);
        if (after == NULL)
            return aura_fail(error, AURA_MALFORMED, 0, "words", "a table without symbols is used");
        if (left == 0 && after != from)
            return aura_fail(error, AURA_TRUNCATED, reader->size, "words", "the payload runs out of words");
        next += after - from;
    }
    reader->position = (size_t)(next - reader->words);
    return true;
}

bool aura_rans_close(const aura_rans_reader *reader, aura_error *error)
{
    bool is_done = reader->position == reader->size;
    for (uint32_t lane = 0; lane < reader->lanes; lane++)
        is_done = is_done && reader->states[lane] == INTERLEAVED_RANS_LOWER_BOUND;
    return is_done || aura_fail(error, AURA_MALFORMED, reader->position, "words",
                                "the payload does not end where its symbols do");
}
