/* The canonical variable-length integer (rules VAR-1 to VAR-4). */
#ifndef AURA_VARINT_H
#define AURA_VARINT_H

#include "errors.h"

/* Bytes of the longest spelling. */
#define AURA_MAX_VARINT 10

/* Bytes of the spelling of a value, which is written if `out` is not NULL (rules VAR-1 and VAR-2). */
static inline size_t aura_varint_write(uint8_t *out, uint64_t value)
{
    size_t size = 0;
    for (; value > 0x7F; value >>= 7, size++)
        if (out != NULL)
            out[size] = (uint8_t)(value | 0x80);
    if (out != NULL)
        out[size] = (uint8_t)value;
    return size + 1;
}

static inline uint64_t aura_zigzag(bool is_negative, uint64_t magnitude)
{
    return is_negative ? 2 * magnitude - 1 : 2 * magnitude;
}

/* What an integer may be, and where it stands, for errors. */
typedef struct {
    uint64_t maximum;
    const char *reason; /* why a larger one is refused */
    const char *path;   /* in which `%u` stands for `index` */
    uint32_t index;
} aura_varint_field;

/* A message that is read from its first byte on. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
    size_t place;
    aura_error *error;
} aura_reader;

/* Read an integer (rules VAR-1 to VAR-3). */
bool aura_varint_read(aura_reader *reader, aura_varint_field field, uint64_t *value);

#endif
