/* One symbol, down the escapes (rules AUR-2 to AUR-4, RUN-4 and RUN-5). */
#include "symbols.h"

/* What is left of a list when symbols are excluded, and where one of them stands in it. */
typedef struct {
    uint32_t total; /* of the options, the escape included */
    uint32_t left;  /* options, the escape not included */
    uint32_t place; /* of the entry for the symbol; 0 if there is none */
    uint32_t lower; /* the sum of the options before it */
    uint32_t frequency;
} options_left;

/* Exclude the symbols of the list of a context, after its escape (rule AUR-3). */
static void exclude_list(aura_exclusions *exclusions, const uint64_t *words, uint32_t context)
{
    uint64_t bits[5] = {0};
    const bool is_many = aura_is_many(words[context]);
    uint32_t place = context + is_many;
    for (uint32_t left = aura_length_of(words[context]); left > 0; left--, place++) {
        const uint32_t symbol = aura_symbol_of(words[place]);
        bits[symbol >> 6] |= (uint64_t)1 << (symbol & 63);
    }
    uint32_t kept = 0;
    for (uint32_t at = 0; at < exclusions->predicted_count; at++) {
        const uint16_t symbol = exclusions->predicted[at];
        if (!(bits[symbol >> 6] >> (symbol & 63) & 1))
            exclusions->predicted[kept++] = symbol;
    }
    exclusions->predicted_count = kept;
    exclusions->escaped_from = context;
    for (uint32_t word = 0; word < 5; word++)
        exclusions->bits[word] |= bits[word];
}

/* Take an excluded entry from what is left. */
static void leave_out(options_left *options, const uint64_t *words, uint32_t context, uint32_t place)
{
    const uint32_t frequency = aura_upper_of(words[place]) - aura_lower_at(words, context, place);
    options->total -= frequency;
    options->left--;
    if (place < options->place)
        options->lower -= frequency;
}

/* What is left of a list of more than one entry; `symbol` is not excluded, or is above 256 for none. Of a wide list
 * the excluded entries are looked up, of others all are gone through. */
static options_left find_options(const uint64_t *words, uint32_t context, const aura_exclusions *exclusions,
                                 uint32_t symbol)
{
    const uint64_t head = words[context];
    const uint32_t size = aura_size_of(head), end = context + 1 + size;
    options_left options = {.total = aura_total_of(head), .left = size};
    const uint32_t from = exclusions->escaped_from;
    const uint32_t excluded = from == 0 ? 0 : aura_length_of(words[from]);
    if (size >= AURA_WIDE && !exclusions->is_partial && 4 * excluded < size) {
        if (symbol < CONTEXT_MODEL_SYMBOLS && (options.place = aura_find_in_list(words, context, symbol)) != 0) {
            options.lower = aura_lower_at(words, context, options.place);
            options.frequency = aura_upper_of(words[options.place]) - options.lower;
        }
        const uint32_t first = from + (from != 0 && aura_is_many(words[from]));
        for (uint32_t at = 0; at < excluded; at++)
            leave_out(&options, words, context, aura_find_in_list(words, context, aura_symbol_of(words[first + at])));
        for (uint32_t at = 0; at < exclusions->predicted_count; at++) {
            const uint32_t place = aura_find_in_list(words, context, exclusions->predicted[at]);
            if (place != 0)
                leave_out(&options, words, context, place);
        }
        return options;
    }
    uint32_t lower = 0, before = 0; /* of all entries so far, and of the options among them */
    for (uint32_t place = context + 1; place < end; place++) {
        const uint64_t word = words[place];
        const uint32_t upper = aura_upper_of(word), frequency = upper - lower, entry = aura_symbol_of(word);
        lower = upper;
        if (aura_is_excluded(exclusions, entry)) {
            options.total -= frequency;
            options.left--;
            continue;
        }
        if (entry == symbol) {
            options.place = place;
            options.lower = before;
            options.frequency = frequency;
        }
        before += frequency;
    }
    return options;
}

/* The frequency of the escape of a list of more than one entry; 0 at the root (rule CTX-6). */
static uint32_t escape_of(const uint64_t *words, uint32_t context)
{
    return aura_total_of(words[context]) - aura_upper_of(words[context + aura_size_of(words[context])]);
}

static void pass(aura_choices *choices, uint32_t cumulative, uint32_t frequency, uint32_t total)
{
    if (choices->encoder != NULL)
        aura_range_encode(choices->encoder, cumulative, frequency, total);
    else /* at most 2^16 · 2^13 */
        choices->share = choices->share * frequency / total;
}

