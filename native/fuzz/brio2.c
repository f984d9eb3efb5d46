/* Fuzz target: BRIO version 2. Any bytes are decoded as a container, and encoded as a message. */
#include "../brio2_encoder.h"
#include "check.h"

#define WINDOW 64
#define SALT 0x5A17

static aura_brio2_workspace *space;
static aura_parse_workspace *parsing;

/* Decode a container behind the last bytes of a window, whose message is `expected` if there is one. */
static void check_container(const uint8_t *body, size_t size, const uint8_t *window, size_t before,
                            const uint8_t *expected, size_t length)
{
    aura_container container;
    aura_error error;
    const bool is_read = aura_brio2_open(&container, body, size, MAX_DECODED, &error);
    if (is_read) {
        uint8_t *text = malloc(before + container.length + 1);
        void *room = malloc(aura_brio2_decoder_room(&container));
        if (before > 0)
            memcpy(text, window, before);
        if (aura_brio2_decode(&container, space, room, text, before, &error)) {
            if (expected != NULL && (container.length != length || memcmp(text + before, expected, length) != 0))
                abort();
        } else if (expected != NULL) {
            abort();
        }
        free(room);
        free(text);
    } else if (expected != NULL) {
        abort();
    }
}

/* Write a message, and read it again. */
static void check_encoding_of(uint32_t level, const uint8_t *data, uint32_t size)
{
    aura_parser parser;
    void *parser_room = malloc(aura_parser_room(level, size, size));
    aura_parser_start(&parser, level, size, size, SALT, parser_room);
    aura_parse(&parser, parsing, data, size, size);
    void *room = malloc(aura_brio2_writer_room(&parser.cut, size));
    size_t length;
    const uint8_t *container = aura_brio2_write(&parser.cut, space, data, size, room, &length);
    uint8_t *body = copy_of(container, length);
    check_container(body, length, NULL, 0, data, size);
    free(body);
    free(room);
    free(parser_room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (space == NULL) {
        space = calloc(1, sizeof *space);
        parsing = calloc(1, sizeof *parsing);
        aura_parse_workspace_make(parsing);
    }
    if (size > MAX_DECODED)
        return 0;
    uint8_t *copy = copy_of(data, size);
    check_container(copy, size, NULL, 0, NULL, 0);
    check_container(copy, size, copy, size < WINDOW ? size : WINDOW, NULL, 0);
    for (uint32_t level = 0; level < 2; level++)
        check_encoding_of(level, copy, (uint32_t)size);
    free(copy);
    return 0;
}
