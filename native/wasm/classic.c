/* Classic template frames, written and read. */
#include "classic.h"

#include "../frame.h"
#include "../utf8.h"

#include <string.h>

/* Bytes before the values: the marker, the id, and how many values there are. */
#define HEAD_SIZE 3u
#define LENGTH_SIZE 2u

size_t aura_classic_size(const aura_filled *filled)
{
    size_t size = HEAD_SIZE;
    if (filled->template->id > UINT8_MAX)
        return 0;
    for (uint32_t index = 0; index < filled->template->slot_count; index++) {
        const aura_bytes value = filled->values[index];
        if (value.size > AURA_MAX_CLASSIC_VALUE || !aura_is_utf8(value.text, value.size))
            return 0;
        size += LENGTH_SIZE + value.size;
    }
    return size;
}

void aura_classic_encode(const aura_filled *filled, uint8_t *out)
{
    *out++ = MARKER_CLASSIC;
    *out++ = (uint8_t)filled->template->id;
    *out++ = filled->template->slot_count;
    for (uint32_t index = 0; index < filled->template->slot_count; index++) {
        const aura_bytes value = filled->values[index];
        *out++ = (uint8_t)(value.size >> 8);
        *out++ = (uint8_t)value.size;
        if (value.size > 0)
            memcpy(out, value.text, value.size);
        out += value.size;
    }
}

static bool ends_early(const aura_reader *reader, const char *path)
{
    return aura_fail(reader->error, AURA_TRUNCATED, reader->size, path, "the message ends inside a field");
}

/* Read as many values as the frame says, up to the end of the message (rules CLS-1 and CLS-3). */
static bool read_values(aura_reader *reader, uint32_t count, aura_bytes *values)
{
    for (uint32_t index = 0; index < count; index++) {
        if (reader->size - reader->place < LENGTH_SIZE)
            return ends_early(reader, "values");
        const uint8_t *bytes = reader->bytes + reader->place;
        const aura_bytes value = {bytes + LENGTH_SIZE, (size_t)bytes[0] << 8 | bytes[1]};
        reader->place += LENGTH_SIZE;
        if (reader->size - reader->place < value.size)
            return ends_early(reader, "values");
        if (!aura_is_utf8(value.text, value.size))
            return aura_fail(reader->error, AURA_MALFORMED, reader->place, "values", "a slot value is not UTF-8");
        values[index] = value;
        reader->place += value.size;
    }
    return reader->place == reader->size || aura_fail(reader->error, AURA_MALFORMED, reader->place, "values",
                                                      "bytes follow the end of the structure");
}

bool aura_classic_decode(const aura_template_library *library, const uint8_t *wire, size_t size, size_t max_size,
                         uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    aura_filled filled;
    aura_reader reader = {wire, size, HEAD_SIZE, error};
    *error = (aura_error){0};
    if (size < HEAD_SIZE)
        return ends_early(&reader, size < 2 ? "template_id" : "count");
    if (!read_values(&reader, wire[2], filled.values))
        return false;
    error->number = wire[1];
    if (!aura_find_in_library(library, wire[1], &filled))
        return aura_fail(error, AURA_UNKNOWN_TEMPLATE, 1, "template_id", "no template has the id %u");
    error->number = filled.template->slot_count;
    if (wire[2] != filled.template->slot_count)
        return aura_fail(error, AURA_MALFORMED, 2, "count", "the template has %u slots");
    const size_t rendered = aura_rendered_size(filled.list, filled.template, filled.values);
    if (!aura_fits(rendered, max_size, capacity, length, error))
        return false;
    aura_render(&filled, NULL, out);
    return true;
}
