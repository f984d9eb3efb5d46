/* Streams: the messages of a connection, each coded with the memory of those before it (rules STR-1 to STR-12). */
#ifndef AURA_STREAM_H
#define AURA_STREAM_H

#include "local_model.h"

/* What both ends agree on, beside the model (rule STR-1). */
typedef struct {
    uint32_t agreed; /* the number of rule STR-6 */
    uint32_t memory; /* bytes, MIN_MEMORY to MAX_MEMORY */
    uint32_t check;  /* least bits, one of CHECKS */
    bool is_server;  /* whether it is the server's stream */
} aura_stream_terms;

/* One end of a stream, the one that writes its messages or the one that reads them: the beginning of aura_stream_size
 * bytes of the caller, aligned for a uint64_t. They refer to nothing else, so that a copy of them goes on by itself. */
typedef struct {
    aura_mixer sum;
    aura_number_fields fields;
    aura_stream_terms terms;
    uint32_t at;      /* of the window, as a local memory has it */
    uint32_t held;
    uint16_t end;
    uint16_t counter; /* of the next message */
    uint8_t flags;    /* of a writer: those of the next message; of a reader: those of the last one */
    bool is_text;     /* the kind of the message before */
    bool is_lost;     /* whether only a reset can be read (rule STR-8) */
} aura_stream;

/* The head of a message that is read (rule STR-2). */
typedef struct {
    uint32_t size;    /* bytes; 0 if there is none */
    uint32_t flags;
    uint16_t counter; /* of the message */
    bool was_lost;    /* whether the stream was lost before; a caller that has read nothing may say so again */
} aura_stream_head;

/* Bytes that an end takes, no more than the memory that was agreed on (rule STR-12). */
size_t aura_stream_size(uint32_t memory);

/* Begin with nothing remembered (rule LOC-12). */
void aura_stream_start(aura_stream *stream, const aura_stream_terms *terms);

/* Forget all, and say so with the next message (rules STR-9 and STR-10). */
void aura_stream_reset(aura_stream *stream, bool asks);

/* Bytes of room for the message with a string of `size` bytes, which is at most so long with any model. */
size_t aura_stream_room(size_t size);

/* Write the next message as a string (rules STR-3 and STR-7) into aura_stream_room bytes, and give its length; 0 if it has
 * more than MAX_STRING bytes, AURA_TOO_LONG. */
size_t aura_stream_encode(aura_stream *stream, const aura_context_model *model, const uint8_t *data, size_t size,
                          bool is_text, uint8_t *out, aura_error *error);

/* Bytes of the next message if its `size` bytes are coded by themselves. */
size_t aura_stream_message_size(const aura_stream *stream, size_t size);

/* Write the next message, `data`, as it was coded by itself (rule STR-4): head and check around `coded`, of which `out` has
 * room for aura_stream_message_size. */
void aura_stream_encode_message(aura_stream *stream, const aura_context_model *model, const uint8_t *data, size_t size,
                                bool is_text, const uint8_t *coded, size_t coded_size, uint8_t *out);

/* Begin to read a message (rule STR-8): its head, and whether it is the next one. From here on the stream is lost, until
 * aura_stream_read has read the string behind the head; or, if its flags have MESSAGE, until the caller has decoded what
 * stands behind the head, but for aura_check_size bytes, and has aura_stream_accept take the result. */
bool aura_stream_open(aura_stream *stream, const uint8_t *wire, size_t size, aura_stream_head *head,
                      aura_error *error);

/* Bytes that aura_stream_read needs to work in, for a message of this size. */
size_t aura_stream_scratch(size_t size);

/* Read a string of at most `max_size` bytes into `out`, which has room for that many or MAX_STRING; its length goes to
 * `length`, and `is_text` of the stream says what it is. */
bool aura_stream_read(aura_stream *stream, const aura_context_model *model, const aura_stream_head *head,
                      const uint8_t *wire, size_t size, size_t max_size, uint8_t *out, uint8_t *scratch, size_t *length,
                      aura_error *error);

/* Take a message that was decoded by itself (rules STR-4 and STR-11). */
bool aura_stream_accept(aura_stream *stream, const aura_context_model *model, const aura_stream_head *head,
                        const uint8_t *data, size_t size, aura_error *error);

#endif
