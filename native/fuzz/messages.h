/* Checks of messages that a model codes. */
#ifndef AURA_FUZZ_MESSAGES_H
#define AURA_FUZZ_MESSAGES_H

#include "../auralite_batch.h"
#include "../message.h"
#include "check.h"

/* A string that is read has one spelling: writing the message gives it again (rule RNG-7). */
static void check_decoding(const aura_context_model *model, aura_workspace *space, aura_method method,
                           const uint8_t *string, size_t size)
{
    uint8_t *text = malloc(MAX_DECODED), *wire = malloc(size + RANGE_CODER_MAX_OMITTED);
    aura_error error;
    size_t length;
    if (aura_decode(model, space, method, string, size, MAX_DECODED, text, MAX_DECODED, &length, &error)) {
        uint8_t *message = copy_of(text, length);
        if (aura_encode(model, space, method, message, length, wire, size + RANGE_CODER_MAX_OMITTED, &error) != size ||
            memcmp(wire, string, size) != 0)
            abort();
        free(message);
    }
    free(wire);
    free(text);
}

/* A message that is written is read again. */
static void check_encoding(const aura_context_model *model, aura_workspace *space, aura_method method,
                           const uint8_t *message, size_t size)
{
    if (size > MAX_DECODED)
        return;
    const size_t room = 16 * size + 64; /* a symbol costs at most some choices of 22 bits */
    uint8_t *wire = malloc(room), *text = malloc(size + 1);
    aura_error error;
    size_t length;
    const size_t written = aura_encode(model, space, method, message, size, wire, room, &error);
    if (written > 0) {
        uint8_t *string = copy_of(wire, written);
        if (!aura_decode(model, space, method, string, written, size, text, size + 1, &length, &error) ||
            length != size || memcmp(text, message, size) != 0)
            abort();
        free(string);
    }
    free(text);
    free(wire);
}

#define PIECES 7

/* What is coded side by side is what each would be by itself: messages, and strings, whole and damaged. */
static void check_batch(const aura_context_model *model, aura_workspace *space, const uint8_t *data, size_t size)
{
    static aura_match_table tables[AURA_TOGETHER];
    aura_job jobs[PIECES] = {0};
    uint8_t *rooms[PIECES];
    const size_t room = 16 * size + 64;
    if (size > MAX_DECODED)
        return;
    for (size_t way = 0; way < 2; way++) { /* encode, and decode */
        for (size_t piece = 0, place = 0; piece < PIECES; piece++) {
            const size_t end = piece + 1 < PIECES ? place + (size - place) * data[place % size] / 256 : size;
            rooms[piece] = malloc(room);
            jobs[piece] = (aura_job){data + place, end - place, rooms[piece], room, 0, {0}};
            place = end;
        }
        if (way == 0)
            aura_auralite_encode_batch(model, tables, jobs, PIECES);
        else
            aura_auralite_decode_batch(model, tables, jobs, PIECES, MAX_DECODED);
        uint8_t *out = malloc(room);
        for (size_t piece = 0; piece < PIECES; piece++) {
            const aura_job *job = &jobs[piece];
            aura_error error = {0};
            size_t length = 0;
            if (way == 0)
                length = aura_encode(model, space, AURA_AURALITE, job->data, job->size, out, room, &error);
            else
                aura_decode(model, space, AURA_AURALITE, job->data, job->size, MAX_DECODED, out, room, &length, &error);
            if (error.code != job->error.code || error.offset != job->error.offset ||
                (error.code == AURA_OK && (length != job->length || memcmp(out, job->out, length) != 0)))
                abort();
        }
        free(out);
        for (size_t piece = 0; piece < PIECES; piece++)
            free(rooms[piece]);
    }
}

/* Do all of this with any bytes. */
static void check_message(const aura_context_model *model, aura_workspace *space, const uint8_t *data, size_t size)
{
    uint8_t *copy = copy_of(data, size);
    for (int method = AURA_AURALITE; method <= AURA_ADAPTIVE; method++) {
        check_decoding(model, space, (aura_method)method, copy, size);
        check_encoding(model, space, (aura_method)method, copy, size);
    }
    if (size > 0)
        check_batch(model, space, copy, size);
    free(copy);
}

#endif
