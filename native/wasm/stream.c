/* Ends of streams for the host, which codes those messages that are no strings. */
#include "host.h"

#include "../stream_check.h"

/* An end of a stream; the model has to stay. */
typedef struct {
    const aura_held_model *model;
    aura_stream_head head; /* of the message that is read */
    size_t size;           /* of that message, which is the input */
    aura_stream stream;    /* the beginning of what it remembers */
} aura_end;

static size_t size_of(uint32_t memory)
{
    return sizeof(aura_end) - sizeof(aura_stream) + aura_stream_size(memory);
}

/* Make an end with nothing remembered (rule STR-1); 0 if there is no memory. The terms are those of aura_stream_terms. */
aura_end *EXPORT(aura_make_stream)(const aura_held_model *model, uint32_t agreed, uint32_t memory, uint32_t check,
                                   bool is_server)
{
    aura_end *end = aura_allocate(&AURA_MEMORY, size_of(memory));
    if (end == NULL) {
        aura_no_memory();
        return NULL;
    }
    memset(end, 0, sizeof *end);
    end->model = model;
    aura_stream_start(&end->stream, &(aura_stream_terms){agreed, memory, check, is_server});
    return end;
}

/* Another end that goes on from here by itself; 0 if there is no memory. */
aura_end *EXPORT(aura_copy_stream)(const aura_end *end)
{
    aura_end *copy = aura_allocate(&AURA_MEMORY, size_of(end->stream.terms.memory));
    if (copy == NULL)
        aura_no_memory();
    else
        memcpy(copy, end, size_of(end->stream.terms.memory));
    return copy;
}

/* Have an end go on from where another one with the same terms is. */
void EXPORT(aura_restore_stream)(aura_end *end, const aura_end *other)
{
    memcpy(end, other, size_of(end->stream.terms.memory));
}

void EXPORT(aura_free_stream)(aura_end *end)
{
    aura_release(&AURA_MEMORY, end);
}

/* Forget all, and say so with the next message (rules STR-9 and STR-10). */
void EXPORT(aura_reset_stream)(aura_end *end, bool asks)
{
    aura_stream_reset(&end->stream, asks);
}

/* Of an end that reads: 1 if it is lost (rule STR-8), 2 if the last message asked for a reset, 4 if that was text. */
uint32_t EXPORT(aura_stream_state)(const aura_end *end)
{
    const aura_stream *stream = &end->stream;
    const bool is_asked = !stream->is_lost && stream->flags & STREAM_FLAG_ASK;
    return (uint32_t)stream->is_lost | (uint32_t)is_asked << 1 | (uint32_t)stream->is_text << 2;
}

/* Write the next message, the input, as a string. Gives its length, or FAILED. */
ptrdiff_t EXPORT(aura_send_string)(aura_end *end, size_t size, bool is_text)
{
    uint8_t *out = aura_take_room(&aura_here.output, aura_stream_room(size < STREAM_MAX_STRING ? size : 0));
    if (out == NULL)
        return FAILED;
    const size_t length = aura_stream_encode(&end->stream, &end->model->context, aura_here.input.start, size, is_text, out,
                                             &aura_here.error);
    return length > 0 ? aura_give(out, length) : FAILED;
}

/* Bytes of the next message if its `size` bytes are coded by themselves. */
size_t EXPORT(aura_message_size)(const aura_end *end, size_t size)
{
    return aura_stream_message_size(&end->stream, size);
}

/* Write the next message, the first `size` bytes of the input, as the `coded_size` bytes behind it, which it was coded as
 * by itself. Gives its length, or FAILED. */
ptrdiff_t EXPORT(aura_send_message)(aura_end *end, size_t size, bool is_text, size_t coded_size)
{
    const uint8_t *data = aura_here.input.start;
    const size_t length = aura_stream_message_size(&end->stream, coded_size);
    uint8_t *out = aura_take_room(&aura_here.output, length);
    if (out == NULL)
        return FAILED;
    aura_stream_encode_message(&end->stream, &end->model->context, data, size, is_text, data + size, coded_size, out);
    return aura_give(out, length);
}

/* Begin to read the message that is the input (rule STR-8). Gives FAILED; or 0 if it is a string, which
 * aura_receive_string reads next; or 1 if it was coded by itself: the result is what the host decodes, aura_coded_size
 * bytes, and aura_receive_message takes what that says. */
ptrdiff_t EXPORT(aura_open_message)(aura_end *end, size_t size)
{
    const uint8_t *wire = aura_here.input.start;
    end->size = size;
    if (!aura_stream_open(&end->stream, wire, size, &end->head, &aura_here.error))
        return FAILED;
    aura_here.result = wire + end->head.size;
    return (end->head.flags & STREAM_FLAG_MESSAGE) != 0;
}

size_t EXPORT(aura_coded_size)(const aura_end *end)
{
    return end->size - end->head.size - aura_check_size(end->stream.terms.check);
}

/* Read the string of at most `max_size` bytes. Gives the length of the message, or FAILED. */
ptrdiff_t EXPORT(aura_receive_string)(aura_end *end, size_t max_size)
{
    const size_t longest = max_size < STREAM_MAX_STRING ? max_size : STREAM_MAX_STRING;
    uint8_t *out = aura_take_room(&aura_here.output, longest + aura_stream_scratch(end->size));
    size_t length;
    if (out == NULL || !aura_stream_read(&end->stream, &end->model->context, &end->head, aura_here.input.start, end->size,
                                         longest, out, out + longest, &length, &aura_here.error))
        return FAILED;
    return aura_give(out, length);
}

/* Take the input as what a message says that was coded by itself (rules STR-4 and STR-11). Gives its length, or FAILED. */
ptrdiff_t EXPORT(aura_receive_message)(aura_end *end, size_t size)
{
    const uint8_t *data = aura_here.input.start;
    if (!aura_stream_accept(&end->stream, &end->model->context, &end->head, data, size, &aura_here.error))
        return FAILED;
    return aura_give(data, size);
}
