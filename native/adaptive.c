/* Adaptive tables: streams of BRIO version 2 (rules ADA-1 to ADA-4). */
#include "adaptive.h"

#include "loads.h"
#include "units.h"

aura_kind_counts aura_first_counts(aura_kind kind)
{
    switch (kind) {
    case AURA_LITERAL_RUNS:
        return (aura_kind_counts){BRIO2_NUMBERS, 1, UNIT_COUNTS_OF_LITERAL_RUNS[0]};
    case AURA_DISTANCES:
        return (aura_kind_counts){BRIO2_DISTANCES, 2, UNIT_COUNTS_OF_DISTANCES[0]};
    case AURA_LENGTHS:
        return (aura_kind_counts){BRIO2_NUMBERS, 8, UNIT_COUNTS_OF_LENGTHS[0]};
    default:
        return (aura_kind_counts){UNIT_SYMBOLS, UNIT_UNIT_CONTEXTS, UNIT_COUNTS_OF_UNITS[0]};
    }
}

void aura_frequencies_from(const uint32_t *counts, uint32_t symbols, uint32_t *frequencies)
{
    uint64_t total = 0;
    uint32_t largest = 0;
    for (uint32_t symbol = 0; symbol < symbols; symbol++) {
        total += counts[symbol];
        if (counts[symbol] > counts[largest])
            largest = symbol;
    }
    /* quotients by a product: at most one too small, as counts are below 2^32, and no product exceeds 2^52 */
    const uint64_t spare = INTERLEAVED_RANS_TOTAL - symbols, reciprocal = (spare << 40) / total;
    uint32_t sum = 0;
    for (uint32_t symbol = 0; symbol < symbols; symbol++) {
        const uint64_t quotient = counts[symbol] * reciprocal >> 40;
        const uint32_t is_short = counts[symbol] * spare - quotient * total >= total;
        frequencies[symbol] = 1 + (uint32_t)quotient + is_short;
        sum += frequencies[symbol];
    }
    frequencies[largest] += INTERLEAVED_RANS_TOTAL - sum;
}

static void begin(aura_adaptive_tables *tables, aura_kind kind)
{
    const aura_kind_counts first = aura_first_counts(kind);
    tables->symbols = first.symbols;
    tables->stale = ((uint32_t)1 << first.contexts) - 1;
    tables->used = 0;
    for (uint32_t at = 0; at < first.contexts * first.symbols; at++)
        tables->counts[at] = first.counts[at];
}

/* Make the table of a context. */
static void make(aura_adaptive_tables *tables, uint32_t context)
{
    uint32_t *intervals = tables->intervals + context * tables->symbols;
    aura_frequencies_from(tables->counts + context * tables->symbols, tables->symbols, intervals);
    uint32_t cumulative = 0;
    for (uint32_t symbol = 0; symbol < tables->symbols; symbol++) {
        const uint32_t frequency = intervals[symbol];
        intervals[symbol] = frequency << 16 | cumulative;
        cumulative += frequency;
    }
    tables->stale &= ~((uint32_t)1 << context);
}

/* Lay out the slots of a table that has been made. */
static void lay_out(aura_adaptive_tables *tables, uint32_t context)
{
    const uint32_t *intervals = tables->intervals + context * tables->symbols;
    uint16_t *slot = tables->slots + context * INTERLEAVED_RANS_TOTAL;
    for (uint32_t symbol = 0; symbol < tables->symbols; symbol++)
        for (uint32_t left = intervals[symbol] >> 16; left > 0; left--)
            *slot++ = (uint16_t)symbol;
}

/* Begin the next round (rule ADA-4). */
static void end_round(aura_adaptive_tables *tables)
{
    tables->stale |= tables->used;
    tables->used = 0;
}

/* What reads a step changes. */
typedef struct {
    const uint8_t *word;
    const uint8_t *end;
    bool is_short; /* whether words are missing */
} word_source;

/* Read the symbol of a lane, and count it. */
static inline uint32_t read_symbol(aura_adaptive_tables *tables, uint32_t *held, uint32_t context, word_source *source,
                                   bool may_end)
{
    if (tables->stale >> context & 1) {
        make(tables, context);
        lay_out(tables, context);
    }
    tables->used |= (uint32_t)1 << context;
    uint32_t state = *held;
    const uint32_t slot = state % INTERLEAVED_RANS_TOTAL;
    const uint32_t symbol = tables->slots[context * INTERLEAVED_RANS_TOTAL + slot];
    const uint32_t place = context * tables->symbols + symbol, interval = tables->intervals[place];
    tables->counts[place] += ADAPTIVE_INCREMENT;
    state = (interval >> 16) * (state >> INTERLEAVED_RANS_SCALE_BITS) + slot - (interval & 0xFFFF);
    const uint32_t takes = state < INTERLEAVED_RANS_LOWER_BOUND;
    if (may_end && takes && source->word == source->end) {
        source->is_short = true;
        return symbol;
    }
    /* without a branch, which would often go wrong */
    const uint32_t filled = state << INTERLEAVED_RANS_WORD_BITS | (may_end && !takes ? 0 : aura_load_16(source->word));
    *held = takes ? filled : state;
    source->word += 2 * takes;
    return symbol;
}