/* Code a symbol in the list of the root, and give the place of its entry. */
static uint32_t code_at_root(const aura_context_model *model, uint32_t symbol, const aura_exclusions *exclusions,
                             aura_choices *choices)
{
    const options_left options = find_options(model->words, 0, exclusions, symbol);
    pass(choices, options.lower, options.frequency, options.total);
    return options.place;
}

/* What is left of a list for character runs; places count from 1 here. */
static options_left find_run_options(const aura_char_run_list *list, const aura_exclusions *exclusions,
                                     uint32_t symbol)
{
    options_left options = {.total = CONTEXT_MODEL_FREQUENCIES[list->codes[list->count]]};
    uint32_t before = 0;
    for (uint32_t at = 0; at < list->count; at++) {
        if (aura_is_excluded(exclusions, list->symbols[at]))
            continue;
        const uint32_t frequency = CONTEXT_MODEL_FREQUENCIES[list->codes[at]];
        if (list->symbols[at] == symbol) {
            options.place = at + 1;
            options.lower = before;
            options.frequency = frequency;
        }
        before += frequency;
        options.left++;
    }
    options.total += before;
    return options;
}

static void exclude_char_run_list(aura_exclusions *exclusions, const aura_char_run_list *list)
{
    for (uint32_t at = 0; at < list->count; at++)
        exclusions->bits[list->symbols[at] >> 6] |= (uint64_t)1 << (list->symbols[at] & 63);
    exclusions->is_partial = true;
}

/* Code a symbol while a list for character runs stands in for that of a context (rules RUN-4 and RUN-5). */
static uint32_t code_in_char_run(const aura_context_model *model, aura_position position, uint32_t symbol,
                                 aura_exclusions *exclusions, aura_choices *choices)
{
    const aura_char_run_list *list = &model->char_runs[position.state];
    const options_left options = find_run_options(list, exclusions, symbol);
    if (options.place != 0) {
        pass(choices, options.lower, options.frequency, options.total);
    } else {
        if (options.left > 0) {
            const uint32_t escape = CONTEXT_MODEL_FREQUENCIES[list->codes[list->count]];
            pass(choices, options.total - escape, escape, options.total);
        }
        exclude_char_run_list(exclusions, list);
        code_at_root(model, symbol, exclusions, choices);
    }
    return aura_follow(model->words, position.context, symbol);
}

uint32_t aura_code_known(const aura_context_model *model, aura_position position, uint32_t symbol,
                         aura_exclusions *exclusions, aura_choices *choices)
{
    const uint64_t *words = model->words;
    const uint32_t bound = model->char_runs[position.state].bound;
    uint32_t context = position.context;
    while (context >= bound) {
        const uint64_t word = words[context];
        if (!aura_is_many(word)) {
            if (!aura_is_excluded(exclusions, aura_symbol_of(word))) {
                const uint32_t frequency = aura_frequency_of_one(word);
                if (aura_symbol_of(word) == symbol) {
                    pass(choices, 0, frequency, CONTEXT_MODEL_TOTAL_OF_ONE);
                    return aura_following_of(word);
                }
                pass(choices, frequency, CONTEXT_MODEL_TOTAL_OF_ONE - frequency, CONTEXT_MODEL_TOTAL_OF_ONE);
            }
        } else {
            const options_left options = find_options(words, context, exclusions, symbol);
            if (options.place != 0) {
                pass(choices, options.lower, options.frequency, options.total);
                return aura_following_of(words[options.place]);
            }
            if (options.left > 0) { /* rule AUR-4 */
                const uint32_t escape = escape_of(words, context);
                pass(choices, options.total - escape, escape, options.total);
            }
        }
        exclude_list(exclusions, words, context);
        context = aura_suffix_of(word);
    }
    return code_in_char_run(model, (aura_position){context, position.state}, symbol, exclusions, choices);
}

/* Decode a choice in a list of more than one entry, some of which may be left out; the place of the entry, or 0 for
 * the escape. */
