/* BRIO containers of version 1 for the host, with the templates and the phrases of a codec. */
#include "codec.h"

static aura_room writer_room, stream_room;

/* Phrases that are not there. */
static const aura_phrases NO_PHRASES;

/* Take phrases for a codec. The input is their parts: of each its id, a number of 32 bits, and its text behind its length.
 * False, and an error noted, if it is something else or there is no memory. */
bool EXPORT(aura_set_phrases)(aura_codec *codec, size_t size)
{
    aura_phrases *phrases = aura_allocate(&AURA_MEMORY, sizeof *phrases + size);
    if (phrases == NULL) {
        aura_no_memory();
        return false;
    }
    memset(phrases, 0, sizeof *phrases);
    uint8_t *copy = (uint8_t *)(phrases + 1);
    if (size > 0)
        memcpy(copy, aura_here.input.start, size);
    aura_release(&AURA_MEMORY, codec->phrases);
    codec->phrases = phrases;
    aura_parts parts = {copy, size, false};
    while (parts.size > 0 && !parts.is_cut) {
        const uint32_t id = aura_next_number(&parts);
        const aura_bytes text = aura_next_text(&parts);
        if (!parts.is_cut && id < AURA_PHRASES)
            phrases->texts[id] = text;
        else
            parts.is_cut = true;
    }
    aura_here.error = (aura_error){0};
    return !parts.is_cut || aura_fail(&aura_here.error, AURA_MALFORMED, 0, "", "the parts of a phrase are at odds");
}

static const aura_phrases *phrases_of(const aura_codec *codec)
{
    return codec->phrases != NULL ? codec->phrases : &NO_PHRASES;
}

ptrdiff_t aura_read_tokens(const aura_codec *codec, const uint8_t *body, size_t size, size_t max_size)
{
    aura_brio_container container;
    aura_error *error = &aura_here.error;
    if (!aura_brio_open(&container, body, size, max_size, error))
        return FAILED;
    const aura_token_state held = {phrases_of(codec), &codec->library->library};
    uint8_t *stream = aura_take_room(&stream_room, container.token_length);
    size_t length;
    if (stream == NULL || !aura_brio_decode(&container, &held, max_size, stream, &length, error))
        return FAILED;
    uint8_t *out = aura_take_room(&aura_here.output, length);
    if (out == NULL || !aura_carry_out(&held, stream, container.token_length, max_size, out, &length, error))
        return FAILED;
    return aura_give(out, length);
}

/* Write the container of version 1 of the message that is the input. Gives its length, or FAILED. */
ptrdiff_t EXPORT(aura_encode_brio)(const aura_codec *codec, size_t size)
{
    const aura_bytes message = {aura_here.input.start, size};
    aura_brio_writer *writer = aura_take_room(&writer_room, sizeof *writer);
    uint8_t *stream = writer == NULL ? NULL : aura_take_room(&stream_room, AURA_MAX_TOKEN_BYTES * size);
    if (stream == NULL)
        return FAILED;
    const size_t length = aura_brio_cut(writer, phrases_of(codec), message, aura_here.salt, stream);
    uint8_t *out = aura_take_room(&aura_here.output, length);
    if (out == NULL)
        return FAILED;
    aura_brio_write(writer, stream, out);
    return aura_give(out, length);
}
