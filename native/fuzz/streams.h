/* What the fuzz targets of streams share: what both ends agree on, and checks of one message. */
#ifndef AURA_FUZZ_STREAMS_H
#define AURA_FUZZ_STREAMS_H

#include "../stream_check.h"
#include "../utf8.h"
#include "check.h"
#include "given_model.h"

/* What both ends agree on, as the bits of a byte say. */
static aura_stream_terms terms_of(uint8_t told)
{
    static const uint32_t checks[] = {4, 8, 16, 32}, memories[] = {STREAM_MIN_MEMORY, STREAM_LARGE_MEMORY};
    return (aura_stream_terms){
        .agreed = told * 0x01010101u,
        .memory = memories[told >> 3 & 1],
        .check = checks[told & 3],
        .is_server = told >> 2 & 1,
    };
}

static aura_stream *start_stream(const aura_stream_terms *terms)
{
    aura_stream *stream = malloc(aura_stream_size(terms->memory));
    aura_stream_start(stream, terms);
    return stream;
}

static aura_stream *copy_of_stream(const aura_stream *stream)
{
    const size_t size = aura_stream_size(stream->terms.memory);
    return (aura_stream *)(void *)copy_of((const uint8_t *)stream, size);
}

/* Write a message into new memory, as a string or, if it is coded, as what stands for itself; gives its size. */
static uint8_t *write_message(aura_stream *writer, const uint8_t *data, size_t size, bool is_text, bool is_coded,
                              size_t *length)
{
    const size_t room = is_coded ? aura_stream_message_size(writer, size) : aura_stream_room(size);
    uint8_t *wire = malloc(room);
    aura_error error;
    *length = room;
    if (is_coded)
        aura_stream_encode_message(writer, given_model(), data, size, is_text, data, size, wire);
    else
        *length = aura_stream_encode(writer, given_model(), data, size, is_text, wire, &error);
    if (*length == 0)
        abort();
    return wire;
}

/* Who wrote a message that was read wrote the same as a writer with the memory of the reader before. */
static void check_canonical(aura_stream *writer, const aura_stream_head *head, const uint8_t *wire, size_t size,
                            const uint8_t *text, size_t length, bool is_text)
{
    if (head->flags & STREAM_FLAG_RESET)
        aura_stream_reset(writer, false);
    writer->counter = head->counter;
    writer->flags = head->flags & (STREAM_FLAG_RESET | STREAM_FLAG_ASK);
    size_t written;
    uint8_t *out = write_message(writer, text, length, is_text, head->flags & STREAM_FLAG_MESSAGE, &written);
    if (written != size || memcmp(out, wire, size) != 0)
        abort();
    free(out);
}

/* Read a message into `text`, MAX_DECODED bytes; a coded one stands for itself. Gives whether it is taken, and how many
 * bytes of text it has. */
static bool read_message(aura_stream *reader, const uint8_t *wire, size_t size, uint8_t *text, size_t *length)
{
    const aura_context_model *model = given_model();
    aura_stream *before = copy_of_stream(reader);
    uint8_t *message = copy_of(wire, size), *scratch = malloc(aura_stream_scratch(size));
    aura_stream_head head;
    aura_error error;
    size_t read = 0;
    bool is_taken = aura_stream_open(reader, message, size, &head, &error);
    if (is_taken && head.flags & STREAM_FLAG_MESSAGE) {
        read = size - head.size - aura_check_size(reader->terms.check);
        if (read > 0)
            memcpy(text, message + head.size, read);
        is_taken = aura_stream_accept(reader, model, &head, text, read, &error);
    } else if (is_taken) {
        is_taken = aura_stream_read(reader, model, &head, message, size, MAX_DECODED, text, scratch, &read, &error);
    }
    if (is_taken == reader->is_lost || (!is_taken && error.code == AURA_OK))
        abort();
    if (is_taken)
        check_canonical(before, &head, message, size, text, read, reader->is_text);
    free(scratch);
    free(message);
    free(before);
    *length = read;
    return is_taken;
}

#endif