static uint32_t decode_in_list(const uint64_t *words, uint32_t context, const aura_exclusions *exclusions,
                               const options_left *options, aura_range_decoder *decoder)
{
    const uint32_t unit = aura_range_unit(decoder, options->total);
    aura_range_check(decoder, options->total, unit);
    const uint32_t value = decoder->offset / unit, escape = escape_of(words, context);
    if (value < options->total - escape) {
        const uint32_t end = context + 1 + aura_size_of(words[context]);
        for (uint32_t place = context + 1, lower = 0, before = 0; place < end; place++) {
            const uint32_t upper = aura_upper_of(words[place]), frequency = upper - lower;
            lower = upper;
            if (aura_is_excluded(exclusions, aura_symbol_of(words[place])))
                continue;
            if (value < before + frequency) {
                aura_range_take(decoder, before, frequency, unit);
                return place;
            }
            before += frequency;
        }
    }
    if (escape > 0)
        aura_range_take(decoder, options->total - escape, escape, unit);
    return 0;
}

/* Decode a choice in a list for character runs that has options; the symbol, or CONTEXT_MODEL_SYMBOLS for the
 * escape. */
static uint32_t decode_in_char_run_list(const aura_char_run_list *list, const aura_exclusions *exclusions,
                                   const options_left *options, aura_range_decoder *decoder)
{
    const uint32_t unit = aura_range_unit(decoder, options->total);
    aura_range_check(decoder, options->total, unit);
    const uint32_t value = decoder->offset / unit;
    uint32_t before = 0;
    for (uint32_t at = 0; at < list->count; at++) {
        if (aura_is_excluded(exclusions, list->symbols[at]))
            continue;
        const uint32_t frequency = CONTEXT_MODEL_FREQUENCIES[list->codes[at]];
        if (value < before + frequency) {
            aura_range_take(decoder, before, frequency, unit);
            return list->symbols[at];
        }
        before += frequency;
    }
    aura_range_take(decoder, before, options->total - before, unit);
    return CONTEXT_MODEL_SYMBOLS;
}

/* Note that no symbol remains (rule AUR-4). */
static void exclude_all(aura_range_decoder *decoder)
{
    aura_fail(decoder->error, AURA_MALFORMED, 0, "string", "the string excludes all symbols");
}

/* Decode a symbol while a list for character runs stands in for that of a context (rules RUN-4 and RUN-5). */
static uint32_t decode_in_char_run(const aura_context_model *model, aura_position position,
                                   aura_exclusions *exclusions, aura_range_decoder *decoder, uint32_t *following)
{
    const aura_char_run_list *list = &model->char_runs[position.state];
    uint32_t symbol = CONTEXT_MODEL_SYMBOLS;
    options_left options = find_run_options(list, exclusions, symbol);
    if (options.left > 0)
        symbol = decode_in_char_run_list(list, exclusions, &options, decoder);
    if (symbol == CONTEXT_MODEL_SYMBOLS) {
        exclude_char_run_list(exclusions, list);
        options = find_options(model->words, 0, exclusions, symbol);
        uint32_t place = 0;
        if (options.left > 0)
            place = decode_in_list(model->words, 0, exclusions, &options, decoder);
        else
            exclude_all(decoder);
        symbol = place > 0 ? aura_symbol_of(model->words[place]) : CONTEXT_MODEL_END;
    }
    *following = aura_follow(model->words, position.context, symbol);
    return symbol;
}

uint32_t aura_decode_symbol(const aura_context_model *model, aura_position position, aura_exclusions *exclusions,
                            aura_range_decoder *decoder, uint32_t *following)
{
    const uint64_t *words = model->words;
    const uint32_t bound = model->char_runs[position.state].bound;
    uint32_t context = position.context;
    while (context >= bound) {
        const uint64_t word = words[context];
        if (!aura_is_many(word)) {
            if (!aura_is_excluded(exclusions, aura_symbol_of(word)) &&
                aura_range_decode_bit(decoder, aura_frequency_of_one(word), CONTEXT_MODEL_TOTAL_OF_ONE)) {
                *following = aura_following_of(word);
                return aura_symbol_of(word);
            }
        } else {
            const options_left options = find_options(words, context, exclusions, CONTEXT_MODEL_SYMBOLS);
            if (options.left > 0) {
                const uint32_t place = decode_in_list(words, context, exclusions, &options, decoder);
                if (place > 0) {
                    *following = aura_following_of(words[place]);
                    return aura_symbol_of(words[place]);
                }
            }
            if (aura_size_of(word) == CONTEXT_MODEL_SYMBOLS) {
                exclude_all(decoder);
                *following = 0;
                return CONTEXT_MODEL_END;
            }
        }
        exclude_list(exclusions, words, context);
        context = aura_suffix_of(word);
    }
    return decode_in_char_run(model, (aura_position){context, position.state}, exclusions, decoder, following);
}
