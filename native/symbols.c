/* One symbol, down the escapes (rules AUR-2 to AUR-4, RUN-4 and RUN-5). */
#include "symbols.h"

/* Symbols that are quicker looked up in a list without an index than found by going through it. */
#define FEW 3

/* What is left of a list when symbols are excluded, and where one of them stands in it. */
typedef struct {
    uint32_t total; /* of the options, the escape included */
    uint32_t left;  /* options, the escape not included */
    uint32_t place; /* of the entry for the symbol; 0 if there is none */
    uint32_t lower; /* the sum of the options before it */
    uint32_t frequency;
} options_left;

/* A set of symbols. */
typedef struct {
    uint64_t bits[(CONTEXT_MODEL_SYMBOLS + 63) / 64];
} symbol_set;

static void add(symbol_set *set, uint32_t symbol)
{
    set->bits[symbol >> 6] |= (uint64_t)1 << (symbol & 63);
}

static bool has(const symbol_set *set, uint32_t symbol)
{
    return set->bits[symbol >> 6] >> (symbol & 63) & 1;
}

/* The first entry of a list. */
static uint32_t first_of(const uint64_t *words, uint32_t context)
{
    return context + aura_is_many(words[context]);
}

/* All symbols that are excluded. */
static symbol_set set_of(const uint64_t *words, const aura_exclusions *exclusions)
{
    symbol_set set = {0};
    const uint32_t from = exclusions->escaped_from;
    if (from != 0) {
        const uint32_t end = first_of(words, from) + aura_length_of(words[from]);
        for (uint32_t place = first_of(words, from); place < end; place++)
            add(&set, aura_symbol_of(words[place]));
    }
    for (uint32_t at = 0; at < exclusions->predicted_count; at++)
        add(&set, exclusions->predicted[at]);
    return set;
}

