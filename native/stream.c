/* Streams (rules STR-1 to STR-12). */
#include "stream.h"

#include "stream_check.h"
#include "utf8.h"

#include <string.h>

#define SPAN (0u - STREAM_START) /* 2^32 - START (rule STR-3) */

_Static_assert(sizeof(aura_stream) <= STREAM_STATE_SIZE, "the memory that is agreed on holds all of a stream");
_Static_assert(AURA_LOCAL_CONTEXTS * sizeof(uint32_t) + sizeof(uint16_t) == STREAM_SLOT_SIZE, "and its slots");

/* The b of rule STR-12. */
static uint32_t slot_bits(uint32_t memory)
{
    return memory >= STREAM_LARGE_MEMORY ? STREAM_LARGE_SLOT_BITS : STREAM_SLOT_BITS;
}

/* The W of rule STR-12. */
static uint32_t window_size(uint32_t memory)
{
    return memory - STREAM_STATE_SIZE - ((uint32_t)STREAM_SLOT_SIZE << slot_bits(memory));
}

size_t aura_stream_size(uint32_t memory)
{
    return sizeof(aura_stream) + ((size_t)STREAM_SLOT_SIZE << slot_bits(memory)) + window_size(memory);
}

/* Where what it remembers stands: the slots, their positions and the window behind the rest. */
static aura_local_memory memory_of(aura_stream *stream)
{
    const uint32_t bits = slot_bits(stream->terms.memory);
    uint32_t *slots = (void *)(stream + 1);
    uint16_t *positions = (void *)(slots + ((size_t)AURA_LOCAL_CONTEXTS << bits));
    uint8_t *window = (void *)(positions + ((size_t)1 << bits));
    return (aura_local_memory){
        .sum = &stream->sum,
        .fields = &stream->fields,
        .slots = slots,
        .positions = positions,
        .slot_bits = bits,
        .zero = CONTEXT_MODEL_END,
        .window = window,
        .ring = window,
        .window_size = window_size(stream->terms.memory),
        .at = stream->at,
        .held = stream->held,
        .end = stream->end,
    };
}

/* Take over how far the memory of a message has come. */
static void keep(aura_stream *stream, const aura_local_memory *memory)
{
    stream->at = memory->at;
    stream->held = memory->held;
    stream->end = memory->end;
}

/* Rules LOC-12 and STR-9. */
static void forget(aura_stream *stream)
{
    const aura_local_memory memory = memory_of(stream);
    memset(memory.slots, 0, ((size_t)AURA_LOCAL_CONTEXTS * sizeof *memory.slots) << memory.slot_bits);
    memset(&stream->fields, 0, sizeof stream->fields);
    aura_mixer_start(&stream->sum);
    stream->at = stream->held = stream->end = 0;
    stream->is_text = true;
}

void aura_stream_start(aura_stream *stream, const aura_stream_terms *terms)
{
    stream->terms = *terms;
    stream->counter = 0;
    stream->flags = 0;
    stream->is_lost = false;
    forget(stream);
}

void aura_stream_reset(aura_stream *stream, bool asks)
{
    forget(stream);
    stream->flags |= asks ? STREAM_FLAG_RESET | STREAM_FLAG_ASK : STREAM_FLAG_RESET;
}

/* Let a message enter that is no string (rule STR-11). */
static void learn(aura_stream *stream, const aura_context_model *model, const uint8_t *data, size_t size)
{
    const aura_local_memory memory = memory_of(stream);
    const size_t begin = size > memory.window_size ? size - memory.window_size : 0;
    aura_predictor predictor;
    aura_predictor_start(&predictor, model, &memory, data + begin);
    for (size_t at = begin; at < size; at++)
        aura_predictor_learn(&predictor, data[at]);
    aura_predictor_learn(&predictor, 0);
    keep(stream, &predictor.memory);
}

/* Bytes of the head with these flags (rule STR-2). */
static uint32_t head_size(uint32_t flags)
{
    return flags == 0 ? 0 : flags & STREAM_FLAG_RESET ? 4 : 2;
}

/* Write the head of the next message. */
static void write_head(const aura_stream *stream, uint32_t flags, uint8_t *out)
{
    if (flags == 0)
        return;
    out[0] = STREAM_HEAD_BYTE;
    out[1] = (uint8_t)flags;
    if (flags & STREAM_FLAG_RESET) {
        out[2] = (uint8_t)(stream->counter >> 8);
        out[3] = (uint8_t)stream->counter;
    }
}

static void sent(aura_stream *stream, bool is_text)
{
    stream->is_text = is_text;
    stream->counter++;
    stream->flags = 0;
}

/* The flags of the next message if it is coded by itself (rule STR-4). */
static uint32_t flags_of_message(const aura_stream *stream, bool is_text)
{
    return stream->flags | STREAM_FLAG_MESSAGE | (is_text ? STREAM_FLAG_TEXT : 0);
}

