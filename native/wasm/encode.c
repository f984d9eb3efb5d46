/* Codecs are made, and messages written, by a policy or by a method that is told. */
#include "classic.h"
#include "codec.h"

#include "../crc32.h"
#include "../frame.h"
#include "../fuzzy.h"
#include "../modelled.h"
#include "../typed.h"

/* Numbers of the input that say what a codec tries: the level, and those of aura_policy in order. */
#define NUMBERS 10

/* Make a codec. The input is NUMBERS numbers of 32 bits, the lowest byte first, and then `count` models that messages may
 * name. Gives the codec, or 0. */
aura_codec *EXPORT(aura_make_codec)(const aura_held_model *model, const aura_held_library *library, uint32_t count)
{
    aura_codec *codec = aura_allocate(&AURA_MEMORY, sizeof *codec + count * sizeof *codec->models);
    if (codec == NULL) {
        aura_no_memory();
        return NULL;
    }
    const uint32_t *numbers = aura_here.input.start;
    codec->model = model;
    codec->library = library;
    codec->phrases = NULL;
    codec->stores = numbers[0] == 0;
    codec->policy = (aura_policy){
        .max_auralite = numbers[1],
        .max_adaptive = numbers[2],
        .min_repeats = numbers[3],
        .repeats_share = numbers[4],
        .max_settled = numbers[5],
        .frames = numbers[6],
        .min_fuzzy = numbers[7],
        .max_fuzzy = numbers[8],
        .is_quick = numbers[9] != 0,
    };
    codec->count = count;
    for (uint32_t at = 0; at < count; at++)
        codec->models[at] = (const aura_held_model *)(uintptr_t)numbers[NUMBERS + at];
    return codec;
}

/* Give a codec back; what it refers to stays. */
void EXPORT(aura_free_codec)(aura_codec *codec)
{
    aura_release(&AURA_MEMORY, codec->phrases);
    aura_release(&AURA_MEMORY, codec);
}

uint8_t aura_model_tag(const aura_codec *codec)
{
    return codec->model == NULL ? 0 : codec->model->id[0];
}

uint8_t aura_content_check(const uint8_t *content, size_t size)
{
    const uint32_t crc = aura_crc32(content, size);
    return (uint8_t)(crc ^ crc >> 8 ^ crc >> 16 ^ crc >> 24);
}

/* Without a model only a typed frame is tried. */
static aura_choice choose_frame(const aura_codec *codec, const uint8_t *data, size_t size, uint8_t *room)
{
    aura_choice choice = {.size = size + 1};
    const aura_filled *match = aura_match_library(&codec->library->library, data, size, &aura_here.match);
    if (match != NULL && codec->policy.frames >> MARKER_TYPED & 1 && 1 + aura_typed_size(match) < choice.size) {
        choice.size = aura_typed_encode(match, room);
        choice.wire = room;
    }
    choice.is_settled = size <= codec->policy.max_settled && 2 * choice.size <= size;
    return choice;
}

static aura_choice choose(const aura_codec *codec, const uint8_t *data, size_t size, uint8_t *room)
{
    const aura_trying trying = {&aura_here.tables, &aura_here.trigrams, &aura_here.match, &aura_here.near, NULL, false};
    if (codec->stores)
        return (aura_choice){.size = size + 1, .is_settled = true};
    if (codec->model == NULL)
        return choose_frame(codec, data, size, room);
    return aura_choose(&codec->model->context, &trying, &codec->policy, &codec->library->library, data, size, room);
}

/* The tag of a message that says the input (rule TAG-2). Gives its length, or FAILED. */
ptrdiff_t EXPORT(aura_tag)(const aura_codec *codec, size_t size)
{
    uint8_t *out = aura_take_room(&aura_here.output, TAG_SIZE);
    if (out == NULL)
        return FAILED;
    out[0] = aura_model_tag(codec);
    out[1] = aura_content_check(aura_here.input.start, size);
    return aura_give(out, TAG_SIZE);
}

static struct {
    bool is_settled, has_auralite;
} last_choice;

/* What is known of the message that was written last: 1 if no general method is to be tried on it, and 2 if a model coded
 * one of the messages that were tried. */
uint32_t EXPORT(aura_last_choice)(void)
{
    return (uint32_t)last_choice.is_settled | (uint32_t)last_choice.has_auralite << 1;
}

/* Write the message that is the input, with a tag before it if it `has_tag` (rule TAG-2). Gives the length, or FAILED. */
ptrdiff_t EXPORT(aura_compress)(const aura_codec *codec, size_t size, bool has_tag)
{
    const uint8_t *data = aura_here.input.start;
    const size_t whole = TAG_SIZE + 1 + size;
    uint8_t *out = aura_take_room(&aura_here.output, whole + aura_room_for_choice(size));
    const size_t searched = size <= codec->policy.max_fuzzy ? size : 0;
    if (out == NULL || !aura_make_search_rooms(&codec->library->library, searched))
        return FAILED;
    const aura_choice choice = choose(codec, data, size, out + whole);
    last_choice.is_settled = choice.is_settled;
    last_choice.has_auralite = choice.has_auralite;
    if (choice.wire != NULL) {
        memcpy(out + TAG_SIZE, choice.wire, choice.size);
    } else {
        out[TAG_SIZE] = MARKER_STORED;
        memcpy(out + TAG_SIZE + 1, data, size);
    }
    if (!has_tag)
        return aura_give(out + TAG_SIZE, choice.size);
    out[0] = aura_model_tag(codec);
    out[1] = aura_content_check(data, size);
    return aura_give(out, TAG_SIZE + choice.size);
}