bool aura_adaptive_read(aura_rans_reader *reader, aura_adaptive_tables *tables, aura_kind kind, uint16_t *symbols,
                        uint32_t count, const uint8_t *contexts, const uint8_t *after, aura_error *error)
{
    uint8_t following[INTERLEAVED_RANS_MAX_LANES] = {0};
    const uint32_t steps = (count + reader->lanes - 1) / reader->lanes;
    word_source source = {reader->words + reader->position, reader->words + reader->size, false};
    begin(tables, kind);
    for (uint32_t step = 0, stop = ADAPTIVE_FIRST_ROUND; step < steps; step++) {
        if (step == stop) {
            end_round(tables);
            stop *= 2;
        }
        const uint32_t used = aura_lanes_of_step(count, steps, step);
        const bool may_end = (size_t)(source.end - source.word) < 2 * (size_t)used;
        uint32_t place = step;
        if (after != NULL && !may_end) {
            for (uint32_t lane = 0; lane < used; lane++, place += steps) {
                const uint32_t context = symbols[place] == AURA_START_OF_RUN ? 0 : following[lane];
                const uint32_t symbol = read_symbol(tables, &reader->states[lane], context, &source, false);
                symbols[place] = (uint16_t)symbol;
                following[lane] = after[symbol];
            }
            continue;
        }
        for (uint32_t lane = 0; lane < used && !source.is_short; lane++, place += steps) {
            uint32_t context = contexts != NULL ? contexts[place] : 0;
            if (after != NULL)
                context = symbols[place] == AURA_START_OF_RUN ? 0 : following[lane];
            const uint32_t symbol = read_symbol(tables, &reader->states[lane], context, &source, may_end);
            symbols[place] = (uint16_t)symbol;
            if (after != NULL)
                following[lane] = after[symbol];
        }
        if (source.is_short)
            return aura_fail(error, AURA_TRUNCATED, reader->size, "words", "the payload runs out of words");
    }
    reader->position = (size_t)(source.word - reader->words);
    return true;
}

void aura_adaptive_choose(aura_adaptive_tables *tables, aura_kind kind, const uint16_t *symbols, uint32_t count,
                          const uint8_t *contexts, uint32_t lanes, uint32_t *intervals)
{
    const uint32_t steps = (count + lanes - 1) / lanes;
    begin(tables, kind);
    for (uint32_t from = 0, stop = ADAPTIVE_FIRST_ROUND; from < steps; from = stop, stop *= 2) {
        const uint32_t to = stop < steps ? stop : steps;
        for (uint32_t lane = 0; lane * steps < count && lane < lanes; lane++) {
            const uint32_t end = lane * steps + to < count ? lane * steps + to : count;
            for (uint32_t place = lane * steps + from; place < end; place++) {
                const uint32_t context = contexts != NULL ? contexts[place] : 0;
                if (tables->stale >> context & 1)
                    make(tables, context);
                tables->used |= (uint32_t)1 << context;
                intervals[place] = tables->intervals[context * tables->symbols + symbols[place]];
                tables->counts[context * tables->symbols + symbols[place]] += ADAPTIVE_INCREMENT;
            }
        }
        end_round(tables);
    }
}

void aura_adaptive_write(aura_lane_writer *writer, const uint32_t *intervals, uint32_t count)
{
    const uint32_t steps = (count + writer->lanes - 1) / writer->lanes;
    for (uint32_t step = steps; step-- > 0;) {
        for (uint32_t lane = aura_lanes_of_step(count, steps, step); lane-- > 0;) {
            const uint32_t interval = intervals[lane * steps + step], frequency = interval >> 16;
            uint32_t state = writer->states[lane];
            if (state >= (uint64_t)frequency << (32 - INTERLEAVED_RANS_SCALE_BITS)) {
                aura_put_word(writer, state & 0xFFFF);
                state >>= INTERLEAVED_RANS_WORD_BITS;
            }
            writer->states[lane] =
                (state / frequency << INTERLEAVED_RANS_SCALE_BITS) + state % frequency + (interval & 0xFFFF);
        }
    }
}
