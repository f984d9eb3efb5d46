/* Fuzz target: both ends of a stream, with the model in the file that AURA_FUZZ_MODEL names.
 *
 * An input is a byte that chooses what both ends agree on, and steps: a byte that says what happens, the size of the bytes
 * that it happens with, in one byte, and these bytes. */
#include "../stream_check.h"
#include "../utf8.h"
#include "check.h"
#include "given_model.h"

/* What a step does with its bytes; the bits above these say how. */
enum { WRITE, READ, RESET, WRITE_CODED, STEPS };

#define FLAG 4u
#define DAMAGE 8u

static aura_stream *copy_of_stream(const aura_stream *stream)
{
    const size_t size = aura_stream_size(stream->terms.memory);
    return (aura_stream *)(void *)copy_of((const uint8_t *)stream, size);
}

/* Who wrote a message that was read wrote the same as a writer with the memory of the reader before. */
static void check_canonical(aura_stream *writer, const aura_stream_head *head, const uint8_t *wire, size_t size,
                            const uint8_t *text, size_t length, bool is_text)
{
    const aura_context_model *model = given_model();
    if (head->flags & STREAM_FLAG_RESET)
        aura_stream_reset(writer, false);
    const bool is_coded = head->flags & STREAM_FLAG_MESSAGE;
    writer->counter = head->counter;
    writer->flags = head->flags & (STREAM_FLAG_RESET | STREAM_FLAG_ASK);
    const size_t coded = size - head->size - STREAM_CHECK_SIZE;
    uint8_t *out = malloc(is_coded ? aura_stream_message_size(writer, coded) : aura_stream_room(length));
    aura_error error;
    size_t written = size;
    if (is_coded)
        aura_stream_encode_message(writer, model, text, length, is_text, wire + head->size, coded, out);
    else
        written = aura_stream_encode(writer, model, text, length, is_text, out, &error);
    if (written != size || memcmp(out, wire, size) != 0)
        abort();
    free(out);
}

/* Read a message; a coded one stands for itself. Gives whether it is taken, and compares it with what is expected. */
static bool read_message(aura_stream *reader, const uint8_t *wire, size_t size, const uint8_t *expected, size_t length)
{
    const aura_context_model *model = given_model();
    aura_stream *before = copy_of_stream(reader);
    uint8_t *message = copy_of(wire, size), *scratch = malloc(aura_stream_scratch(size)), *text = malloc(MAX_DECODED);
    aura_stream_head head;
    aura_error error;
    size_t read = 0;
    bool is_taken = aura_stream_open(reader, message, size, &head, &error);
    if (is_taken && head.flags & STREAM_FLAG_MESSAGE) {
        read = size - head.size - STREAM_CHECK_SIZE;
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
    if (expected != NULL && (!is_taken || read != length || memcmp(text, expected, length) != 0))
        abort();
    free(text);
    free(scratch);
    free(message);
    free(before);
    return is_taken;
}

/* Have a copy of the reader read other bytes, also with the bits of check that are demanded. */
static void read_others(const aura_stream *reader, uint8_t *wire, size_t size)
{
    for (int round = 0; round < 2; round++) {
        aura_stream *other = copy_of_stream(reader);
        read_message(other, wire, size, NULL, 0);
        free(other);
        if (size < 2)
            return;
        const bool has_head = wire[0] == STREAM_HEAD_BYTE;
        const uint32_t bits = aura_check_bits(size, reader->terms.check, has_head);
        const bool is_reset = has_head && wire[1] & STREAM_FLAG_RESET && size >= 4;
        const uint16_t counter = is_reset ? (uint16_t)(wire[2] << 8 | wire[3]) : reader->counter;
        const uint32_t change = aura_remainder(wire, size, bits) ^ aura_demanded(&reader->terms, counter, bits);
        wire[size - 2] ^= (uint8_t)(change >> 8);
        wire[size - 1] ^= (uint8_t)change;
    }
}

/* Write a message, have a copy of the reader read it with some bytes changed, and the reader as it is. */
static void exchange(aura_stream *writer, aura_stream *reader, uint32_t step, const uint8_t *data, size_t size)
{
    const bool is_text = step & FLAG && aura_is_utf8(data, size), is_coded = step % STEPS == WRITE_CODED;
    const size_t room = is_coded ? aura_stream_message_size(writer, size) : aura_stream_room(size);
    uint8_t *wire = malloc(room);
    aura_error error;
    size_t length = room;
    if (is_coded)
        aura_stream_encode_message(writer, given_model(), data, size, is_text, data, size, wire);
    else
        length = aura_stream_encode(writer, given_model(), data, size, is_text, wire, &error);
    if (length == 0)
        abort();
    if (step & DAMAGE) {
        uint8_t *damaged = copy_of(wire, length);
        damaged[step * 31 % length] ^= (uint8_t)(1 + step / 16);
        read_others(reader, damaged, length - (step >> 7 && length > 1));
        free(damaged);
    }
    read_message(reader, wire, length, data, size);
    free(wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    static const uint32_t checks[] = {4, 8, 16, 8}, memories[] = {STREAM_MIN_MEMORY, STREAM_LARGE_MEMORY};
    const aura_stream_terms terms = {
        .agreed = data[0] * 0x01010101u,
        .memory = memories[data[0] >> 3 & 1],
        .check = checks[data[0] & 3],
        .is_server = data[0] >> 2 & 1,
    };
    aura_stream *writer = malloc(aura_stream_size(terms.memory)), *reader = malloc(aura_stream_size(terms.memory));
    aura_stream_start(writer, &terms);
    aura_stream_start(reader, &terms);
    for (size_t at = 1; at + 2 <= size;) {
        const uint32_t step = data[at];
        const size_t length = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;
        uint8_t *bytes = copy_of(data + at + 2, length);
        if (step % STEPS == READ)
            read_others(reader, bytes, length);
        else if (step % STEPS == RESET)
            aura_stream_reset(writer, step & FLAG);
        else
            exchange(writer, reader, step, bytes, length);
        free(bytes);
        at += 2 + length;
    }
    free(reader);
    free(writer);
    return 0;
}
