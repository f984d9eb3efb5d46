/* The BRIO container, version 1, read and written. */
#include "brio.h"

#include "memory.h"

#include <string.h>

#define KINDS 3u

/* Where a head is read. */
typedef struct {
    const uint8_t *body;
    size_t size;
    size_t position;
    aura_error *error;
} head_reader;

/* Fail at a place of the body, in front of which the marker stands. */
static bool fail_at(head_reader *reader, aura_code code, size_t position, const char *path, const char *reason)
{
    return aura_fail(reader->error, code, 1 + position, path, reason);
}

/* Whether so many bytes are left. */
static bool has(head_reader *reader, size_t size, const char *path)
{
    return reader->size - reader->position >= size ||
           fail_at(reader, AURA_TRUNCATED, reader->size, path, "the message ends inside a field");
}

/* Read a number of some bytes, high byte first. */
static bool read_number(head_reader *reader, uint32_t bytes, const char *path, uint32_t *number)
{
    if (!has(reader, bytes, path))
        return false;
    *number = 0;
    for (; bytes > 0; bytes--)
        *number = *number << 8 | reader->body[reader->position++];
    return true;
}

/* Rule RNS-1. */
static bool read_frequencies(head_reader *reader, uint16_t frequencies[RANS_SYMBOLS])
{
    const size_t begin = reader->position;
    uint32_t number, sum = 0;
    bool is_positive = true;
    for (uint32_t symbol = 0; symbol < RANS_SYMBOLS; symbol++) {
        if (!read_number(reader, 2, "frequencies", &number))
            return false;
        frequencies[symbol] = (uint16_t)number;
        sum += number;
        is_positive = is_positive && number > 0;
    }
    return (is_positive && sum == RANS_TOTAL) || fail_at(reader, AURA_MALFORMED, begin, "frequencies",
                                                         "the frequencies are not all positive with sum 4096");
}

/* Go past a metadata entry (rule BRI-3). */
static bool skip_metadata(head_reader *reader)
{
    uint32_t number;
    if (!read_number(reader, 2, "metadata.index", &number) || !read_number(reader, 1, "metadata.kind", &number))
        return false;
    if (number >= KINDS)
        return fail_at(reader, AURA_MALFORMED, reader->position - 1, "metadata.kind", "no metadata has this kind");
    return read_number(reader, 2, "metadata.value", &number) && read_number(reader, 1, "metadata.flags", &number);
}

/* Rules BRI-1 to BRI-3. */
static bool read_head(head_reader *reader, aura_brio_container *container)
{
    uint32_t version, entries;
    if (!has(reader, sizeof BRIO_MAGIC, "magic"))
        return false;
    reader->position = sizeof BRIO_MAGIC;
    if (!aura_are_equal(reader->body, BRIO_MAGIC, sizeof BRIO_MAGIC))
        return fail_at(reader, AURA_MALFORMED, reader->position, "magic", "this is not a BRIO container");
    if (!read_number(reader, 1, "version", &version))
        return false;
    if (version != BRIO_VERSION)
        return fail_at(reader, AURA_UNSUPPORTED, reader->position - 1, "version", "the container's version is unknown");
    if (!read_number(reader, 4, "token_length", &container->token_length) ||
        !read_number(reader, 4, "payload_length", &container->payload_size) ||
        !read_number(reader, 2, "metadata_count", &entries) || !read_frequencies(reader, container->frequencies))
        return false;
    for (; entries > 0; entries--)
        if (!skip_metadata(reader))
            return false;
    if (!has(reader, container->payload_size, "payload"))
        return false;
    container->payload = reader->body + reader->position;
    container->offset = 1 + reader->position;
    reader->position += container->payload_size;
    return reader->position == reader->size ||
           fail_at(reader, AURA_MALFORMED, reader->position, "", "bytes follow the end of the structure");
}

/* Whether a claim is more than 4 · max_size + 4096 (rule BRI-4), which may be more than a number holds. */
static bool is_too_much(uint32_t token_length, size_t max_size)
{
    return token_length > 4096 && ((uint64_t)token_length - 4096 + 3) / 4 > max_size;
}

bool aura_brio_open(aura_brio_container *container, const uint8_t *body, size_t size, size_t max_size,
                    aura_error *error)
{
    *error = (aura_error){0};
    head_reader reader = {body, size, 0, error};
    if (!read_head(&reader, container))
        return false;
    error->number = container->token_length;
    if (is_too_much(container->token_length, max_size))
        return aura_fail(error, AURA_LIMIT_EXCEEDED, 6, "token_length", "%u bytes of tokens claimed");
    return container->token_length <= (uint64_t)BRIO_TOKENS_PER_PAYLOAD_BYTE * container->payload_size ||
           aura_fail(error, AURA_MALFORMED, 6, "token_length", "the payload is too short for its tokens");
}

bool aura_brio_decode(const aura_brio_container *container, const aura_token_state *held, size_t max_size,
                      uint8_t *stream, size_t *length, aura_error *error)
{
    *error = (aura_error){0};
    if (aura_rans_decode(container->payload, container->payload_size, container->frequencies, stream,
                         container->token_length, error) &&
        aura_carry_out(held, stream, container->token_length, max_size, NULL, length, error))
        return true;
    error->offset += (uint32_t)container->offset;
    return false;
}

size_t aura_brio_cut(aura_brio_writer *writer, const aura_phrases *phrases, aura_bytes message, uint64_t salt,
                     uint8_t *stream)
{
    aura_lz77_start(&writer->finder, message.text, message.size, salt);
    writer->token_length = (uint32_t)aura_write_tokens(phrases, &writer->finder, stream);
    aura_rans_count(stream, writer->token_length, writer->frequencies);
    writer->payload_size = (uint32_t)aura_rans_encode(stream, writer->token_length, writer->frequencies, NULL);
    return BRIO_HEADER_SIZE + writer->payload_size;
}

static uint8_t *write_number(uint8_t *out, uint32_t bytes, uint32_t number)
{
    for (; bytes > 0; bytes--)
        *out++ = (uint8_t)(number >> 8 * (bytes - 1));
    return out;
}

void aura_brio_write(const aura_brio_writer *writer, const uint8_t *stream, uint8_t *out)
{
    memcpy(out, BRIO_MAGIC, sizeof BRIO_MAGIC);
    out = write_number(out + sizeof BRIO_MAGIC, 1, BRIO_VERSION);
    out = write_number(out, 4, writer->token_length);
    out = write_number(out, 4, writer->payload_size);
    out = write_number(out, 2, 0);
    for (uint32_t symbol = 0; symbol < RANS_SYMBOLS; symbol++)
        out = write_number(out, 2, writer->frequencies[symbol]);
    aura_rans_encode(stream, writer->token_length, writer->frequencies, out);
}
