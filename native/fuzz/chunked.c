/* Fuzz target: chunked files. Any bytes are read as a file, and written as the content of one, which is read as it is and
 * with damage.
 *
 * The core codes the containers of a file, each behind the window before it; the fields around them are read here. Their
 * CRC-32s are not compared, so that damage reaches the blocks behind it. */
#include "../brio2_encoder.h"
#include "../crc32.h"
#include "../varint.h"
#include "check.h"

#define MAX_CONTENT (1 << 16)
#define HEADER_SIZE 7
#define MAX_HEAD 5       /* bytes before the body of a block */
#define LARGEST_BLOCK 600u /* that is written */
#define NEAR 64 /* bytes that matches reach back where they reach less than they may */
#define SALT 0x5A17

enum { END, STORED, BRIO };

static aura_brio2_workspace *space;
static aura_parse_workspace *parsing;

/* The content of a file, and where its frame began. */
typedef struct {
    uint8_t bytes[MAX_CONTENT];
    size_t size;
    size_t frame;
} content;

/* Bytes of the window before what comes next (rule CHK-4). */
static size_t window_of(const content *read, uint32_t bits)
{
    const size_t held = read->size - read->frame, most = (size_t)1 << bits;
    return held < most ? held : most;
}

/* Append what a container holds (rule CHK-4); false if it is refused. */
static bool read_container(content *read, uint32_t bits, const uint8_t *body, size_t size)
{
    aura_container container;
    aura_error error;
    uint8_t *copy = copy_of(body, size);
    bool is_read = aura_brio2_open(&container, copy, size, MAX_CONTENT - read->size, &error) && container.length > 0;
    if (is_read) {
        const size_t before = window_of(read, bits);
        uint8_t *text = malloc(before + container.length);
        void *room = malloc(aura_brio2_decoder_room(&container));
        if (before > 0)
            memcpy(text, read->bytes + read->size - before, before);
        is_read = aura_brio2_decode(&container, space, room, text, before, &error) ||
                  error.code == AURA_CHECKSUM_MISMATCH;
        if (is_read) {
            memcpy(read->bytes + read->size, text + before, container.length);
            read->size += container.length;
        }
        free(room);
        free(text);
    }
    free(copy);
    return is_read;
}

/* Append what a stored block holds (rule CHK-3). */
static bool read_stored(content *read, const uint8_t *body, size_t size)
{
    if (size > MAX_CONTENT - read->size)
        return false;
    memcpy(read->bytes + read->size, body, size);
    read->size += size;
    return true;
}

/* Read a file up to its end (rule CHK-7); false if it is refused. */
static bool read_file(content *read, const uint8_t *file, size_t size)
{
    aura_error error = {0};
    aura_reader reader = {file, size, HEADER_SIZE, &error};
    const aura_varint_field field = {CHUNKED_MAX_BLOCK, "", "", 0};
    read->size = read->frame = 0;
    if (size < HEADER_SIZE || file[6] < CHUNKED_MIN_WINDOW_BITS || file[6] > CHUNKED_MAX_WINDOW_BITS)
        return false;
    while (reader.place < size) {
        const uint8_t kind = file[reader.place++];
        if (kind == END)
            return true;
        uint64_t length;
        if (!aura_varint_read(&reader, field, &length))
            return false;
        const bool is_stored = (kind & ~CHUNKED_FRAME_BIT) == STORED;
        reader.place += is_stored ? 4 : 0;
        if (length == 0 || reader.place > size || length > size - reader.place)
            return false;
        if (kind & CHUNKED_FRAME_BIT)
            read->frame = read->size;
        const uint8_t *body = file + reader.place;
        if (is_stored ? !read_stored(read, body, (size_t)length) : !read_container(read, file[6], body, (size_t)length))
            return false;
        reader.place += (size_t)length;
    }
    return false;
}

