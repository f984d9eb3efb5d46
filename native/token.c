/* The token stream of BRIO version 1, carried out. */
#include "token.h"

#include "frame.h"

#include <string.h>

/* A stream, and the message as far as it was made; nothing is written if there is no `out`. */
typedef struct {
    const aura_token_state *held;
    const uint8_t *stream;
    size_t left; /* bytes of the stream */
    size_t max_size;
    uint8_t *out;
    size_t size;
    aura_error *error;
} carrier;

static bool fail(carrier *self, aura_code code, const char *path, const char *reason)
{
    return aura_fail(self->error, code, 0, path, reason);
}

/* Take a number of some bytes, high byte first. */
static bool take_number(carrier *self, uint32_t bytes, const char *path, uint32_t *number)
{
    if (self->left < bytes)
        return fail(self, AURA_TRUNCATED, path, "the message ends inside a field");
    *number = 0;
    for (self->left -= bytes; bytes > 0; bytes--)
        *number = *number << 8 | *self->stream++;
    return true;
}

/* Whether the message may grow by so many bytes (rule LIM-1). */
static bool may_grow(carrier *self, size_t size)
{
    if (size <= self->max_size - self->size)
        return true;
    self->error->number = self->max_size < UINT32_MAX ? (uint32_t)self->max_size : UINT32_MAX;
    return fail(self, AURA_LIMIT_EXCEEDED, "tokens", "the message decodes to more than %u bytes");
}

/* Append bytes. */
static bool append(carrier *self, aura_bytes text)
{
    if (!may_grow(self, text.size))
        return false;
    if (self->out != NULL && text.size > 0)
        memcpy(self->out + self->size, text.text, text.size);
    self->size += text.size;
    return true;
}

static bool carry_literal(carrier *self)
{
    const aura_bytes byte = {self->stream, 1};
    uint32_t number;
    return take_number(self, 1, "tokens.fields.byte", &number) && append(self, byte);
}

/* Rule TOK-3. */
static bool carry_phrase(carrier *self)
{
    uint32_t id;
    if (!take_number(self, 1, "tokens.fields.phrase_id", &id))
        return false;
    self->error->number = id;
    if (self->held->phrases->texts[id].text == NULL)
        return fail(self, AURA_UNKNOWN_MODEL, "tokens.phrase_id", "no phrase has the id %u");
    return append(self, self->held->phrases->texts[id]);
}

/* Rules LZ-1 and LZ-2. */
static bool carry_match(carrier *self)
{
    uint32_t distance, length;
    if (!take_number(self, 2, "tokens.fields.distance", &distance))
        return false;
    if (distance < 1 || distance > LZ77_WINDOW)
        return fail(self, AURA_MALFORMED, "tokens.fields.distance", "a distance is not in 1..32768");
    if (!take_number(self, 1, "tokens.fields.length", &length))
        return false;
    if (length < LZ77_MIN_LENGTH)
        return fail(self, AURA_MALFORMED, "tokens.fields.length", "a match length is not in 4..255");
    if (!may_grow(self, length))
        return false;
    if (distance > self->size)
        return fail(self, AURA_MALFORMED, "tokens.distance", "a match begins before the output");
    if (self->out != NULL)
        aura_lz77_copy(self->out + self->size, distance, length);
    self->size += length;
    return true;
}

/* Rule TOK-3. */
static bool carry_template(carrier *self)
{
    aura_filled filled;
    uint32_t id, count;
    if (!take_number(self, 1, "tokens.fields.template_id", &id) ||
        !take_number(self, 1, "tokens.fields.slot_count", &count))
        return false;
    for (uint32_t index = 0; index < count; index++) {
        uint32_t size;
        if (!take_number(self, 2, "tokens.fields.slots.length", &size))
            return false;
        if (self->left < size)
            return fail(self, AURA_TRUNCATED, "tokens.fields.slots.text", "the message ends inside a field");
        filled.values[index] = (aura_bytes){self->stream, size};
        self->stream += size;
        self->left -= size;
    }
    self->error->number = id;
    if (!aura_find_in_library(self->held->library, id, &filled))
        return fail(self, AURA_UNKNOWN_TEMPLATE, "tokens.template_id", "no template has the id %u");
    self->error->number = filled.template->slot_count;
    if (count != filled.template->slot_count)
        return fail(self, AURA_MALFORMED, "tokens.slot_count", "the template has %u slots");
    const size_t rendered = aura_rendered_size(filled.list, filled.template, filled.values);
    if (!may_grow(self, rendered))
        return false;
    if (self->out != NULL)
        aura_render(&filled, NULL, self->out + self->size);
    self->size += rendered;
    return true;
}

static bool carry_token(carrier *self)
{
    uint32_t tag;
    if (!take_number(self, 1, "tokens.tag", &tag))
        return false;
    switch (tag) {
    case TOKEN_LITERAL:
        return carry_literal(self);
    case TOKEN_PHRASE:
        return carry_phrase(self);
    case TOKEN_MATCH:
        return carry_match(self);
    case TOKEN_TEMPLATE:
        return carry_template(self);
    }
    return fail(self, AURA_MALFORMED, "tokens.tag", "no token has this tag");
}

bool aura_carry_out(const aura_token_state *held, const uint8_t *stream, size_t size, size_t max_size, uint8_t *out,
                    size_t *length, aura_error *error)
{
    carrier self = {held, stream, size, max_size, out, 0, error};
    *error = (aura_error){0};
    while (self.left > 0)
        if (!carry_token(&self))
            return false;
    *length = self.size;
    return true;
}
