/* AURALITE messages (rules AUR-1 to AUR-9). The loops do what nearly every symbol needs; the rest is in symbols.c. */
#include "auralite.h"

#include "char_runs.h"
#include "escaped_symbols.h"
#include "lookahead.h"

/* What a predicted byte has in the current context: the class of its probability (rule MAT-6), and the context that
 * follows it (rule AUR-2). */
typedef struct {
    uint32_t probability_class;
    uint32_t following;
} prediction;

/* The class where the entry of the predicted byte stands at this place of the context's list. */
static uint32_t class_at(const uint64_t *words, uint32_t context, uint32_t place)
{
    const uint64_t word = words[context];
    if (!aura_is_many(word))
        return aura_probability_class(aura_frequency_of_one(word), CONTEXT_MODEL_TOTAL_OF_ONE);
    return aura_probability_class(aura_frequency_at(words, aura_first_of(words, context), place), aura_total_of(word));
}

static prediction predict(const uint64_t *words, uint32_t context, uint32_t predicted)
{
    const uint32_t place = aura_find_entry(words, context, predicted);
    if (place != 0)
        return (prediction){class_at(words, context, place), aura_following_of(words[place])};
    return (prediction){0, aura_follow(words, aura_suffix_of(words[context]), predicted)};
}

/* Code a symbol where a match is active, and give the context that follows it (rule AUR-5). */
static uint32_t encode_matched(const aura_context_model *model, aura_position position, aura_match *match,
                               uint32_t symbol, aura_range_encoder *encoder)
{
    const uint32_t predicted = aura_match_predicted(match);
    const prediction found = predict(model->words, position.context, predicted);
    const uint32_t hits = aura_match_hits(match, found.probability_class);
    if (predicted == symbol) {
        aura_range_encode(encoder, 0, hits, MATCH_TOTAL);
        aura_match_hit(match);
        return found.following;
    }
    aura_range_encode(encoder, hits, MATCH_TOTAL - hits, MATCH_TOTAL);
    aura_match_miss(match);
    return aura_encode_unpredicted(model, position, predicted, symbol, encoder);
}

/* Code a symbol without a match, and give the context that follows it. */
static uint32_t encode_unmatched(const aura_context_model *model, aura_position position, uint32_t symbol,
                                 aura_range_encoder *encoder)
{
    const uint64_t *words = model->words;
    const uint64_t word = words[position.context];
    if (position.context >= model->char_runs[position.state].bound) {
        if (!aura_is_many(word)) {
            if (aura_symbol_of(word) == symbol) {
                aura_range_encode(encoder, 0, aura_frequency_of_one(word), CONTEXT_MODEL_TOTAL_OF_ONE);
                return aura_following_of(word);
            }
        } else {
            const uint32_t place = aura_find_in_list(words, position.context, symbol);
            if (place != 0) {
                const uint32_t lower = aura_lower_at(words, aura_first_of(words, position.context), place);
                aura_range_encode(encoder, lower, aura_upper_of(words[place]) - lower, aura_total_of(word));
                return aura_following_of(words[place]);
            }
        }
        return aura_encode_escaped(model, position, symbol, encoder);
    }
    return aura_encode_unpredicted(model, position, CONTEXT_MODEL_SYMBOLS, symbol, encoder);
}

uint32_t aura_auralite_encode_symbol(const aura_context_model *model, aura_position position, aura_match *match,
                                     uint32_t symbol, aura_range_encoder *encoder)
{
    return match->length > 0 ? encode_matched(model, position, match, symbol, encoder)
                             : encode_unmatched(model, position, symbol, encoder);
}

/* Code a symbol whose context and entry are known, where a match is active. */
static void encode_step_matched(const aura_context_model *model, const aura_step *step, uint32_t state,
                                aura_match *match, uint32_t symbol, aura_range_encoder *encoder)
{
    const uint32_t predicted = aura_match_predicted(match);
    const uint32_t place = predicted == symbol ? step->place : aura_find_entry(model->words, step->context, predicted);
    const uint32_t hits = aura_match_hits(match, place == 0 ? 0 : class_at(model->words, step->context, place));
    if (predicted == symbol) {
        aura_range_encode(encoder, 0, hits, MATCH_TOTAL);
        aura_match_hit(match);
        return;
    }
    aura_range_encode(encoder, hits, MATCH_TOTAL - hits, MATCH_TOTAL);
    aura_match_miss(match);
    aura_encode_unpredicted(model, (aura_position){step->context, state}, predicted, symbol, encoder);
}