/* Write a block of content as the container if that is shorter (rules CHK-2 to CHK-4 and CHK-10); gives its bytes. */
static size_t write_block(aura_parser *parser, const uint8_t *data, uint32_t size, uint32_t window, bool begins,
                          uint8_t *out)
{
    if (begins)
        aura_parser_clear(parser);
    aura_parse(parser, parsing, data, size, window);
    void *room = malloc(aura_brio2_writer_room(&parser->cut, size));
    size_t length;
    const uint8_t *container = aura_brio2_write(&parser->cut, space, data, size, room, &length);
    const bool is_stored = length >= size;
    size_t written = 0;
    out[written++] = (uint8_t)((is_stored ? STORED : BRIO) | (begins ? CHUNKED_FRAME_BIT : 0));
    written += aura_varint_write(out + written, is_stored ? size : length);
    if (is_stored) {
        const uint32_t crc = aura_crc32(data, size);
        for (int byte = 0; byte < 4; byte++)
            out[written++] = (uint8_t)(crc >> (24 - 8 * byte));
    }
    memcpy(out + written, is_stored ? data : container, is_stored ? size : length);
    free(room);
    return written + (is_stored ? size : length);
}

/* Write a file, in blocks and frames as its content tells, into new memory. Bytes that are usual, 0 most of all, tell long
 * blocks, as each block takes long. */
static uint8_t *write_file(const uint8_t *data, uint32_t size, uint32_t level, uint32_t bits, size_t *length)
{
    const uint32_t window = size > 0 && data[0] & 2 ? NEAR : (uint32_t)1 << bits; /* what is kept moves often if near */
    const uint32_t capacity = window + LARGEST_BLOCK + NEAR;
    uint8_t *file = malloc(HEADER_SIZE + (size_t)size * (1 + MAX_HEAD + 4) + 1);
    void *room = malloc(aura_parser_room(level, capacity, LARGEST_BLOCK));
    aura_parser parser;
    aura_parser_start(&parser, level, capacity, LARGEST_BLOCK, SALT, room);
    memcpy(file, "AURC\1", 5);
    file[5] = 0;
    file[6] = (uint8_t)bits;
    size_t end = HEADER_SIZE;
    for (uint32_t place = 0; place < size;) {
        const uint32_t wanted = 1 + (data[place] ^ 0xA5u) * LARGEST_BLOCK / 256, left = size - place;
        const uint32_t block = wanted < left ? wanted : left;
        const bool begins = place == 0 || data[place - 1] % 16 == 11;
        end += write_block(&parser, data + place, block, window, begins, file + end);
        place += block;
    }
    file[end++] = END;
    free(room);
    *length = end;
    return file;
}

/* What is written is read again; with damage, anything is read or refused. */
static void check_written(content *read, const uint8_t *data, uint32_t size, uint32_t level)
{
    const uint32_t bits = CHUNKED_MIN_WINDOW_BITS + (size > 0 ? data[0] % 2 : 0);
    size_t length;
    uint8_t *file = write_file(data, size, level, bits, &length);
    if (!read_file(read, file, length) || read->size != size || memcmp(read->bytes, data, size) != 0)
        abort();
    for (uint32_t at = 0; at < 2 && at < size; at++) {
        const size_t place = HEADER_SIZE + (size_t)data[at] * 251 % (length - HEADER_SIZE);
        file[place] ^= (uint8_t)(1 + data[size - 1 - at] % 255);
        read_file(read, file, length);
    }
    free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static content *read;
    if (read == NULL) {
        read = malloc(sizeof *read);
        space = calloc(1, sizeof *space);
        parsing = calloc(1, sizeof *parsing);
        aura_parse_workspace_make(parsing);
    }
    if (size > MAX_DECODED)
        return 0;
    uint8_t *copy = copy_of(data, size);
    read_file(read, copy, size);
    for (uint32_t level = 0; level < 2; level++)
        check_written(read, copy, (uint32_t)size, level);
    free(copy);
    return 0;
}
