/* Estimates what options of a parse cost, in sixteenths of a bit (rules PAR-2 and PAR-6). */
#include "cost_model.h"

#include "units.h"

/* The place of the top bit of the sixteenth power of a frequency: sixteen times its logarithm, rounded down. Squared
 * four times, the mantissa says one bit more each time; what is cut off is too little to matter for such numbers. */
static uint32_t top_bit_of_power(uint32_t frequency)
{
    uint32_t top = aura_top_bit(frequency);
    uint64_t mantissa = (uint64_t)frequency << (31 - top);
    for (int squared = 0; squared < 4; squared++) {
        mantissa = mantissa * mantissa >> 31;
        const uint32_t carry = (uint32_t)(mantissa >> 32);
        mantissa >>= carry;
        top = 2 * top + carry;
    }
    return top;
}

void aura_cost_model_make(aura_cost_model *model)
{
    model->price_of[0] = 0;
    for (uint32_t frequency = 1; frequency <= INTERLEAVED_RANS_TOTAL; frequency++)
        model->price_of[frequency] =
            (uint8_t)(16 * INTERLEAVED_RANS_SCALE_BITS - top_bit_of_power(frequency));
}

/* The mean of the counts of all contexts. */
static void take_mean(aura_kind kind, uint32_t *counts)
{
    const aura_kind_counts first = aura_first_counts(kind);
    for (uint32_t symbol = 0; symbol < first.symbols; symbol++) {
        uint32_t sum = 0;
        for (uint32_t context = 0; context < first.contexts; context++)
            sum += first.counts[context * first.symbols + symbol];
        counts[symbol] = sum / first.contexts;
    }
}

static void take_first_counts(aura_cost_model *model)
{
    take_mean(AURA_LITERAL_RUNS, model->literal_runs);
    take_mean(AURA_DISTANCES, model->distances);
    take_mean(AURA_LENGTHS, model->lengths);
    const aura_kind_counts first = aura_first_counts(AURA_UNITS);
    for (uint32_t at = 0; at < first.contexts * first.symbols; at++)
        model->units[at] = first.counts[at];
}

static int32_t number_price(const aura_cost_model *model, const uint32_t *frequencies, uint32_t symbol)
{
    return model->price_of[frequencies[symbol]] + 16 * (int32_t)aura_number_bits(symbol);
}

static void take_prices(aura_cost_model *model)
{
    aura_prices *prices = &model->prices;
    uint32_t frequencies[UNIT_SYMBOLS];
    for (uint32_t context = 0; context < UNIT_UNIT_CONTEXTS; context++) {
        aura_frequencies_from(model->units + context * UNIT_SYMBOLS, UNIT_SYMBOLS, frequencies);
        for (uint32_t symbol = 0; symbol < UNIT_SYMBOLS; symbol++)
            prices->units[context][symbol] =
                model->price_of[frequencies[symbol]] + 16 * (int32_t)aura_unit_bits(symbol);
    }
    aura_frequencies_from(model->distances, BRIO2_DISTANCES, frequencies);
    for (uint32_t place = 0; place < AURA_RECENT; place++)
        prices->recent[place] = model->price_of[frequencies[place]];
    for (uint32_t symbol = 0; symbol < BRIO2_NUMBERS; symbol++)
        prices->distances[symbol] = number_price(model, frequencies + AURA_RECENT, symbol);
    aura_frequencies_from(model->lengths, BRIO2_NUMBERS, frequencies);
    for (uint32_t length = BRIO2_MIN_MATCH; length <= PARSE_MAX_CANDIDATE; length++)
        prices->lengths[length] = number_price(model, frequencies, aura_number_symbol(length - BRIO2_MIN_MATCH));
    aura_frequencies_from(model->literal_runs, BRIO2_NUMBERS, frequencies);
    uint32_t sum = 0, weights = 0;
    for (uint32_t symbol = 1; symbol < BRIO2_NUMBERS; symbol++) {
        sum += frequencies[symbol] * (uint32_t)number_price(model, frequencies, symbol);
        weights += frequencies[symbol];
    }
    prices->literal_runs[0] = model->price_of[frequencies[0]];
    prices->literal_runs[1] = (int32_t)(sum / weights);
}

void aura_cost_model_begin(aura_cost_model *model)
{
    take_first_counts(model);
    take_prices(model);
}

/* Count the units of a literal run. */
static void count_units(aura_cost_model *model, const uint16_t *units, uint32_t count)
{
    uint32_t context = 0;
    for (uint32_t at = 0; at < count; at++) {
        const uint32_t symbol = aura_unit_symbol(units[at]);
        model->units[context * UNIT_SYMBOLS + symbol] += ADAPTIVE_INCREMENT;
        context = UNIT_CONTEXT_AFTER[symbol];
    }
}

static uint32_t bytes_of(const uint16_t *units, uint32_t count)
{
    uint32_t bytes = 0;
    for (uint32_t at = 0; at < count; at++)
        bytes += UNIT_BYTES[units[at]][0];
    return bytes;
}

void aura_cost_model_learn(aura_cost_model *model, const aura_cut *cut, uint32_t begin, aura_latest *latest)
{
    take_first_counts(model);
    uint32_t recent[] = {BRIO2_RECENT[0], BRIO2_RECENT[1], BRIO2_RECENT[2]}, place = begin;
    const uint16_t *units = cut->units;
    for (uint32_t at = 0; at < cut->sequences_count; at++) {
        const aura_sequence *sequence = &cut->sequences[at];
        count_units(model, units, sequence->literal_run);
        place += bytes_of(units, sequence->literal_run) + sequence->length;
        units += sequence->literal_run;
        model->literal_runs[aura_number_symbol(sequence->literal_run)] += ADAPTIVE_INCREMENT;
        model->distances[aura_distance_symbol(recent, sequence->distance)] += ADAPTIVE_INCREMENT;
        model->lengths[aura_number_symbol(sequence->length - BRIO2_MIN_MATCH)] += ADAPTIVE_INCREMENT;
        aura_make_latest(recent, sequence->distance);
        latest[at] = (aura_latest){place, {recent[0], recent[1], recent[2]}};
    }
    count_units(model, units, (uint32_t)(cut->units + cut->units_count - units));
    take_prices(model);
}
