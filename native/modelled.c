/* Modelled template frames, written. */
#include "modelled.h"

#include "auralite.h"
#include "char_runs.h"
#include "slot.h"

/* A writer on its way along the message. */
typedef struct {
    const aura_context_model *model;
    const uint8_t *message;
    uint32_t place;
    aura_position position;
    aura_match match;
    aura_range_encoder encoder;
} writer;

static void append(writer *self, uint32_t following)
{
    self->position.context = following;
    self->position.state = aura_after(self->position.state, self->message[self->place++]);
}

/* Rule FRS-8. */
static void feed(writer *self, size_t count)
{
    for (; count > 0; count--) {
        aura_match_pass(&self->match, self->place);
        append(self, aura_follow(self->model->words, self->position.context, self->message[self->place]));
    }
}

static uint32_t code_symbol(writer *self, uint32_t symbol)
{
    aura_match_look(&self->match, self->place);
    return aura_auralite_encode_symbol(self->model, self->position, &self->match, symbol, &self->encoder);
}

/* Write a text and its stop (rules FRS-9, FRS-10 and FRS-12). */
static void write_text(writer *self, size_t size, size_t stop)
{
    const uint8_t *coded = self->message + self->place;
    for (size_t at = 1; at <= size + stop; at++) {
        const bool ends_early = stop > 0 && at >= stop && at < size + stop &&
                                aura_are_equal(coded + at - stop, coded + size, stop);
        if (ends_early) {
            code_symbol(self, CONTEXT_MODEL_END);
            feed(self, 1);
        } else {
            append(self, code_symbol(self, coded[at - 1]));
        }
    }
    if (stop == 0)
        code_symbol(self, CONTEXT_MODEL_END);
}

/* Go along the message of a template, whose values are known or texts (rule FRS-7). */
static void write_texts(writer *self, const aura_filled *filled, bool *is_known)
{
    const aura_place *places = filled->list->places + filled->template->places;
    feed(self, filled->template->first_size);
    for (uint32_t at = 0; at < filled->template->place_count && !self->encoder.is_full; at++) {
        const aura_place place = places[at];
        const size_t size = filled->values[place.slot].size;
        const size_t stop = place.literal_size < MODELLED_STOP_SIZE ? place.literal_size : MODELLED_STOP_SIZE;
        if (is_known[place.slot]) {
            feed(self, size + place.literal_size);
        } else {
            write_text(self, size, stop);
            feed(self, place.literal_size - stop);
            is_known[place.slot] = true;
        }
    }
}

/* Write what stands before the string (rules FRS-1 to FRS-3); its size, 0 for an error. Tells which values are no
 * texts. */
static size_t write_head(const aura_filled *filled, bool *is_known, uint8_t *out, size_t capacity, aura_error *error)
{
    const aura_template *template = filled->template;
    bool has_text = false;
    if (capacity < 1 + AURA_MAX_VARINT) {
        aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
        return 0;
    }
    out[0] = MARKER_MODELLED;
    size_t size = 1 + aura_varint_write(out + 1, template->id);
    for (uint32_t index = 0; index < template->slot_count; index++) {
        const aura_slot *slot = aura_slot_of(filled->list, template, index);
        const aura_bytes value = filled->values[index];
        if (capacity - size < AURA_MAX_SPELT + value.size / 2) {
            aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
            return 0;
        }
        const size_t spelt = aura_slot_spell(filled->list, slot, value, out + size);
        is_known[index] = spelt > 0;
        has_text = has_text || spelt == 0;
        size += spelt;
        if (spelt == 0 && !aura_is_text_only(slot))
            out[size++] = 0;
    }
    if (!has_text)
        aura_fail(error, AURA_NO_TEXT, 0, "", "a modelled frame needs a text");
    return has_text ? size : 0;
}

size_t aura_modelled_encode(const aura_context_model *model, aura_match_table *table, const aura_filled *filled,
                            const uint8_t *message, size_t size, uint8_t *out, size_t capacity, aura_error *error)
{
    bool is_known[LIMITS_MAX_SLOTS];
    *error = (aura_error){0};
    const size_t head = write_head(filled, is_known, out, capacity, error);
    if (head == 0)
        return 0;
    if (size > LIMITS_MAX_MODELLED) {
        aura_fail(error, AURA_TOO_LONG, 0, "", "a modelled frame codes at most 1048576 bytes");
        return 0;
    }
    writer self = {
        .model = model,
        .message = message,
        .position = {model->initial, CHAR_RUNS_NO_RUN},
        .match = aura_match_start(table, model, message),
        .encoder = aura_range_encoder_of(out + head, capacity - head, RANGE_CODER_START,
                                         (uint32_t)(RANGE_CODER_END - RANGE_CODER_START)),
    };
    write_texts(&self, filled, is_known);
    aura_match_end(&self.match, size);
    const size_t length = aura_range_finish(&self.encoder);
    if (length == 0)
        aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
    return length > 0 ? head + length : 0;
}
