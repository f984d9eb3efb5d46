/* Reading canonical integers. */
#include "varint.h"

static uint32_t bits_of(uint64_t value)
{
    uint32_t bits = 0;
    for (; value > 0; value >>= 1)
        bits++;
    return bits;
}

bool aura_varint_read(aura_reader *reader, aura_varint_field field, uint64_t *value)
{
    const size_t start = reader->place;
    const uint32_t bits = bits_of(field.maximum);
    *value = 0;
    for (uint32_t shift = 0;; shift += 7) {
        if (reader->place == reader->size)
            return aura_fail_in(reader->error, AURA_TRUNCATED, reader->size, field.path, field.index,
                                "the message ends inside a field");
        const uint64_t byte = reader->bytes[reader->place++], group = byte & 0x7F;
        bool is_over = byte > 0 && shift > bits;
        if (shift < 64) {
            *value |= group << shift;
            is_over = is_over || group << shift >> shift != group || *value > field.maximum;
        }
        if (is_over)
            return aura_fail_in(reader->error, AURA_LIMIT_EXCEEDED, start, field.path, field.index, field.reason);
        if (byte < 0x80)
            return byte > 0 || shift == 0 ||
                   aura_fail_in(reader->error, AURA_NON_CANONICAL, start, field.path, field.index,
                                "an integer is not in its shortest spelling");
    }
}