size_t aura_stream_room(size_t size)
{
    /* A symbol is coded by some misses and a choice in each list, on the way down the escapes. Choices have totals of at
     * most 2^22, so that each takes less than three bytes. */
    const size_t choices = LOCAL_MODEL_MAX_TRIED + CONTEXT_MODEL_MAX_ORDER + 3;
    return 3 * choices * (size + 1) + 16 + STREAM_BEYOND;
}

size_t aura_stream_encode(aura_stream *stream, const aura_context_model *model, const uint8_t *data, size_t size,
                          bool is_text, uint8_t *out, aura_error *error)
{
    *error = (aura_error){0};
    if (size > STREAM_MAX_STRING) {
        error->number = STREAM_MAX_STRING;
        aura_fail(error, AURA_TOO_LONG, 0, "", "a string codes at most %u bytes");
        return 0;
    }
    const uint32_t head = head_size(stream->flags);
    write_head(stream, stream->flags, out);
    const size_t capacity = aura_stream_room(size) - STREAM_BEYOND - head;
    aura_range_encoder encoder = aura_range_encoder_of(out + head, capacity, STREAM_START, SPAN);
    const bool is_same = is_text == stream->is_text;
    aura_range_encode(&encoder, is_same ? 0 : STREAM_SAME_KIND,
                      is_same ? STREAM_SAME_KIND : MIXER_PROB_ONE - STREAM_SAME_KIND, MIXER_PROB_ONE);
    const aura_local_memory memory = memory_of(stream);
    aura_predictor predictor;
    aura_predictor_start(&predictor, model, &memory, data);
    predictor.encoder = &encoder;
    for (size_t at = 0; at < size; at++) {
        aura_predictor_code(&predictor, data[at]);
        aura_predictor_pass(&predictor, data[at], data[at]);
    }
    aura_predictor_code(&predictor, CONTEXT_MODEL_END);
    aura_predictor_pass(&predictor, 0, CONTEXT_MODEL_END);
    keep(stream, &predictor.memory);
    const size_t window = aura_range_close(&encoder);
    if (window == 0) {
        aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
        return 0;
    }
    const size_t length = aura_find_string(&stream->terms, stream->counter, out, head, window, encoder.range);
    sent(stream, is_text);
    return head + length;
}

size_t aura_stream_message_size(const aura_stream *stream, size_t size)
{
    return head_size(flags_of_message(stream, false)) + size + aura_check_size(stream->terms.check);
}

void aura_stream_encode_message(aura_stream *stream, const aura_context_model *model, const uint8_t *data, size_t size,
                                bool is_text, const uint8_t *coded, size_t coded_size, uint8_t *out)
{
    const uint32_t flags = flags_of_message(stream, is_text), head = head_size(flags);
    const size_t end = head + coded_size, check_size = aura_check_size(stream->terms.check);
    const uint32_t bits = 8 * (uint32_t)check_size;
    write_head(stream, flags, out);
    if (coded_size > 0)
        memcpy(out + head, coded, coded_size);
    memset(out + end, 0, check_size);
    aura_add_to(out + end, check_size,
                aura_remainder(out, end + check_size, bits) ^ aura_demanded(&stream->terms, stream->counter, bits));
    learn(stream, model, data, size);
    sent(stream, is_text);
}

/* Take the head of a message (rule STR-2). */
static bool read_head(const uint8_t *wire, size_t size, aura_stream_head *head, aura_error *error)
{
    if (size == 0)
        return aura_fail(error, AURA_TRUNCATED, 0, "head", "the message is empty");
    if (wire[0] != STREAM_HEAD_BYTE)
        return true;
    if (size < 2)
        return aura_fail(error, AURA_TRUNCATED, size, "flags", "the message ends inside a field");
    head->flags = wire[1];
    const bool is_known = head->flags > 0 && head->flags < 16;
    if (!is_known || ((head->flags & STREAM_FLAG_TEXT) && !(head->flags & STREAM_FLAG_MESSAGE)))
        return aura_fail(error, AURA_MALFORMED, 1, "flags", "the flags are unknown");
    head->size = head_size(head->flags);
    if (size < head->size)
        return aura_fail(error, AURA_TRUNCATED, size, "counter", "the message ends inside a field");
    if (head->flags & STREAM_FLAG_RESET)
        head->counter = (uint16_t)(wire[2] << 8 | wire[3]);
    return true;
}

