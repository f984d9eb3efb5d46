/* Fuzz target: BRIO version 1. Any bytes are decoded as a container and as a token stream, and encoded as a message. */
#include "../brio.h"
#include "../heap.h"
#include "../template_list.h"
#include "check.h"

#define SALT 0x5A17

static aura_phrases phrases;
static aura_template_layer layer;
static aura_template_library library;
static const aura_token_state HELD = {&phrases, &library};

static aura_bytes text_of(const char *text)
{
    return (aura_bytes){(const uint8_t *)text, strlen(text)};
}

/* The phrases of the golden vectors and others, and templates with no slot and with two, one of them twice. */
static void make_held(void)
{
    phrases.texts[0] = text_of("I can help with ");
    phrases.texts[7] = text_of("e");
    phrases.texts[8] = text_of("the ");
    phrases.texts[255] = text_of("the");
    aura_list_builder builder = {.allocator = &AURA_HEAP};
    const aura_bytes whole = text_of("Bye"), first = text_of("Hi "), comma = text_of(", "), end = text_of("!");
    if (!aura_begin_template(&builder, 0) || !aura_add_first(&builder, whole.text, whole.size) ||
        !aura_end_template(&builder) || !aura_begin_template(&builder, 3) || !aura_add_slot(&builder, TEMPLATE_TEXT) ||
        !aura_add_slot(&builder, TEMPLATE_WORD) || !aura_add_first(&builder, first.text, first.size) ||
        !aura_add_place(&builder, 0, comma.text, comma.size) || !aura_add_place(&builder, 1, comma.text, comma.size) ||
        !aura_add_place(&builder, 0, end.text, end.size) || !aura_end_template(&builder))
        abort();
    layer.list = builder.list;
    library = (aura_template_library){.layers = {&layer}, .count = 1};
}

/* Carry out a stream, into exactly the room that it is said to take; what it makes is `expected` if that is there. */
static void check_stream(const uint8_t *stream, size_t size, const uint8_t *expected, size_t length)
{
    aura_error error;
    size_t told = 0, made = 0;
    if (!aura_carry_out(&HELD, stream, size, MAX_DECODED, NULL, &told, &error)) {
        if (expected != NULL)
            abort();
        return;
    }
    uint8_t *out = malloc(told + 1);
    if (!aura_carry_out(&HELD, stream, size, MAX_DECODED, out, &made, &error) || made != told ||
        (expected != NULL && (made != length || memcmp(out, expected, length) != 0)))
        abort();
    free(out);
}

static void check_container(const uint8_t *body, size_t size, const uint8_t *expected, size_t length)
{
    aura_brio_container container;
    aura_error error;
    if (!aura_brio_open(&container, body, size, MAX_DECODED, &error)) {
        if (expected != NULL)
            abort();
        return;
    }
    uint8_t *stream = malloc(container.token_length + 1);
    size_t told;
    if (aura_brio_decode(&container, &HELD, MAX_DECODED, stream, &told, &error))
        check_stream(stream, container.token_length, expected, length);
    else if (expected != NULL)
        abort();
    free(stream);
}

/* Write a message into exactly the room that it is said to take, and read it again. */
static void check_encoding_of(const uint8_t *data, size_t size)
{
    static aura_brio_writer writer;
    uint8_t *stream = malloc(AURA_MAX_TOKEN_BYTES * size + 1);
    const size_t length = aura_brio_cut(&writer, &phrases, (aura_bytes){data, size}, SALT, stream);
    uint8_t *body = malloc(length);
    aura_brio_write(&writer, stream, body);
    check_container(body, length, data, size);
    free(body);
    free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (library.count == 0)
        make_held();
    if (size > MAX_DECODED)
        return 0;
    uint8_t *copy = copy_of(data, size);
    check_container(copy, size, NULL, 0);
    check_stream(copy, size, NULL, 0);
    check_encoding_of(copy, size);
    free(copy);
    return 0;
}
