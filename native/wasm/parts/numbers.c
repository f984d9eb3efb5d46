/* Chapters that make numbers of bytes, for the golden vectors: integers, weights, slots and states. */
#include "../host.h"

#include "../../char_runs.h"
#include "../../match.h"
#include "../../varint.h"

static void put_number(uint8_t *out, uint32_t bytes, uint64_t number)
{
    for (; bytes > 0; bytes--, number >>= 8)
        *out++ = (uint8_t)number;
}

/* Read the integer that is the input, and no more than it, of at most `high` · 2^32 + `low` (rules VAR-1 to VAR-4). Gives
 * eight bytes of it, the lowest first, and eight of what it is if folded; or FAILED. */
ptrdiff_t EXPORT(aura_read_integer)(size_t size, uint32_t low, uint32_t high)
{
    aura_here.error = (aura_error){0};
    aura_reader reader = {aura_here.input.start, size, 0, &aura_here.error};
    const aura_varint_field field = {(uint64_t)high << 32 | low, "an integer is too large", "value", 0};
    uint64_t value;
    if (!aura_varint_read(&reader, field, &value))
        return FAILED;
    if (reader.place < size) {
        aura_fail(&aura_here.error, AURA_MALFORMED, reader.place, "", "bytes follow the end of the structure");
        return FAILED;
    }
    uint8_t *out = aura_take_room(&aura_here.output, 16);
    if (out == NULL)
        return FAILED;
    put_number(out, 8, value);
    put_number(out + 8, 8, value >> 1 ^ (0 - (value & 1)));
    return aura_give(out, 16);
}

/* Write an integer. Gives its length, or FAILED. */
ptrdiff_t EXPORT(aura_write_integer)(uint32_t low, uint32_t high)
{
    uint8_t *out = aura_take_room(&aura_here.output, AURA_MAX_VARINT);
    return out == NULL ? FAILED : aura_give(out, aura_varint_write(out, (uint64_t)high << 32 | low));
}

/* For each byte of the input, which is a code, its weight and what of 4096 the escape with this code has (rules CTX-4 and
 * CTX-5), two bytes each. */
ptrdiff_t EXPORT(aura_weigh_codes)(size_t size)
{
    const uint8_t *codes = aura_here.input.start;
    uint8_t *out = aura_take_room(&aura_here.output, 4 * size);
    if (out == NULL)
        return FAILED;
    for (size_t at = 0; at < size; at++) {
        put_number(out + 4 * at, 2, CONTEXT_MODEL_FREQUENCIES[codes[at] % CONTEXT_MODEL_CODES]);
        put_number(out + 4 * at + 2, 2, CONTEXT_MODEL_ESCAPES[codes[at] % CONTEXT_MODEL_CODES]);
    }
    return aura_give(out, 4 * size);
}

/* The slot of each position of the input from MATCH_MIN_LENGTH on (rule MAT-1), four bytes each. */
ptrdiff_t EXPORT(aura_slots_of)(size_t size)
{
    const uint8_t *text = aura_here.input.start;
    const size_t count = size < MATCH_MIN_LENGTH ? 0 : size - MATCH_MIN_LENGTH + 1;
    uint8_t *out = aura_take_room(&aura_here.output, 4 * count);
    if (out == NULL)
        return FAILED;
    for (size_t at = 0; at < count; at++)
        put_number(out + 4 * at, 4, aura_match_slot(text + at));
    return aura_give(out, 4 * count);
}

/* The states of character runs before the first byte of the input and after each (rule RUN-2), a byte each. */
ptrdiff_t EXPORT(aura_states_of)(size_t size)
{
    const uint8_t *text = aura_here.input.start;
    uint8_t *out = aura_take_room(&aura_here.output, size + 1);
    if (out == NULL)
        return FAILED;
    out[0] = CHAR_RUNS_NO_RUN;
    for (size_t at = 0; at < size; at++)
        out[at + 1] = (uint8_t)aura_after(out[at], text[at]);
    return aura_give(out, size + 1);
}