/* Code one without a match. */
static void encode_step_unmatched(const aura_context_model *model, const aura_step *step, uint32_t state,
                                  uint32_t symbol, aura_range_encoder *encoder)
{
    const uint64_t *words = model->words;
    const uint32_t context = step->context, place = step->place;
    if (context >= model->char_runs[state].bound) {
        if (place == 0) {
            aura_encode_escaped(model, (aura_position){context, state}, symbol, encoder);
            return;
        }
        const uint64_t word = words[context];
        if (!aura_is_many(word)) {
            aura_range_encode(encoder, 0, aura_frequency_of_one(word), CONTEXT_MODEL_TOTAL_OF_ONE);
        } else {
            const uint32_t lower = aura_lower_at(words, aura_first_of(words, context), place);
            aura_range_encode(encoder, lower, aura_upper_of(words[place]) - lower, aura_total_of(word));
        }
        return;
    }
    aura_encode_unpredicted(model, (aura_position){context, state}, CONTEXT_MODEL_SYMBOLS, symbol, encoder);
}

/* Code bytes from the beginning of a message on, and give the position behind them. The contexts are found ahead. */
static aura_position encode_pieces(const aura_context_model *model, aura_match *match, const uint8_t *data,
                                   uint32_t size, aura_range_encoder *encoder)
{
    aura_step steps[AURA_PIECE];
    aura_position position = {model->initial, CHAR_RUNS_NO_RUN};
    for (uint32_t begin = 0; begin < size && !encoder->is_full; begin += AURA_PIECE) {
        const uint32_t end = size - begin < AURA_PIECE ? size : begin + AURA_PIECE;
        position.context = aura_look_ahead(model, data + begin, end - begin, position.context, steps);
        const aura_step *step = steps;
        for (uint32_t place = begin; place < end && !encoder->is_full; place++, step++) {
            aura_match_look(match, place);
            if (match->length > 0)
                encode_step_matched(model, step, position.state, match, data[place], encoder);
            else
                encode_step_unmatched(model, step, position.state, data[place], encoder);
            position.state = aura_after(position.state, data[place]);
        }
    }
    return position;
}

/* Code them one after the other. */
static aura_position encode_bytes(const aura_context_model *model, aura_match *match, const uint8_t *data,
                                  uint32_t size, aura_range_encoder *encoder)
{
    aura_position position = {model->initial, CHAR_RUNS_NO_RUN};
    for (uint32_t place = 0; place < size && !encoder->is_full; place++) {
        aura_match_look(match, place);
        position.context = aura_auralite_encode_symbol(model, position, match, data[place], encoder);
        position.state = aura_after(position.state, data[place]);
    }
    return position;
}

size_t aura_auralite_encode(const aura_context_model *model, aura_match_table *table, const uint8_t *data,
                            size_t size, uint8_t *out, size_t capacity, aura_error *error)
{
    *error = (aura_error){0};
    if (size > LIMITS_MAX_MODELLED) {
        aura_fail(error, AURA_TOO_LONG, 0, "", "AURALITE codes at most 1048576 bytes");
        return 0;
    }
    const uint32_t bytes = (uint32_t)size;
    aura_match match = aura_match_start(table, model, data);
    aura_range_encoder encoder =
        aura_range_encoder_of(out, capacity, RANGE_CODER_START, (uint32_t)(RANGE_CODER_END - RANGE_CODER_START));
    const aura_position position = bytes < AURA_MIN_LOOKAHEAD ? encode_bytes(model, &match, data, bytes, &encoder)
                                                              : encode_pieces(model, &match, data, bytes, &encoder);
    if (!encoder.is_full) {
        aura_match_look(&match, bytes);
        aura_auralite_encode_symbol(model, position, &match, CONTEXT_MODEL_END, &encoder);
    }
    aura_match_end(&match, size);
    const size_t length = aura_range_finish(&encoder);
    if (length == 0)
        aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
    return length;
}

