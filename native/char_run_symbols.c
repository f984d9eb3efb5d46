/* One symbol while a character run lasts (rules RUN-4 and RUN-5). */
#include "char_run_symbols.h"

#include "number_set.h"

/* All symbols that are excluded behind the lists on the way. */
static aura_number_set set_of(const aura_escapes *escapes)
{
    aura_number_set set = {0};
    if (escapes->count > 0) {
        const uint64_t *words = escapes->model->words;
        const uint32_t context = escapes->lists[escapes->count - 1].context;
        const uint32_t first = aura_is_many(words[context]) ? aura_first_of(words, context) : context;
        const uint32_t end = first + aura_length_of(words[context]);
        for (uint32_t place = first; place < end; place++)
            aura_add(&set, aura_symbol_of(words[place]));
    }
    for (uint32_t at = 0; at < escapes->predicted_count; at++)
        aura_add(&set, escapes->predicted[at]);
    return set;
}

/* The choice of a symbol in a list for character runs, of what is not excluded. */
static aura_choice choose_in_char_run(const aura_char_run_list *list, const aura_number_set *excluded, uint32_t symbol)
{
    aura_choice found = {.total = CONTEXT_MODEL_FREQUENCIES[list->codes[list->count]]};
    uint32_t before = 0;
    for (uint32_t at = 0; at < list->count; at++) {
        if (aura_has(excluded, list->symbols[at]))
            continue;
        const uint32_t frequency = CONTEXT_MODEL_FREQUENCIES[list->codes[at]];
        if (list->symbols[at] == symbol) {
            found.lower = before;
            found.frequency = frequency;
        }
        before += frequency;
    }
    found.total += before;
    return found;
}

/* The choice of a symbol at the root, behind such a list. */
static aura_choice choose_at_root(const uint64_t *words, const aura_number_set *excluded, uint32_t symbol)
{
    aura_choice found = {0};
    const uint32_t first = aura_first_of(words, 0);
    for (uint32_t place = first; place < first + CONTEXT_MODEL_SYMBOLS; place++) {
        if (aura_has(excluded, aura_symbol_of(words[place])))
            continue;
        const uint32_t frequency = aura_frequency_at(words, first, place);
        if (aura_symbol_of(words[place]) == symbol) {
            found.lower = found.total;
            found.frequency = frequency;
        }
        found.total += frequency;
    }
    return found;
}

void aura_choose_in_char_run(const aura_escapes *escapes, uint32_t symbol, aura_choice choices[2])
{
    const aura_char_run_list *list = &escapes->model->char_runs[escapes->position.state];
    aura_number_set excluded = set_of(escapes);
    choices[0] = choose_in_char_run(list, &excluded, symbol);
    choices[1] = (aura_choice){0};
    if (choices[0].frequency > 0)
        return;
    const uint32_t escape = CONTEXT_MODEL_FREQUENCIES[list->codes[list->count]];
    const uint32_t total = choices[0].total == escape ? 0 : choices[0].total;
    choices[0] = (aura_choice){choices[0].total - escape, escape, total};
    for (uint32_t at = 0; at < list->count; at++)
        aura_add(&excluded, list->symbols[at]);
    choices[1] = choose_at_root(escapes->model->words, &excluded, symbol);
}

void aura_encode_in_char_run(const aura_escapes *escapes, uint32_t symbol, aura_range_encoder *encoder)
{
    aura_choice choices[2];
    aura_choose_in_char_run(escapes, symbol, choices);
    for (uint32_t at = 0; at < 2; at++)
        if (choices[at].total > 0)
            aura_range_encode(encoder, choices[at].lower, choices[at].frequency, choices[at].total);
}

/* Decode a choice in a list for character runs; the symbol, or CONTEXT_MODEL_SYMBOLS for the escape. */
static uint32_t decode_in_char_run_list(const aura_char_run_list *list, const aura_number_set *excluded, uint32_t total,
                                        aura_range_decoder *decoder)
{
    const uint32_t unit = aura_range_unit(decoder, total);
    aura_range_check(decoder, total, unit);
    uint32_t before = 0;
    for (uint32_t at = 0; at < list->count; at++) {
        if (aura_has(excluded, list->symbols[at]))
            continue;
        const uint32_t frequency = CONTEXT_MODEL_FREQUENCIES[list->codes[at]];
        if (decoder->offset < (before + frequency) * unit) {
            aura_range_take(decoder, before, frequency, unit);
            return list->symbols[at];
        }
        before += frequency;
    }
    aura_range_take(decoder, before, total - before, unit);
    return CONTEXT_MODEL_SYMBOLS;
}

/* Decode a choice at the root, behind a list for character runs. */
static uint32_t decode_at_root(const uint64_t *words, const aura_number_set *excluded, aura_range_decoder *decoder)
{
    const uint32_t total = choose_at_root(words, excluded, CONTEXT_MODEL_SYMBOLS).total;
    if (total == 0)
        return aura_exclude_all(decoder);
    const uint32_t unit = aura_range_unit(decoder, total);
    aura_range_check(decoder, total, unit);
    const uint32_t first = aura_first_of(words, 0);
    for (uint32_t place = first, before = 0; place < first + CONTEXT_MODEL_SYMBOLS; place++) {
        if (aura_has(excluded, aura_symbol_of(words[place])))
            continue;
        const uint32_t frequency = aura_frequency_at(words, first, place);
        if (decoder->offset < (before + frequency) * unit) {
            aura_range_take(decoder, before, frequency, unit);
            return aura_symbol_of(words[place]);
        }
        before += frequency;
    }
    return CONTEXT_MODEL_END; /* the fraction lies beyond, which is noted */
}

uint32_t aura_decode_in_char_run(const aura_escapes *escapes, aura_range_decoder *decoder)
{
    const aura_char_run_list *list = &escapes->model->char_runs[escapes->position.state];
    aura_number_set excluded = set_of(escapes);
    const uint32_t total = choose_in_char_run(list, &excluded, CONTEXT_MODEL_SYMBOLS).total;
    if (total > CONTEXT_MODEL_FREQUENCIES[list->codes[list->count]]) {
        const uint32_t symbol = decode_in_char_run_list(list, &excluded, total, decoder);
        if (symbol != CONTEXT_MODEL_SYMBOLS)
            return symbol;
    }
    for (uint32_t at = 0; at < list->count; at++)
        aura_add(&excluded, list->symbols[at]);
    return decode_at_root(escapes->model->words, &excluded, decoder);
}
