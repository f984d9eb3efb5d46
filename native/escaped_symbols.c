/* One symbol, down the escapes in one pass. What is excluded in a list is taken from its total, and from what stands
 * before the entry, as the list is looked at. */
#include "escaped_symbols.h"

#include "char_run_symbols.h"

static uint32_t frequency_of(const uint64_t *words, uint32_t context, uint32_t place)
{
    return place == context ? aura_frequency_of_one(words[place])
                            : aura_frequency_at(words, aura_first_of(words, context), place);
}

static uint32_t escape_of(const uint64_t *words, uint32_t context)
{
    const uint64_t word = words[context];
    if (!aura_is_many(word))
        return CONTEXT_MODEL_ESCAPES[aura_code_of(word)];
    return aura_total_of(word) - aura_upper_of(words[aura_first_of(words, context) + aura_size_of(word) - 1]);
}

#define NOTHING UINT32_MAX /* in place of a context before the first one */

/* The options of a list: their total, what of that stands before an entry, and how many they are. */
typedef struct {
    uint32_t total;
    uint32_t lower;
    uint32_t left;
} options;

/* Take an option that stands at a place of a list with this first entry. */
static inline void take_option(options *all, const uint64_t *words, uint32_t first, uint32_t place, uint32_t entry)
{
    const uint32_t frequency = aura_frequency_at(words, first, place);
    all->total -= frequency;
    all->lower -= place < entry ? frequency : 0;
    all->left--;
}

/* The options of a list of more than one entry behind the list before, where an entry is of interest, or none is, 0. */
static options options_behind(const uint64_t *words, uint32_t context, uint32_t before, uint32_t entry)
{
    const uint64_t word = words[context];
    const uint32_t first = aura_first_of(words, context);
    options all = {aura_total_of(word), entry != 0 ? aura_lower_at(words, first, entry) : 0, aura_size_of(word)};
    if (before == NOTHING)
        return all;
    const uint64_t above = words[before];
    if (!aura_is_many(above)) {
        take_option(&all, words, first, aura_find_in_list(words, context, aura_symbol_of(above)), entry);
        return all;
    }
    const uint32_t size = aura_size_of(above), begin = aura_first_of(words, before);
    if (entry == 0 && size >= AURA_LONG)
        return (options){(uint32_t)words[before + 1], 0, all.left - size};
    for (uint32_t at = begin; at < begin + size; at++)
        take_option(&all, words, first, first + aura_rank_of(words[at]), entry);
    return all;
}

/* Begin behind the lists, where one for character runs is next. */
static void start_behind(aura_escapes *escapes, const aura_context_model *model, aura_position position, uint32_t before,
                         uint32_t predicted)
{
    aura_escapes_start(escapes, model, position);
    if (before != NOTHING)
        escapes->lists[escapes->count++].context = before; /* it has the symbols of those before it, too */
    if (predicted != CONTEXT_MODEL_SYMBOLS)
        escapes->predicted[escapes->predicted_count++] = (uint16_t)predicted;
}

/* Code a symbol in the lists from a context on, of which the one before has not the symbol, and give the context that
 * follows it. A predicted symbol that none before has is excluded; CONTEXT_MODEL_SYMBOLS stands for none. */
static uint32_t encode_behind(const aura_context_model *model, aura_position position, uint32_t before,
                              uint32_t predicted, uint32_t symbol, aura_range_encoder *encoder)
{
    const uint64_t *words = model->words;
    const uint32_t bound = model->char_runs[position.state].bound;
    uint32_t context = position.context, sought = predicted;
    while (context >= bound) {
        const uint32_t suffix = aura_suffix_of(words[context]);
        aura_prefetch(words + suffix);
        const uint32_t place = aura_find_entry(words, context, symbol);
        const bool is_many = aura_is_many(words[context]);
        options all = is_many ? options_behind(words, context, before, place)
                              : (options){CONTEXT_MODEL_TOTAL_OF_ONE, 0, 1};
        const uint32_t out = sought == CONTEXT_MODEL_SYMBOLS ? 0 : aura_find_entry(words, context, sought);
        if (out != 0) {
            sought = CONTEXT_MODEL_SYMBOLS;
            if (is_many)
                take_option(&all, words, aura_first_of(words, context), out, place);
            else
                all.left = 0;
        }
        if (place != 0) {
            aura_range_encode(encoder, all.lower, frequency_of(words, context, place), all.total);
            return aura_following_of(words[place]);
        }
        if (all.left > 0) { /* rule AUR-4 */
            const uint32_t escape = escape_of(words, context);
            aura_range_encode(encoder, all.total - escape, escape, all.total);
        }
        before = context;
        context = suffix;
    }
    aura_escapes escapes;
    start_behind(&escapes, model, (aura_position){context, position.state}, before, predicted);
    aura_encode_in_char_run(&escapes, symbol, encoder);
    return aura_follow(words, context, symbol);
}

