/* Fuzz target: both ends of a stream, with the model in the file that AURA_FUZZ_MODEL names.
 *
 * An input is a byte that chooses what both ends agree on, and steps: a byte that says what happens, the size of the bytes
 * that it happens with, in one byte, and these bytes. */
#include "streams.h"

/* What a step does with its bytes; the bits above these say how. */
enum { WRITE, READ, RESET, WRITE_CODED, STEPS };

#define FLAG 4u
#define DAMAGE 8u

/* Have a copy of the reader read other bytes, also with the bits of check that are demanded. */
static void read_others(const aura_stream *reader, uint8_t *wire, size_t size)
{
    uint8_t *text = malloc(MAX_DECODED);
    for (int round = 0; round < 2; round++) {
        aura_stream *other = copy_of_stream(reader);
        size_t length;
        read_message(other, wire, size, text, &length);
        free(other);
        if (size < 2)
            break;
        const bool has_head = wire[0] == STREAM_HEAD_BYTE;
        const uint32_t bits = aura_check_bits(size, reader->terms.check, has_head);
        const bool is_reset = has_head && wire[1] & STREAM_FLAG_RESET && size >= 4;
        const uint16_t counter = (uint16_t)(is_reset ? wire[2] << 8 | wire[3] : reader->counter);
        const uint32_t change = aura_remainder(wire, size, bits) ^ aura_demanded(&reader->terms, counter, bits);
        for (size_t back = 1; back <= 4 && back <= size; back++)
            wire[size - back] ^= (uint8_t)(change >> 8 * (back - 1));
    }
    free(text);
}

/* Write a message, have a copy of the reader read it with some bytes changed, and the reader as it is. */
static void exchange(aura_stream *writer, aura_stream *reader, uint32_t step, const uint8_t *data, size_t size)
{
    const bool is_text = step & FLAG && aura_is_utf8(data, size);
    size_t length, read;
    uint8_t *wire = write_message(writer, data, size, is_text, step % STEPS == WRITE_CODED, &length);
    uint8_t *text = malloc(MAX_DECODED);
    if (step & DAMAGE) {
        uint8_t *damaged = copy_of(wire, length);
        damaged[step * 31 % length] ^= (uint8_t)(1 + step / 16);
        read_others(reader, damaged, length - (step >> 7 && length > 1));
        free(damaged);
    }
    if (!read_message(reader, wire, length, text, &read) || read != size || memcmp(text, data, size) != 0 ||
        reader->is_text != is_text)
        abort();
    free(text);
    free(wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const aura_stream_terms terms = terms_of(data[0]);
    aura_stream *writer = start_stream(&terms), *reader = start_stream(&terms);
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