/* Decode a symbol where a match is active; give it, and change the context to the one that follows (rule AUR-5). */
static uint32_t decode_matched(const aura_context_model *model, aura_position *position, aura_match *match,
                               aura_range_decoder *decoder)
{
    const uint32_t predicted = aura_match_predicted(match);
    const prediction found = predict(model->words, position->context, predicted);
    if (aura_range_decode_bit(decoder, aura_match_hits(match, found.probability_class), MATCH_TOTAL)) {
        aura_match_hit(match);
        position->context = found.following;
        return predicted;
    }
    aura_match_miss(match);
    return aura_decode_unpredicted(model, position, predicted, decoder);
}

/* Decode a symbol without a match, as above. */
static uint32_t decode_unmatched(const aura_context_model *model, aura_position *position,
                                 aura_range_decoder *decoder)
{
    const uint64_t *words = model->words;
    const uint32_t context = position->context;
    const uint64_t word = words[context];
    if (context >= model->char_runs[position->state].bound) {
        if (!aura_is_many(word)) {
            const uint32_t frequency = aura_frequency_of_one(word);
            const uint32_t unit = aura_range_unit(decoder, CONTEXT_MODEL_TOTAL_OF_ONE);
            if (decoder->offset < frequency * unit) {
                aura_range_take(decoder, 0, frequency, unit);
                position->context = aura_following_of(word);
                return aura_symbol_of(word);
            }
        } else {
            const uint32_t unit = aura_range_unit(decoder, aura_total_of(word));
            const uint32_t first = aura_first_of(words, context), end = first + aura_size_of(word);
            for (uint32_t place = first, lower = 0; place < end; place++) {
                const uint64_t entry = words[place];
                const uint32_t upper = aura_upper_of(entry);
                if (decoder->offset < upper * unit) {
                    aura_range_take(decoder, lower, upper - lower, unit);
                    position->context = aura_following_of(entry);
                    return aura_symbol_of(entry);
                }
                lower = upper;
            }
        }
    }
    return aura_decode_unpredicted(model, position, CONTEXT_MODEL_SYMBOLS, decoder);
}

uint32_t aura_auralite_decode_symbol(const aura_context_model *model, aura_position *position, aura_match *match,
                                     aura_range_decoder *decoder)
{
    return match->length > 0 ? decode_matched(model, position, match, decoder)
                             : decode_unmatched(model, position, decoder);
}

bool aura_auralite_decode(const aura_context_model *model, aura_match_table *table, const uint8_t *string,
                          size_t size, size_t max_size, uint8_t *out, size_t capacity, size_t *length,
                          aura_error *error)
{
    *error = (aura_error){0};
    aura_range_decoder decoder;
    if (!aura_range_start(&decoder, string, size, RANGE_CODER_START,
                          (uint32_t)(RANGE_CODER_END - RANGE_CODER_START), error))
        return false;
    const uint32_t longest = max_size < LIMITS_MAX_MODELLED ? (uint32_t)max_size : LIMITS_MAX_MODELLED;
    aura_match match = aura_match_start(table, model, out);
    aura_position position = {model->initial, CHAR_RUNS_NO_RUN};
    uint32_t place = 0;
    for (;; place++) {
        aura_match_look(&match, place);
        const uint32_t symbol = aura_auralite_decode_symbol(model, &position, &match, &decoder);
        if (error->code != AURA_OK || symbol == CONTEXT_MODEL_END || !aura_has_room(error, place, longest, capacity))
            break;
        out[place] = (uint8_t)symbol;
        position.state = aura_after(position.state, symbol);
    }
    aura_match_end(&match, place);
    if (error->code == AURA_OK)
        aura_range_check_end(&decoder);
    *length = place;
    return error->code == AURA_OK;
}