uint32_t aura_encode_escaped(const aura_context_model *model, aura_position position, uint32_t symbol,
                             aura_range_encoder *encoder)
{
    const uint64_t *words = model->words;
    const uint64_t word = words[position.context];
    const uint32_t escape = escape_of(words, position.context);
    const uint32_t total = aura_is_many(word) ? aura_total_of(word) : CONTEXT_MODEL_TOTAL_OF_ONE;
    const aura_position behind = {aura_suffix_of(word), position.state};
    aura_prefetch(words + behind.context);
    aura_range_encode(encoder, total - escape, escape, total);
    return encode_behind(model, behind, position.context, CONTEXT_MODEL_SYMBOLS, symbol, encoder);
}

uint32_t aura_encode_unpredicted(const aura_context_model *model, aura_position position, uint32_t predicted,
                                 uint32_t symbol, aura_range_encoder *encoder)
{
    return encode_behind(model, position, NOTHING, predicted, symbol, encoder);
}

/* The options of a list of more than one entry while a choice is decoded: their total, how many they are, and the places
 * of the others, counted from the first entry. */
typedef struct {
    uint32_t first;
    uint32_t total;
    uint32_t left;
    aura_number_set out;
} open_options;

static inline void leave_out(open_options *all, const uint64_t *words, uint32_t place)
{
    all->total -= aura_frequency_at(words, all->first, place);
    all->left--;
    aura_add(&all->out, place - all->first);
}

static void leave_out_list(open_options *all, const uint64_t *words, uint32_t context, uint32_t before)
{
    const uint64_t word = words[before];
    if (!aura_is_many(word)) {
        leave_out(all, words, aura_find_in_list(words, context, aura_symbol_of(word)));
        return;
    }
    const uint32_t begin = aura_first_of(words, before), end = begin + aura_size_of(word);
    for (uint32_t at = begin; at < end; at++)
        leave_out(all, words, all->first + aura_rank_of(words[at]));
}

/* Decode a choice among options; the place of the entry, or 0 for the escape. */
static uint32_t decode_option(const open_options *all, const uint64_t *words, uint32_t context,
                              aura_range_decoder *decoder)
{
    const uint64_t word = words[context];
    const uint32_t end = all->first + aura_size_of(word), unit = aura_range_unit(decoder, all->total);
    const uint32_t escape = aura_total_of(word) - aura_upper_of(words[end - 1]);
    aura_range_check(decoder, all->total, unit);
    if (decoder->offset < (all->total - escape) * unit) {
        const uint32_t place = aura_decode_entry(words, all->first, end, &all->out, unit, decoder);
        if (place != 0)
            return place;
    }
    if (escape > 0)
        aura_range_take(decoder, all->total - escape, escape, unit);
    return 0;
}

uint32_t aura_decode_unpredicted(const aura_context_model *model, aura_position *position, uint32_t predicted,
                                 aura_range_decoder *decoder)
{
    const uint64_t *words = model->words;
    const uint32_t bound = model->char_runs[position->state].bound;
    uint32_t context = position->context, before = NOTHING, sought = predicted;
    while (context >= bound) {
        const uint64_t word = words[context];
        const uint32_t suffix = aura_suffix_of(word), size = aura_size_of(word);
        uint32_t place = 0;
        aura_prefetch(words + suffix);
        if (aura_is_many(word)) {
            open_options all = {aura_first_of(words, context), aura_total_of(word), size, {{0}}};
            if (before != NOTHING)
                leave_out_list(&all, words, context, before);
            const uint32_t out = sought == CONTEXT_MODEL_SYMBOLS ? 0 : aura_find_in_list(words, context, sought);
            if (out != 0) {
                sought = CONTEXT_MODEL_SYMBOLS;
                leave_out(&all, words, out);
            }
            if (all.left > 0) /* rule AUR-4 */
                place = decode_option(&all, words, context, decoder);
            if (place == 0 && size == CONTEXT_MODEL_SYMBOLS) {
                position->context = 0;
                return aura_exclude_all(decoder);
            }
        } else if (aura_symbol_of(word) == sought) {
            sought = CONTEXT_MODEL_SYMBOLS;
        } else if (aura_range_decode_bit(decoder, aura_frequency_of_one(word), CONTEXT_MODEL_TOTAL_OF_ONE)) {
            place = context;
        }
        if (place != 0) {
            position->context = aura_following_of(words[place]);
            return aura_symbol_of(words[place]);
        }
        before = context;
        context = suffix;
    }
    aura_escapes escapes;
    start_behind(&escapes, model, (aura_position){context, position->state}, before, predicted);
    const uint32_t symbol = aura_decode_in_char_run(&escapes, decoder);
    position->context = aura_follow(words, context, symbol);
    return symbol;
}