/* Exclude the symbols of the list of a context, after its escape (rule AUR-3). It has those of the list before. */
static void exclude_list(aura_exclusions *exclusions, const uint64_t *words, uint32_t context)
{
    exclusions->escaped_from = context;
    uint32_t kept = 0;
    for (uint32_t at = 0; at < exclusions->predicted_count; at++) {
        const uint16_t symbol = exclusions->predicted[at];
        const bool is_listed = aura_is_many(words[context]) ? aura_find_in_list(words, context, symbol) != 0
                                                            : aura_symbol_of(words[context]) == symbol;
        if (!is_listed)
            exclusions->predicted[kept++] = symbol;
    }
    exclusions->predicted_count = kept;
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

/* What is left of a list without any of a set of symbols; `symbol` is none of them, or above 256 for none. */
static options_left go_through(const uint64_t *words, uint32_t context, const symbol_set *excluded, uint32_t symbol)
{
    const uint32_t size = aura_size_of(words[context]), end = context + 1 + size;
    options_left options = {.total = aura_total_of(words[context]), .left = size};
    uint32_t lower = 0, before = 0; /* of all entries so far, and of the options among them */
    for (uint32_t place = context + 1; place < end; place++) {
        const uint32_t upper = aura_upper_of(words[place]), frequency = upper - lower;
        const uint32_t entry = aura_symbol_of(words[place]);
        lower = upper;
        if (has(excluded, entry)) {
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

/* The same, by looking up the symbols. */
static options_left look_up(const uint64_t *words, uint32_t context, const aura_exclusions *exclusions,
                            uint32_t symbol)
{
    options_left options = {.total = aura_total_of(words[context]), .left = aura_size_of(words[context])};
    if (symbol < CONTEXT_MODEL_SYMBOLS && (options.place = aura_find_in_list(words, context, symbol)) != 0) {
        options.lower = aura_lower_at(words, context, options.place);
        options.frequency = aura_upper_of(words[options.place]) - options.lower;
    }
    const uint32_t from = exclusions->escaped_from;
    if (from != 0) {
        const uint32_t end = first_of(words, from) + aura_length_of(words[from]);
        for (uint32_t place = first_of(words, from); place < end; place++) /* this list has all of them */
            leave_out(&options, words, context, aura_find_in_list(words, context, aura_symbol_of(words[place])));
    }
    for (uint32_t at = 0; at < exclusions->predicted_count; at++) {
        const uint32_t place = aura_find_in_list(words, context, exclusions->predicted[at]);
        if (place != 0)
            leave_out(&options, words, context, place);
    }
    return options;
}

/* What is left of a list of more than one entry; `symbol` is not excluded, or is above 256 for none. Few symbols are
 * looked up, which is quick where the list has an index; else the list is gone through. */
static options_left find_options(const uint64_t *words, uint32_t context, const aura_exclusions *exclusions,
                                 uint32_t symbol)
{
    const uint32_t size = aura_size_of(words[context]), from = exclusions->escaped_from;
    const uint32_t excluded = (from == 0 ? 0 : aura_length_of(words[from])) + exclusions->predicted_count;
    if (size >= AURA_WIDE ? 4 * excluded < size : excluded <= FEW)
        return look_up(words, context, exclusions, symbol);
    const symbol_set set = set_of(words, exclusions);
    return go_through(words, context, &set, symbol);
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

/* What is left of a list for character runs; places count from 1 here. */
static options_left find_char_run_options(const aura_char_run_list *list, const symbol_set *excluded,
                                          uint32_t symbol)
{
    options_left options = {.total = CONTEXT_MODEL_FREQUENCIES[list->codes[list->count]]};
    uint32_t before = 0;
    for (uint32_t at = 0; at < list->count; at++) {
        if (has(excluded, list->symbols[at]))
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

static void exclude_char_run_list(symbol_set *excluded, const aura_char_run_list *list)
{
    for (uint32_t at = 0; at < list->count; at++)
        add(excluded, list->symbols[at]);
}

/* Code a symbol while a list for character runs stands in for that of a context (rules RUN-4 and RUN-5). */
static uint32_t code_in_char_run(const aura_context_model *model, aura_position position, uint32_t symbol,
                                 const aura_exclusions *exclusions, aura_choices *choices)
{
    const aura_char_run_list *list = &model->char_runs[position.state];
    symbol_set excluded = set_of(model->words, exclusions);
    options_left options = find_char_run_options(list, &excluded, symbol);
    if (options.place != 0) {
        pass(choices, options.lower, options.frequency, options.total);
    } else {
        if (options.left > 0) {
            const uint32_t escape = CONTEXT_MODEL_FREQUENCIES[list->codes[list->count]];
            pass(choices, options.total - escape, escape, options.total);
        }
        exclude_char_run_list(&excluded, list);
        options = go_through(model->words, 0, &excluded, symbol);
        pass(choices, options.lower, options.frequency, options.total);
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
            if (!aura_was_predicted(exclusions, aura_symbol_of(word))) {
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
static uint32_t decode_in_list(const uint64_t *words, uint32_t context, const symbol_set *excluded,
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
            if (has(excluded, aura_symbol_of(words[place])))
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
static uint32_t decode_in_char_run_list(const aura_char_run_list *list, const symbol_set *excluded,
                                        const options_left *options, aura_range_decoder *decoder)
{
    const uint32_t unit = aura_range_unit(decoder, options->total);
    aura_range_check(decoder, options->total, unit);
    const uint32_t value = decoder->offset / unit;
    uint32_t before = 0;
    for (uint32_t at = 0; at < list->count; at++) {
        if (has(excluded, list->symbols[at]))
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
                                   const aura_exclusions *exclusions, aura_range_decoder *decoder,
                                   uint32_t *following)
{
    const aura_char_run_list *list = &model->char_runs[position.state];
    symbol_set excluded = set_of(model->words, exclusions);
    uint32_t symbol = CONTEXT_MODEL_SYMBOLS;
    options_left options = find_char_run_options(list, &excluded, symbol);
    if (options.left > 0)
        symbol = decode_in_char_run_list(list, &excluded, &options, decoder);
    if (symbol == CONTEXT_MODEL_SYMBOLS) {
        exclude_char_run_list(&excluded, list);
        options = go_through(model->words, 0, &excluded, symbol);
        uint32_t place = 0;
        if (options.left > 0)
            place = decode_in_list(model->words, 0, &excluded, &options, decoder);
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
            if (!aura_was_predicted(exclusions, aura_symbol_of(word)) &&
                aura_range_decode_bit(decoder, aura_frequency_of_one(word), CONTEXT_MODEL_TOTAL_OF_ONE)) {
                *following = aura_following_of(word);
                return aura_symbol_of(word);
            }
        } else {
            const options_left options = find_options(words, context, exclusions, CONTEXT_MODEL_SYMBOLS);
            if (options.left > 0) {
                const symbol_set excluded = set_of(words, exclusions);
                const uint32_t place = decode_in_list(words, context, &excluded, &options, decoder);
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