bool aura_stream_open(aura_stream *stream, const uint8_t *wire, size_t size, aura_stream_head *head,
                      aura_error *error)
{
    *error = (aura_error){0};
    *head = (aura_stream_head){.was_lost = stream->is_lost};
    stream->is_lost = true;
    stream->flags = 0;
    if (!read_head(wire, size, head, error))
        return false;
    if (head->flags & STREAM_FLAG_RESET) {
        if ((uint16_t)(head->counter - stream->counter) > STREAM_LATEST)
            return aura_fail(error, AURA_STREAM_DESYNC, 2, "counter", "the reset is an old one");
    } else if (head->was_lost) {
        return aura_fail(error, AURA_STREAM_DESYNC, 0, "", "the stream is lost until it is reset");
    } else {
        head->counter = stream->counter;
    }
    const uint32_t bits = aura_check_bits(size, stream->terms.check, head->size);
    if (aura_remainder(wire, size, bits) != aura_demanded(&stream->terms, head->counter, bits))
        return aura_fail(error, AURA_STREAM_DESYNC, head->size, "", "the message is not the next one, or damaged");
    if ((head->flags & STREAM_FLAG_MESSAGE) && size < head->size + aura_check_size(stream->terms.check))
        return aura_fail(error, AURA_TRUNCATED, size, "body", "the message ends before its check does");
    return true;
}

/* Take note that a message was received (rule STR-8). */
static bool received(aura_stream *stream, const aura_stream_head *head, const uint8_t *data, size_t size,
                     bool is_text, aura_error *error)
{
    if (is_text && !aura_is_utf8(data, size))
        return aura_fail(error, AURA_MALFORMED, 0, "string", "the text is not UTF-8");
    stream->is_text = is_text;
    stream->counter = (uint16_t)(head->counter + 1);
    stream->flags = (uint8_t)head->flags;
    stream->is_lost = false;
    return true;
}

size_t aura_stream_scratch(size_t size)
{
    return size + RANGE_CODER_WINDOW + RANGE_CODER_MAX_OMITTED + STREAM_BEYOND;
}

/* Check that the string is that of rule STR-7. */
static bool check_string(const aura_stream *stream, const aura_stream_head *head, const aura_range_decoder *decoder,
                         const uint8_t *wire, size_t size, uint8_t *scratch, aura_error *error)
{
    if (decoder->size > decoder->window + aura_max_beyond(stream->terms.check))
        return aura_fail(error, AURA_MALFORMED, 0, "string", "bytes follow the end of the string");
    memcpy(scratch, wire, size);
    if (decoder->size < decoder->window)
        memset(scratch + size, 0, decoder->window - decoder->size);
    aura_add_to(scratch + head->size, decoder->window, -(int64_t)decoder->offset);
    const size_t length =
        aura_find_string(&stream->terms, head->counter, scratch, head->size, decoder->window, decoder->range);
    if (length != decoder->size || !aura_are_equal(scratch, wire, size))
        return aura_fail(error, AURA_NON_CANONICAL, head->size, "string",
                         "the string is not the shortest and smallest");
    return true;
}

bool aura_stream_read(aura_stream *stream, const aura_context_model *model, const aura_stream_head *head,
                      const uint8_t *wire, size_t size, size_t max_size, uint8_t *out, uint8_t *scratch, size_t *length,
                      aura_error *error)
{
    *error = (aura_error){0};
    if (head->flags & STREAM_FLAG_RESET)
        forget(stream);
    aura_range_decoder decoder;
    if (!aura_range_start(&decoder, wire + head->size, size - head->size, STREAM_START, SPAN, error))
        return false;
    const bool is_same = aura_range_decode_bit(&decoder, STREAM_SAME_KIND, MIXER_PROB_ONE);
    const uint32_t longest = max_size < STREAM_MAX_STRING ? (uint32_t)max_size : STREAM_MAX_STRING;
    const aura_local_memory memory = memory_of(stream);
    aura_predictor predictor;
    aura_predictor_start(&predictor, model, &memory, out);
    predictor.decoder = &decoder;
    for (;;) {
        const uint32_t symbol = aura_predictor_code(&predictor, CONTEXT_MODEL_SYMBOLS);
        if (error->code != AURA_OK || symbol == CONTEXT_MODEL_END)
            break;
        if (!aura_has_room(error, predictor.size, longest, longest)) {
            error->offset = head->size;
            break;
        }
        out[predictor.size] = (uint8_t)symbol;
        aura_predictor_pass(&predictor, (uint8_t)symbol, symbol);
    }
    *length = predictor.size;
    if (error->code != AURA_OK || !check_string(stream, head, &decoder, wire, size, scratch, error))
        return false;
    aura_predictor_pass(&predictor, 0, CONTEXT_MODEL_END);
    keep(stream, &predictor.memory);
    return received(stream, head, out, *length, is_same == stream->is_text, error);
}

bool aura_stream_accept(aura_stream *stream, const aura_context_model *model, const aura_stream_head *head,
                        const uint8_t *data, size_t size, aura_error *error)
{
    *error = (aura_error){0};
    if (head->flags & STREAM_FLAG_RESET)
        forget(stream);
    learn(stream, model, data, size);
    return received(stream, head, data, size, (head->flags & STREAM_FLAG_TEXT) != 0, error);
}
