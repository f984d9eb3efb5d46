/* BRIO containers of version 2 for the host, by themselves, and as blocks of a chunked file. */
#include "codec.h"

#include "../brio2_encoder.h"

/* What reading and writing work in; made when it is first needed. */
typedef struct {
    aura_brio2_workspace coding;
    aura_parse_workspace parsing;
} workspace;

static workspace *space;
static aura_room parser_room, stream_room, text_room;

static bool make_space(void)
{
    if (space == NULL && (space = aura_allocate(&AURA_MEMORY, sizeof *space)) != NULL)
        aura_parse_workspace_make(&space->parsing);
    if (space == NULL)
        aura_no_memory();
    return space != NULL;
}

ptrdiff_t aura_read_container(const uint8_t *body, size_t size, const uint8_t *window, size_t window_size,
                              size_t max_size)
{
    aura_container container;
    if (!aura_brio2_open(&container, body, size, max_size, &aura_here.error) || !make_space())
        return FAILED;
    void *room = aura_take_room(&stream_room, aura_brio2_decoder_room(&container));
    uint8_t *text = aura_take_room(&text_room, window_size + container.length + 1);
    if (room == NULL || text == NULL)
        return FAILED;
    if (window_size > 0)
        memcpy(text, window, window_size);
    if (!aura_brio2_decode(&container, &space->coding, room, text, window_size, &aura_here.error))
        return FAILED;
    return aura_give(text + window_size, container.length);
}

/* Read the container of `size` bytes that is the input, behind a window of the bytes that stand before it there; of at
 * most `max_size` bytes. Gives the length of the content, or FAILED. */
ptrdiff_t EXPORT(aura_decode_brio2)(size_t size, size_t window_size, size_t max_size)
{
    const uint8_t *window = aura_here.input.start;
    return aura_read_container(window + window_size, size, window, window_size, max_size);
}

/* Write the container of what has been cut. */
static ptrdiff_t write(const aura_cut *cut, uint32_t size)
{
    size_t length;
    void *room = aura_take_room(&stream_room, aura_brio2_writer_room(cut, size));
    if (room == NULL)
        return FAILED;
    const uint8_t *container = aura_brio2_write(cut, &space->coding, aura_here.input.start, size, room, &length);
    return aura_give(container, length);
}

/* Write the container of the message that is the input, at most BRIO2_MAX_LENGTH bytes; the level is 0 or 1. Gives its
 * length, or FAILED. */
ptrdiff_t EXPORT(aura_encode_brio2)(uint32_t size, uint32_t level)
{
    if (size > BRIO2_MAX_LENGTH) {
        aura_here.error = (aura_error){0};
        aura_fail(&aura_here.error, AURA_TOO_LONG, 0, "", "a container of version 2 holds at most 67108864 bytes");
        return FAILED;
    }
    aura_parser parser;
    const size_t needed = aura_parser_room(level, size, size);
    void *room = needed == 0 ? NULL : aura_take_room(&parser_room, needed);
    if (room == NULL || !make_space())
        return aura_no_memory();
    aura_parser_start(&parser, level, size, size, aura_here.salt, room);
    aura_parse(&parser, &space->parsing, aura_here.input.start, size, size);
    return write(&parser.cut, size);
}

/* What writes the blocks of a chunked file. */
typedef struct {
    aura_parser parser;
    uint32_t window;
    _Alignas(max_align_t) uint8_t room[];
} aura_block_writer;

/* Blocks after which the text that is no longer in the window is forgotten. */
#define BLOCKS_BETWEEN_MOVES 4

/* Make one for a level and a window of 2^bits bytes; 0 if there is no memory. */
aura_block_writer *EXPORT(aura_make_block_writer)(uint32_t level, uint32_t bits)
{
    const uint32_t window = (uint32_t)1 << bits, capacity = window + BLOCKS_BETWEEN_MOVES * CHUNKED_BLOCK;
    aura_block_writer *writer =
        aura_allocate(&AURA_MEMORY, sizeof *writer + aura_parser_room(level, capacity, CHUNKED_BLOCK));
    if (writer == NULL) {
        aura_no_memory();
        return NULL;
    }
    writer->window = window;
    aura_parser_start(&writer->parser, level, capacity, CHUNKED_BLOCK, aura_here.salt, writer->room);
    return writer;
}

void EXPORT(aura_free_block_writer)(aura_block_writer *writer)
{
    aura_release(&AURA_MEMORY, writer);
}

/* Write the container of the next block, 1 to CHUNKED_BLOCK bytes of input; whether it begins a frame. Gives its length,
 * or FAILED. */
ptrdiff_t EXPORT(aura_encode_block)(aura_block_writer *writer, uint32_t size, bool begins)
{
    if (!make_space())
        return FAILED;
    if (begins)
        aura_parser_clear(&writer->parser);
    aura_parse(&writer->parser, &space->parsing, aura_here.input.start, size, writer->window);
    return write(&writer->parser.cut, size);
}
