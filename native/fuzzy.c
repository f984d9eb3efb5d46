/* Fuzzy template frames: messages coded by a local model that has read the example of a template. */
#include "fuzzy.h"

#include "frame.h"

/* Begin a message with the memory of the example (rule FUZ-5). */
static void start(aura_predictor *self, const aura_context_model *model, aura_workspace *workspace,
                  const aura_template_list *list, const aura_template *template, const uint8_t *text)
{
    uint8_t example[LIMITS_MAX_PATTERN];
    const size_t size = aura_example(list, template, example);
    aura_local_memory memory = aura_empty_memory(&workspace->local);
    memory.window = memory.ring = workspace->window;
    memory.window_size = sizeof workspace->window;
    memory.zero = CONTEXT_MODEL_END;
    aura_predictor_start(self, model, &memory, example);
    for (size_t at = 0; at < size; at++)
        aura_predictor_learn(self, example[at]);
    aura_predictor_learn(self, 0);
    memory = self->memory;
    aura_predictor_start(self, model, &memory, text);
}

size_t aura_fuzzy_encode(const aura_context_model *model, aura_workspace *workspace, const aura_template_list *list,
                         const aura_template *template, const uint8_t *data, size_t size, uint8_t *out,
                         size_t capacity, aura_error *error)
{
    *error = (aura_error){0};
    if (size > LIMITS_MAX_ADAPTIVE) {
        aura_fail(error, AURA_TOO_LONG, 0, "", "a fuzzy frame codes at most 65536 bytes");
        return 0;
    }
    if (capacity < 1 + AURA_MAX_VARINT) {
        aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
        return 0;
    }
    out[0] = MARKER_FUZZY;
    const size_t head = 1 + aura_varint_write(out + 1, template->id);
    aura_range_encoder encoder =
        aura_range_encoder_of(out + head, capacity - head, FUZZY_START, (uint32_t)(0 - FUZZY_START));
    aura_predictor self;
    start(&self, model, workspace, list, template, data);
    const size_t length = aura_predictor_encode(&self, data, size, &encoder, error);
    return length > 0 ? head + length : 0;
}

bool aura_fuzzy_decode(const aura_context_model *model, aura_workspace *workspace,
                       const aura_template_library *library, const uint8_t *wire, size_t size, size_t max_size,
                       uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    aura_filled filled;
    aura_reader reader = {wire, size, 1, error};
    aura_range_decoder decoder;
    *error = (aura_error){0};
    if (!aura_read_template_id(&reader, library, &filled))
        return false;
    if (!aura_range_start(&decoder, wire + reader.place, size - reader.place, FUZZY_START,
                          (uint32_t)(0 - FUZZY_START), error))
        return aura_place_error(error, reader.place);
    aura_predictor self;
    start(&self, model, workspace, filled.list, filled.template, out);
    return aura_predictor_decode(&self, &decoder, max_size, out, capacity, length, error) ||
           aura_place_error(error, reader.place);
}
