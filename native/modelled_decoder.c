/* Modelled template frames, read. */
#include "auralite.h"
#include "char_runs.h"
#include "frame.h"
#include "modelled.h"

#include <string.h>

/* A reader on its way along the message, and what bounds it. */
typedef struct {
    const aura_context_model *model;
    uint8_t *message;
    uint32_t place;
    uint32_t longest;
    size_t capacity;
    aura_position position;
    aura_match match;
    aura_range_decoder decoder;
    aura_error *error;
} text_reader;

/* Whether so many bytes more may stand in the message (rule FRS-13). */
static bool has_room(text_reader *self, size_t count)
{
    if (count > self->longest - self->place) {
        self->error->number = self->longest;
        return aura_fail(self->error, AURA_LIMIT_EXCEEDED, 0, "string", "the message decodes to more than %u bytes");
    }
    return count <= self->capacity - self->place || aura_fail(self->error, AURA_NO_SPACE, 0, "", "the buffer is too small");
}

/* Go past bytes that stand in the message already (rule FRS-8). */
static void feed(text_reader *self, size_t count)
{
    for (; count > 0; count--) {
        const uint8_t byte = self->message[self->place];
        aura_match_pass(&self->match, self->place++);
        self->position.context = aura_follow(self->model->words, self->position.context, byte);
        self->position.state = aura_after(self->position.state, byte);
    }
}

static bool feed_bytes(text_reader *self, const uint8_t *bytes, size_t count)
{
    if (!has_room(self, count))
        return false;
    if (count > 0)
        memcpy(self->message + self->place, bytes, count);
    feed(self, count);
    return true;
}

/* Whether what was read from a place on ends with some bytes. */
static bool ends_with(const text_reader *self, uint32_t start, const uint8_t *bytes, size_t count)
{
    return self->place - start >= count && aura_are_equal(self->message + self->place - count, bytes, count);
}

/* Read a text and its stop (rule FRS-11). */
static bool read_text(text_reader *self, const uint8_t *stop, size_t stop_size, aura_bytes *text)
{
    const uint32_t start = self->place;
    for (;;) {
        const uint32_t context = self->position.context;
        aura_match_look(&self->match, self->place);
        const uint32_t symbol = aura_auralite_decode_symbol(self->model, &self->position, &self->match, &self->decoder);
        if (self->error->code != AURA_OK)
            return false;
        if (symbol != CONTEXT_MODEL_END) {
            if (!has_room(self, 1))
                return false;
            self->message[self->place++] = (uint8_t)symbol;
            self->position.state = aura_after(self->position.state, symbol);
            if (stop_size > 0 && ends_with(self, start, stop, stop_size))
                break;
            continue;
        }
        self->position.context = context; /* which stays the same over an end */
        if (stop_size == 0)
            break;
        if (!ends_with(self, start, stop, stop_size - 1))
            return aura_fail(self->error, AURA_MALFORMED, 0, "string", "an end inside a text");
        if (!feed_bytes(self, stop + stop_size - 1, 1))
            return false;
    }
    *text = (aura_bytes){self->message + start, self->place - stop_size - start};
    return true;
}

/* Go past a value that is known. */
static bool feed_value(text_reader *self, const aura_filled *filled, const aura_spelt *spelt, uint32_t index)
{
    const aura_bytes value = filled->values[index];
    if (spelt->head == 0)
        return feed_bytes(self, value.text, value.size);
    if (!has_room(self, value.size))
        return false;
    aura_slot_render(filled->list, aura_slot_of(filled->list, filled->template, index), spelt,
                     self->message + self->place, index, self->error);
    feed(self, value.size);
    return true;
}

/* Go along the message, and read the texts in it (rule FRS-7). */
static bool read_texts(text_reader *self, aura_filled *filled, const aura_spelt *spelt)
{
    const aura_template *template = filled->template;
    const uint8_t *literal = aura_literals(filled->list, template);
    bool is_known[LIMITS_MAX_SLOTS];
    for (uint32_t index = 0; index < template->slot_count; index++)
        is_known[index] = spelt[index].head > 0;
    if (!feed_bytes(self, literal, template->first_size))
        return false;
    literal += template->first_size;
    for (uint32_t at = 0; at < template->place_count; at++) {
        const aura_place place = filled->list->places[template->places + at];
        size_t stop = place.literal_size < MODELLED_STOP_SIZE ? place.literal_size : MODELLED_STOP_SIZE;
        if (is_known[place.slot]) {
            stop = 0;
            if (!feed_value(self, filled, &spelt[place.slot], place.slot))
                return false;
        } else if (!read_text(self, literal, stop, &filled->values[place.slot])) {
            return false;
        }
        is_known[place.slot] = true;
        if (!feed_bytes(self, literal + stop, place.literal_size - stop))
            return false;
        literal += place.literal_size;
    }
    return aura_range_check_end(&self->decoder);
}

/* Read what stands before the string (rules FRS-1 to FRS-5). */
static bool read_head(aura_reader *reader, const aura_template_library *library, aura_filled *filled, aura_spelt *spelt)
{
    bool has_text = false;
    if (!aura_read_template_id(reader, library, filled))
        return false;
    for (uint32_t index = 0; index < filled->template->slot_count; index++) {
        const aura_slot *slot = aura_slot_of(filled->list, filled->template, index);
        spelt[index] = (aura_spelt){0};
        if (!aura_is_text_only(slot) && !aura_slot_parse(slot, reader, index, &spelt[index]))
            return false;
        has_text = has_text || spelt[index].head == 0;
    }
    return has_text || aura_fail(reader->error, AURA_NON_CANONICAL, 1, "slots", "a modelled frame has no text");
}

/* Check the values that are texts, or those that are not (rules SLT-5 and FRS-6). */
static bool check_values(aura_filled *filled, aura_spelt *spelt, bool are_texts, aura_error *error)
{
    for (uint32_t index = 0; index < filled->template->slot_count; index++) {
        const aura_slot *slot = aura_slot_of(filled->list, filled->template, index);
        if ((spelt[index].head == 0) != are_texts)
            continue;
        if (are_texts)
            spelt[index].data = filled->values[index];
        if (!aura_slot_check(filled->list, slot, &spelt[index], index, &filled->values[index].size, error))
            return false;
    }
    return true;
}

bool aura_modelled_decode(const aura_context_model *model, aura_match_table *table,
                          const aura_template_library *library, const uint8_t *wire, size_t size, size_t max_size,
                          uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    aura_filled filled;
    aura_spelt spelt[LIMITS_MAX_SLOTS];
    aura_reader reader = {wire, size, 1, error};
    *error = (aura_error){0};
    if (!read_head(&reader, library, &filled, spelt))
        return false;
    text_reader self = {
        .model = model,
        .message = out,
        .longest = max_size < LIMITS_MAX_MODELLED ? (uint32_t)max_size : LIMITS_MAX_MODELLED,
        .capacity = capacity,
        .position = {model->initial, CHAR_RUNS_NO_RUN},
        .match = aura_match_start(table, model, out),
        .error = error,
    };
    const bool is_read = aura_range_start(&self.decoder, wire + reader.place, size - reader.place, RANGE_CODER_START,
                                          (uint32_t)(RANGE_CODER_END - RANGE_CODER_START), error) &&
                         check_values(&filled, spelt, false, error) && read_texts(&self, &filled, spelt);
    aura_match_end(&self.match, self.place);
    *length = self.place;
    return is_read ? check_values(&filled, spelt, true, error) : aura_place_error(error, reader.place);
}
