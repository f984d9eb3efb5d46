/* The strings of modelled template frames (rules FRS-7 to FRS-12). */
#include "modelled.h"

#include "auralite.h"
#include "char_runs.h"

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
static void feed(writer *self, uint32_t count)
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
static void write_text(writer *self, uint32_t size, uint32_t stop)
{
    const uint8_t *coded = self->message + self->place;
    for (uint32_t at = 1; at <= size + stop; at++) {
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

size_t aura_modelled_encode(const aura_context_model *model, aura_match_table *table, const uint8_t *message,
                            size_t size, const uint32_t *sizes, size_t count, uint8_t *out, size_t capacity,
                            aura_error *error)
{
    *error = (aura_error){0};
    if (size > LIMITS_MAX_MODELLED) {
        aura_fail(error, AURA_TOO_LONG, 0, "", "a modelled frame codes at most 1048576 bytes");
        return 0;
    }
    writer self = {
        .model = model,
        .message = message,
        .position = {model->initial, CHAR_RUNS_NO_RUN},
        .match = aura_match_start(table, model, message),
        .encoder = aura_range_encoder_of(out, capacity, RANGE_CODER_START,
                                         (uint32_t)(RANGE_CODER_END - RANGE_CODER_START)),
    };
    feed(&self, sizes[0]);
    for (size_t at = 1; at < count && !self.encoder.is_full; at += 3) {
        write_text(&self, sizes[at], sizes[at + 1]);
        feed(&self, sizes[at + 2]);
    }
    aura_match_end(&self.match, size);
    const size_t length = aura_range_finish(&self.encoder);
    if (length == 0)
        aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
    return length;
}
