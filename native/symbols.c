/* One symbol, down the escapes (rules AUR-2 to AUR-4, RUN-4 and RUN-5). */
#include "symbols.h"

#include "char_run_symbols.h"

/* The frequency of an entry of a list on the way, and that of the escape. */
static uint32_t frequency_in(const uint64_t *words, const aura_list_left *list, uint32_t place)
{
    return place == list->context ? aura_frequency_of_one(words[place]) : aura_frequency_at(words, list->first, place);
}

static uint32_t escape_in(const uint64_t *words, const aura_list_left *list)
{
    const uint64_t word = words[list->context];
    return list->first == list->context
               ? CONTEXT_MODEL_ESCAPES[aura_code_of(word)]
               : aura_total_of(word) - aura_upper_of(words[list->first + aura_size_of(word) - 1]);
}

/* The place of the entry for a symbol in a list on the way; 0 if there is none. */
static uint32_t find_in(const uint64_t *words, const aura_list_left *list, uint32_t symbol)
{
    const uint32_t context = list->context, first = list->first;
    const uint64_t word = words[context];
    if (first == context)
        return aura_symbol_of(word) == symbol ? context : 0;
    const uint32_t size = aura_size_of(word);
    return size < AURA_LONG ? aura_find_among(words, first, first + size, symbol)
                            : aura_find_in_long_list(words, context, first, symbol);
}

/* Take the symbols of the list before from a list that has them all (rule AUR-3). */
static void leave_out_list(const uint64_t *words, aura_list_left *list, const aura_list_left *before)
{
    const uint64_t word = words[before->context];
    const uint32_t first = list->first;
    if (before->first == before->context) {
        list->left--;
        list->first_out = find_in(words, list, aura_symbol_of(word));
        list->total -= aura_frequency_at(words, first, list->first_out);
        return;
    }
    const uint32_t size = aura_size_of(word);
    list->left -= size;
    if (size < AURA_LONG)
        for (uint32_t place = before->first; place < before->first + size; place++)
            list->total -= aura_frequency_at(words, first, first + aura_rank_of(words[place]));
    else
        list->total = (uint32_t)words[before->context + 1];
}

/* Take a symbol that was predicted from the list that has it. */
static void leave_out(aura_escapes *escapes, uint32_t predicted, aura_found found)
{
    aura_list_left *list = &escapes->lists[found.list];
    escapes->found[predicted] = found;
    list->total -= frequency_in(escapes->model->words, list, found.place);
    list->left--;
}

/* Look at the next list on the way. */
static void add_list(aura_escapes *escapes)
{
    const uint64_t *words = escapes->model->words;
    const uint32_t context = escapes->position.context, number = escapes->count++;
    const uint64_t word = words[context];
    aura_list_left *list = &escapes->lists[number];
    list->context = context;
    if (aura_is_many(word)) {
        const uint32_t size = aura_size_of(word);
        escapes->position.context = (uint32_t)(word >> AURA_PLACE_SHIFT) & AURA_PLACE_MASK;
        list->first = context + 1 + aura_index_size(size);
        list->total = aura_total_of(word);
        list->left = size;
    } else {
        escapes->position.context = (uint32_t)(word >> AURA_SUFFIX_SHIFT) & AURA_PLACE_MASK;
        list->first = context;
        list->total = CONTEXT_MODEL_TOTAL_OF_ONE;
        list->left = 1;
    }
    aura_prefetch(words + escapes->position.context);
    if (number > 0)
        leave_out_list(words, list, list - 1); /* with all that was predicted: it is in a list before, or in none */
}

/* Whether a list stands on the way with this number; else one for character runs is next. */
static bool has_list(aura_escapes *escapes, uint32_t number)
{
    if (number < escapes->count)
        return true;
    if (escapes->position.context < escapes->bound)
        return false;
    add_list(escapes);
    return true;
}

void aura_exclude(aura_escapes *escapes, uint32_t symbol)
{
    const uint32_t predicted = escapes->predicted_count++;
    const aura_found found = escapes->last_found;
    escapes->predicted[predicted] = (uint16_t)symbol;
    if (found.place == 0) {
        escapes->found[predicted] = (aura_found){AURA_NO_LIST, 0};
        return;
    }
    leave_out(escapes, predicted, found);
    escapes->shares = found.list + 1 < escapes->shares ? found.list + 1 : escapes->shares;
}

/* The sum of the options before an entry of a list. */
static uint32_t lower_of(const aura_escapes *escapes, uint32_t number, uint32_t entry)
{
    const uint64_t *words = escapes->model->words;
    const aura_list_left *list = &escapes->lists[number];
    if (entry == list->context)
        return 0;
    const uint32_t first = list->first;
    uint32_t lower = aura_lower_at(words, first, entry);
    if (number > 0) {
        const uint32_t before = escapes->lists[number - 1].context;
        const uint64_t word = words[before];
        if (!aura_is_many(word)) {
            lower -= list->first_out < entry ? aura_frequency_at(words, first, list->first_out) : 0;
        } else {
            const uint32_t begin = aura_first_of(words, before), end = begin + aura_size_of(word);
            for (uint32_t at = begin; at < end; at++) {
                const uint32_t place = first + aura_rank_of(words[at]);
                lower -= place < entry ? aura_frequency_at(words, first, place) : 0;
            }
        }
    }
    for (uint32_t at = 0; at < escapes->predicted_count; at++) {
        const aura_found found = escapes->found[at];
        if (found.list == number && found.place < entry)
            lower -= aura_frequency_at(words, first, found.place);
    }
    return lower;
}