/* Write the message that is the input by a method, for the implied model; behind the id of that if it `is_explicit`.
 * Gives the length, or FAILED. */
ptrdiff_t EXPORT(aura_encode_message)(const aura_codec *codec, aura_method method, bool is_explicit, size_t size)
{
    const size_t head = is_explicit ? 1 + AURALITE_MODEL_ID_SIZE : 0;
    for (size_t capacity = 2 * size + 256;; capacity *= 4) {
        uint8_t *out = aura_take_room(&aura_here.output, head + capacity);
        if (out == NULL)
            return FAILED;
        const size_t length = aura_encode(&codec->model->context, &aura_here.tables, method, aura_here.input.start,
                                          size, out + head, capacity, &aura_here.error);
        if (length == 0 && aura_here.error.code == AURA_NO_SPACE)
            continue;
        if (length == 0)
            return FAILED;
        if (is_explicit) {
            out[0] = method == AURA_ADAPTIVE ? MARKER_ADAPTIVE_EXPLICIT : MARKER_AURALITE_EXPLICIT;
            memcpy(out + 1, codec->model->id, AURALITE_MODEL_ID_SIZE);
        }
        return aura_give(out, head + length);
    }
}

static ptrdiff_t refuse(aura_code code, const char *reason)
{
    aura_here.error = (aura_error){0};
    aura_fail(&aura_here.error, code, 0, "", reason);
    return FAILED;
}

/* Fill a template with the values that are the input, a text each; false if they are others. */
static bool fill(const aura_codec *codec, uint32_t id, size_t size, aura_filled *filled)
{
    aura_parts input = {aura_here.input.start, size, false};
    if (!aura_find_in_library(&codec->library->library, id, filled)) {
        refuse(AURA_UNKNOWN_TEMPLATE, "no template has this id");
        return false;
    }
    for (uint32_t index = 0; index < filled->template->slot_count; index++)
        filled->values[index] = aura_next_text(&input);
    if (input.is_cut || input.size > 0)
        refuse(AURA_MALFORMED, "the template has other values");
    return !input.is_cut && input.size == 0;
}

/* Write a modelled frame for a message that stands in the output, behind it. */
static ptrdiff_t write_modelled(const aura_codec *codec, const aura_filled *filled)
{
    const size_t size = aura_rendered_size(filled->list, filled->template, filled->values);
    if (size > LIMITS_MAX_MODELLED)
        return refuse(AURA_TOO_LONG, "the message is too long for a modelled frame");
    for (size_t capacity = 2 * size + 256;; capacity *= 4) {
        uint8_t *message = aura_take_room(&aura_here.output, size + capacity);
        if (message == NULL)
            return FAILED;
        aura_render(filled, NULL, message);
        const size_t length = aura_modelled_encode(&codec->model->context, &aura_here.tables.match, filled, message,
                                                   size, message + size, capacity, &aura_here.error);
        if (length > 0)
            return aura_give(message + size, length);
        if (aura_here.error.code != AURA_NO_SPACE)
            return FAILED;
    }
}

/* Write the frame of a template with the values that are the input, by its marker: classic, typed or modelled. Gives the
 * length, or FAILED. */
ptrdiff_t EXPORT(aura_encode_frame)(const aura_codec *codec, uint32_t marker, uint32_t id, size_t size)
{
    aura_filled filled;
    if (!fill(codec, id, size, &filled))
        return FAILED;
    if (marker == MARKER_MODELLED)
        return write_modelled(codec, &filled);
    const bool is_typed = marker == MARKER_TYPED;
    const size_t length = is_typed ? 1 + aura_typed_size(&filled) : aura_classic_size(&filled);
    if (length == 0)
        return refuse(AURA_TOO_LONG, "the values do not fit the fields of a classic frame");
    uint8_t *out = aura_take_room(&aura_here.output, length + AURA_MAX_SPELT);
    if (out == NULL)
        return FAILED;
    if (is_typed)
        aura_typed_encode(&filled, out);
    else
        aura_classic_encode(&filled, out);
    return aura_give(out, length);
}

/* Write the fuzzy frame of a template for the message that is the input. Gives the length, or FAILED. */
ptrdiff_t EXPORT(aura_encode_fuzzy)(const aura_codec *codec, uint32_t id, size_t size)
{
    aura_filled filled;
    if (!aura_find_in_library(&codec->library->library, id, &filled))
        return refuse(AURA_UNKNOWN_TEMPLATE, "no template has this id");
    for (size_t capacity = 2 * size + 256;; capacity *= 4) {
        uint8_t *out = aura_take_room(&aura_here.output, capacity);
        if (out == NULL)
            return FAILED;
        const size_t length = aura_fuzzy_encode(&codec->model->context, &aura_here.tables, filled.list, filled.template,
                                                aura_here.input.start, size, out, capacity, &aura_here.error);
        if (length > 0)
            return aura_give(out, length);
        if (aura_here.error.code != AURA_NO_SPACE)
            return FAILED;
    }
}
