/* The entropy coders, for the golden vectors: both kinds of rANS, and the range coder. */
#include "../host.h"

#include "../../interleaved_rans.h"
#include "../../loads.h"
#include "../../range_coder.h"
#include "../../rans.h"

#define TABLE_SIZE (2 * RANS_SYMBOLS)

static void read_frequencies(uint16_t frequencies[RANS_SYMBOLS])
{
    const uint8_t *table = aura_here.input.start;
    for (uint32_t symbol = 0; symbol < RANS_SYMBOLS; symbol++)
        frequencies[symbol] = (uint16_t)aura_load_16(table + 2 * symbol);
}

/* Read `count` symbols of rANS of order 0. The input is RANS_SYMBOLS frequencies of two bytes, the lowest first, and the
 * payload of `size` bytes. */
ptrdiff_t EXPORT(aura_read_rans)(size_t size, size_t count)
{
    uint16_t frequencies[RANS_SYMBOLS];
    uint8_t *out = aura_take_room(&aura_here.output, count);
    const uint8_t *payload = (const uint8_t *)aura_here.input.start + TABLE_SIZE;
    read_frequencies(frequencies);
    aura_here.error = (aura_error){0};
    if (out == NULL || !aura_rans_decode(payload, size, frequencies, out, count, &aura_here.error))
        return FAILED;
    return aura_give(out, count);
}

/* Write `count` symbols, which stand behind such frequencies. */
ptrdiff_t EXPORT(aura_write_rans)(size_t count)
{
    uint16_t frequencies[RANS_SYMBOLS];
    const uint8_t *symbols = (const uint8_t *)aura_here.input.start + TABLE_SIZE;
    read_frequencies(frequencies);
    const size_t size = aura_rans_encode(symbols, count, frequencies, NULL);
    uint8_t *out = aura_take_room(&aura_here.output, size);
    if (out == NULL)
        return FAILED;
    return aura_give(out, aura_rans_encode(symbols, count, frequencies, out));
}

/* The frequencies of at most CONTEXT_MODEL_SYMBOLS codes, which are the input (rule IRN-7), four bytes each. */
ptrdiff_t EXPORT(aura_frequencies_of)(uint32_t count)
{
    uint32_t *out = aura_take_room(&aura_here.output, CONTEXT_MODEL_SYMBOLS * sizeof *out);
    if (out == NULL)
        return FAILED;
    aura_rans_weigh(aura_here.input.start, count, out);
    return aura_give((const uint8_t *)out, count * sizeof *out);
}

/* A payload of interleaved rANS, its tables, and what reads it. */
static struct {
    aura_room bytes;
    aura_rans_tables tables;
    aura_rans_reader reader;
} payload;

/* Begin to read the payload of `lanes` lanes that is the input: `tables_size` bytes of `count` tables, as
 * aura_rans_lay_out has them, and the words. Gives 0, or FAILED. */
ptrdiff_t EXPORT(aura_open_payload)(size_t size, size_t tables_size, uint32_t count, uint32_t lanes)
{
    aura_rans_free(&payload.tables, &AURA_MEMORY);
    payload.tables = (aura_rans_tables){0};
    uint8_t *bytes = aura_take_room(&payload.bytes, size);
    if (bytes == NULL)
        return FAILED;
    memcpy(bytes, aura_here.input.start, size);
    aura_error *error = &aura_here.error;
    *error = (aura_error){0};
    if ((size - tables_size) % 2 > 0) {
        aura_fail(error, AURA_MALFORMED, size, "words", "the words end inside a word");
        return FAILED;
    }
    const bool is_open =
        aura_rans_lay_out(&payload.tables, bytes, tables_size, count, &AURA_MEMORY, error) &&
        aura_rans_open(&payload.reader, &payload.tables, bytes + tables_size, size - tables_size, lanes, error);
    return is_open ? 0 : FAILED;
}

/* Read a batch of symbols, of two bytes each. The input is the table of each, likewise. */
ptrdiff_t EXPORT(aura_read_batch)(size_t count)
{
    uint16_t *symbols = aura_take_room(&aura_here.output, count * sizeof *symbols);
    if (symbols == NULL)
        return FAILED;
    memcpy(symbols, aura_here.input.start, count * sizeof *symbols);
    if (!aura_rans_read(&payload.reader, symbols, count, &aura_here.error))
        return FAILED;
    return aura_give((const uint8_t *)symbols, count * sizeof *symbols);
}

/* End the payload. Gives 0, or FAILED. */
ptrdiff_t EXPORT(aura_close_payload)(void)
{
    return aura_rans_close(&payload.reader, &aura_here.error) ? 0 : FAILED;
}

#define FIRST_RANGE ((uint32_t)(RANGE_CODER_END - RANGE_CODER_START))

/* Go through `count` choices of a string of the range coder. The input is of each choice the cumulative, the frequency and
 * the total, numbers of 32 bits, and the string of `size` bytes. Gives how many choices lead where they should, all of them
 * if the string ends right; or FAILED. */
ptrdiff_t EXPORT(aura_read_choices)(size_t size, uint32_t count)
{
    aura_parts choices = {aura_here.input.start, 12 * (size_t)count, false};
    aura_range_decoder decoder;
    aura_error *error = &aura_here.error;
    *error = (aura_error){0};
    if (!aura_range_start(&decoder, choices.bytes + choices.size, size, RANGE_CODER_START, FIRST_RANGE, error))
        return FAILED;
    for (uint32_t at = 0; at < count; at++) {
        const uint32_t cumulative = aura_next_number(&choices), frequency = aura_next_number(&choices);
        const uint32_t total = aura_next_number(&choices), unit = aura_range_unit(&decoder, total);
        aura_range_check(&decoder, total, unit);
        if (error->code != AURA_OK)
            return FAILED;
        if (decoder.offset < cumulative * unit || decoder.offset >= (cumulative + frequency) * unit)
            return (ptrdiff_t)at;
        aura_range_take(&decoder, cumulative, frequency, unit);
        if (error->code != AURA_OK)
            return FAILED;
    }
    return aura_range_check_end(&decoder) ? (ptrdiff_t)count : FAILED;
}

/* Write the string of such choices, which are the input. Gives its length, or FAILED. */
ptrdiff_t EXPORT(aura_write_choices)(uint32_t count)
{
    const size_t capacity = 4 * (size_t)count + RANGE_CODER_WINDOW; /* a choice takes 22 bits at most */
    uint8_t *out = aura_take_room(&aura_here.output, capacity + RANGE_CODER_MAX_OMITTED);
    if (out == NULL)
        return FAILED;
    aura_parts choices = {aura_here.input.start, 12 * (size_t)count, false};
    aura_range_encoder encoder = aura_range_encoder_of(out, capacity, RANGE_CODER_START, FIRST_RANGE);
    for (uint32_t at = 0; at < count; at++) {
        const uint32_t cumulative = aura_next_number(&choices), frequency = aura_next_number(&choices);
        aura_range_encode(&encoder, cumulative, frequency, aura_next_number(&choices));
    }
    return aura_give(out, aura_range_finish(&encoder));
}