/* The share of what stands behind a choice. */
static uint32_t share_behind(uint32_t share, uint32_t frequency, uint32_t total)
{
    return share * frequency / total; /* at most 2^16 · 2^13 */
}

uint32_t aura_share_of(aura_escapes *escapes, uint32_t symbol, uint32_t *following)
{
    const uint64_t *words = escapes->model->words;
    uint32_t share;
    escapes->last_found = (aura_found){AURA_NO_LIST, 0};
    for (uint32_t number = 0;; number++) {
        aura_list_left *list = &escapes->lists[number];
        if (number == escapes->shares) {
            const aura_list_left *before = list - 1;
            list->share = before->left == 0 ? before->share
                                            : share_behind(before->share, escape_in(words, before),
                                                           before->total);
            escapes->shares++;
        }
        share = list->share;
        if (!has_list(escapes, number))
            break;
        const uint32_t place = find_in(words, list, symbol);
        if (place == 0)
            continue;
        escapes->last_found = (aura_found){number, place};
        *following = aura_following_of(words[place]);
        share = share_behind(share, frequency_in(words, list, place), list->total);
        return share < MIXER_PROB_ONE ? share : MIXER_PROB_ONE - 1;
    }
    aura_choice choices[2];
    aura_choose_in_char_run(escapes, symbol, choices);
    for (uint32_t at = 0; at < 2; at++)
        if (choices[at].total > 0)
            share = share_behind(share, choices[at].frequency, choices[at].total);
    *following = aura_follow(words, escapes->position.context, symbol);
    return share < MIXER_PROB_ONE ? share : MIXER_PROB_ONE - 1;
}

uint32_t aura_encode_symbol(aura_escapes *escapes, uint32_t symbol, aura_range_encoder *encoder)
{
    const uint64_t *words = escapes->model->words;
    for (uint32_t number = 0; has_list(escapes, number); number++) {
        const aura_list_left *list = &escapes->lists[number];
        const uint32_t place = find_in(words, list, symbol);
        if (place != 0) {
            aura_range_encode(encoder, lower_of(escapes, number, place), frequency_in(words, list, place),
                              list->total);
            return aura_following_of(words[place]);
        }
        if (list->left > 0) { /* rule AUR-4 */
            const uint32_t escape = escape_in(words, list);
            aura_range_encode(encoder, list->total - escape, escape, list->total);
        }
    }
    aura_encode_in_char_run(escapes, symbol, encoder);
    return aura_follow(words, escapes->position.context, symbol);
}

/* The places in a list of more than one entry, counted from 0, that are no options. */
static aura_number_set places_left_out(const aura_escapes *escapes, uint32_t number)
{
    const uint64_t *words = escapes->model->words;
    const uint32_t first = escapes->lists[number].first;
    aura_number_set set = {0};
    if (number > 0) {
        const uint32_t before = escapes->lists[number - 1].context;
        const uint64_t word = words[before];
        if (!aura_is_many(word))
            aura_add(&set, escapes->lists[number].first_out - first);
        else
            for (uint32_t at = aura_first_of(words, before), left = aura_size_of(word); left > 0; at++, left--)
                aura_add(&set, aura_rank_of(words[at]));
    }
    for (uint32_t at = 0; at < escapes->predicted_count; at++)
        if (escapes->found[at].list == number)
            aura_add(&set, escapes->found[at].place - first);
    return set;
}

/* Decode a choice in a list that has options; the place of the entry, or 0 for the escape. */
static uint32_t decode_in_list(const aura_escapes *escapes, uint32_t number, aura_range_decoder *decoder)
{
    const uint64_t *words = escapes->model->words;
    const aura_list_left *list = &escapes->lists[number];
    const uint32_t context = list->context, escape = escape_in(words, list);
    if (!aura_is_many(words[context]))
        return aura_range_decode_bit(decoder, list->total - escape, list->total) ? context : 0;
    const uint32_t unit = aura_range_unit(decoder, list->total);
    aura_range_check(decoder, list->total, unit);
    if (decoder->offset < (list->total - escape) * unit) {
        const aura_number_set out = places_left_out(escapes, number);
        const uint32_t first = list->first, end = first + aura_size_of(words[context]);
        const uint32_t place = aura_decode_entry(words, first, end, &out, unit, decoder);
        if (place != 0)
            return place;
    }
    if (escape > 0)
        aura_range_take(decoder, list->total - escape, escape, unit);
    return 0;
}

uint32_t aura_decode_symbol(aura_escapes *escapes, aura_range_decoder *decoder, uint32_t *following)
{
    const uint64_t *words = escapes->model->words;
    for (uint32_t number = 0; has_list(escapes, number); number++) {
        const aura_list_left *list = &escapes->lists[number];
        const uint32_t place = list->left > 0 ? decode_in_list(escapes, number, decoder) : 0;
        if (place > 0) {
            *following = aura_following_of(words[place]);
            return aura_symbol_of(words[place]);
        }
        if (aura_length_of(words[list->context]) == CONTEXT_MODEL_SYMBOLS) {
            *following = 0;
            return aura_exclude_all(decoder);
        }
    }
    const uint32_t symbol = aura_decode_in_char_run(escapes, decoder);
    *following = aura_follow(words, escapes->position.context, symbol);
    return symbol;
}
