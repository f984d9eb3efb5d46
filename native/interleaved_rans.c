/* Interleaved rANS: how tables are laid out, and the two ends of a payload (rules IRN-3, IRN-5 and IRN-7). */
#include "interleaved_rans.h"

#include <string.h>

/* Frequencies from codes (rule IRN-7); one of the codes is above 0. */
static void frequencies_of(const uint8_t *codes, uint32_t count, uint32_t frequencies[CONTEXT_MODEL_SYMBOLS])
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
    *tables = (aura_rans_tables){
        .places = aura_allocate(allocator, (count + 1) * sizeof(aura_rans_place)),
        .intervals = aura_allocate(allocator, (2 + size) * sizeof(uint32_t)),
        .slots = aura_allocate(allocator, (size_t)INTERLEAVED_RANS_TOTAL * (1 + used)),
    };
    if (tables->places == NULL || tables->intervals == NULL || tables->slots == NULL)
        return aura_fail(error, AURA_NO_MEMORY, 0, "payload", "there is no memory for the tables");
    tables->intervals[0] = 0;
    tables->intervals[1] = (uint32_t)INTERLEAVED_RANS_TOTAL << 16;
    tables->places[count] = (aura_rans_place){1, 0};
    memset(tables->slots, 0, INTERLEAVED_RANS_TOTAL);
    uint32_t first = 2, row = INTERLEAVED_RANS_TOTAL;
    from = data;
    for (uint32_t table = 0; table < count; table++) {
        const uint32_t symbols = (uint32_t)from[0] << 8 | from[1];
        tables->places[table] = (aura_rans_place){symbols > 0 ? first : 0, symbols > 0 ? row : 0};
        if (symbols > 0) {
            uint32_t frequencies[CONTEXT_MODEL_SYMBOLS], cumulative = 0;
            frequencies_of(from + 2, symbols, frequencies);
            for (uint32_t symbol = 0; symbol < symbols; symbol++) {
                tables->intervals[first + symbol] = frequencies[symbol] << 16 | cumulative;
                memset(tables->slots + row + cumulative, symbol < 256 ? (int)symbol : 255, frequencies[symbol]);
                cumulative += frequencies[symbol];
            }
            first += symbols;
            row += INTERLEAVED_RANS_TOTAL;
        }
        from += 2 + symbols;
    }
    return true;
}

void aura_rans_free(aura_rans_tables *tables, const aura_allocator *allocator)
{
    aura_release(allocator, tables->places);
    aura_release(allocator, tables->intervals);
    aura_release(allocator, tables->slots);
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

bool aura_rans_end(aura_rans_reader *reader, const aura_rans_batch *batch, aura_error *error)
{
    reader->position = (size_t)(batch->word - reader->words);
    if (batch->code == AURA_TRUNCATED)
        return aura_fail(error, AURA_TRUNCATED, reader->size, "words", "the payload runs out of words");
    if (batch->code == AURA_MALFORMED)
        return aura_fail(error, AURA_MALFORMED, 0, "words", "a table without symbols is used");
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
