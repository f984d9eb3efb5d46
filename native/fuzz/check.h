/* What the fuzz targets share. */
#ifndef AURA_FUZZ_CHECK_H
#define AURA_FUZZ_CHECK_H

#include "../heap.h"
#include "../modelled.h"
#include "../selection.h"

#define MAX_DECODED 8192

/* A block of exactly these bytes, so that a sanitizer sees a read beyond them. */
static uint8_t *copy_of(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

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

/* What is tried first is what its methods write, if that is no longer than a stored message. */
static void check_trying(const aura_context_model *model, aura_workspace *space, const uint8_t *message, size_t size)
{
    static aura_trigrams trigrams;
    const aura_policy policies[] = {{1 << 10, 1 << 10, 16, 4, true}, {1 << 16, AURA_MAX_TRIGRAMS, 8, 0, false}};
    if (size > MAX_DECODED)
        return;
    const size_t room = 16 * size + 64;
    uint8_t *wire = malloc(room);
    for (size_t at = 0; at < 2; at++) {
        uint8_t *strings = malloc(aura_room_for_strings(size));
        const aura_tried tried = aura_try(model, space, &trigrams, &policies[at], message, size, strings);
        const size_t sizes[] = {tried.auralite, tried.adaptive};
        const bool is_tried[] = {tried.tries_auralite, tried.tries_adaptive};
        for (int method = AURA_AURALITE; method <= AURA_ADAPTIVE; method++) {
            aura_error error;
            if (!is_tried[method])
                continue;
            const size_t written = aura_encode(model, space, (aura_method)method, message, size, wire, room, &error);
            const size_t taken = written <= size + 1 ? written : 0;
            if (taken != sizes[method] ||
                memcmp(wire, strings + (size_t)method * aura_room_for_strings(size) / 2, taken) != 0)
                abort();
        }
        free(strings);
    }
    free(wire);
}

/* Write the texts of a message as if a template gave it, whose parts some of its bytes tell. */
static void check_modelled(const aura_context_model *model, aura_workspace *space, const uint8_t *message, size_t size)
{
    if (size == 0 || size > MAX_DECODED)
        return;
    /* what is fed, a text, its stop, what is fed, the last text, its stop, what is fed */
    const uint32_t whole = (uint32_t)size, fed = message[0] % whole, text = message[size / 2] % (whole - fed);
    const uint32_t stop = 1 + (fed + text + 1 < whole), left = whole - fed - text - stop;
    const uint32_t more = message[size - 1] % (left + 1), ends = left - more > 0 ? 1 : 0;
    const uint32_t sizes[] = {fed, text, stop, more, left - more - ends, ends, 0};
    const size_t room = 16 * size + 64;
    uint8_t *wire = malloc(room);
    aura_error error;
    aura_modelled_encode(model, &space->match, message, size, sizes, 7, wire, room, &error);
    free(wire);
}

/* Do all of this with any bytes. */
static void check_message(const aura_context_model *model, aura_workspace *space, const uint8_t *data, size_t size)
{
    uint8_t *copy = copy_of(data, size);
    for (int method = AURA_AURALITE; method <= AURA_ADAPTIVE; method++) {
        check_decoding(model, space, (aura_method)method, copy, size);
        check_encoding(model, space, (aura_method)method, copy, size);
    }
    check_trying(model, space, copy, size);
    check_modelled(model, space, copy, size);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
