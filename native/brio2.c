/* The BRIO container, version 2, decoded (rules BII-1 to BII-10). */
#include "brio2.h"

#include "crc32.h"
#include "loads.h"
#include "units.h"

#define WORD_BITS 16

uint32_t aura_brio2_lanes(uint32_t length)
{
    const uint32_t digits = length > 0 ? aura_top_bit(length) + 1 : 0;
    const uint32_t exponent = digits / 2 > 2 ? digits / 2 - 2 : 0;
    const uint32_t lanes = exponent < INTERLEAVED_RANS_MAX_LANES_EXPONENT ? 1u << exponent : INTERLEAVED_RANS_MAX_LANES;
    return lanes > BRIO2_MIN_LANES ? lanes : BRIO2_MIN_LANES;
}

/* Where a head is read. */
typedef struct {
    const uint8_t *body;
    size_t size;
    size_t position;
    aura_error *error;
} head_reader;

static bool ends_early(head_reader *reader, const char *path)
{
    return aura_fail(reader->error, AURA_TRUNCATED, 1 + reader->size, path, "the message ends inside a field");
}

/* Read a canonical varint of at most BRIO2_MAX_LENGTH (rules VAR-1 to VAR-3). */
static bool read_number(head_reader *reader, const char *path, uint32_t *number)
{
    const size_t start = reader->position;
    uint64_t value = 0;
    for (uint32_t shift = 0;; shift += 7) {
        if (reader->position == reader->size)
            return ends_early(reader, path);
        const uint8_t byte = reader->body[reader->position++];
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (value > BRIO2_MAX_LENGTH || (byte > 0 && shift > aura_top_bit(BRIO2_MAX_LENGTH) + 1))
            return aura_fail(reader->error, AURA_LIMIT_EXCEEDED, 1 + start, path, "an integer is larger than 67108864");
        if (byte == 0 && shift > 0)
            return aura_fail(reader->error, AURA_NON_CANONICAL, 1 + start, path,
                             "an integer is not in its shortest spelling");
        if (byte < 0x80)
            break;
    }
    *number = (uint32_t)value;
    return true;
}

bool aura_brio2_open(aura_container *container, const uint8_t *body, size_t size, size_t max_size, aura_error *error)
{
    *error = (aura_error){0};
    head_reader reader = {body, size, sizeof BRIO_MAGIC, error};
    if (size < sizeof BRIO_MAGIC)
        return ends_early(&reader, "magic");
    if (!aura_are_equal(body, BRIO_MAGIC, sizeof BRIO_MAGIC))
        return aura_fail(error, AURA_MALFORMED, 1 + sizeof BRIO_MAGIC, "magic", "this is not a BRIO container");
    if (reader.position == size)
        return ends_early(&reader, "version");
    if (body[reader.position++] != BRIO2_VERSION)
        return aura_fail(error, AURA_UNSUPPORTED, reader.position, "version", "the container's version is not 2");
    if (!read_number(&reader, "length", &container->length))
        return false;
    if (size - reader.position < 4)
        return ends_early(&reader, "crc");
    const uint8_t *crc = body + reader.position;
    container->crc = (uint32_t)crc[0] << 24 | (uint32_t)crc[1] << 16 | (uint32_t)crc[2] << 8 | crc[3];
    reader.position += 4;
    if (!read_number(&reader, "sequences", &container->sequences) || !read_number(&reader, "units", &container->units))
        return false;
    container->words = body + reader.position;
    container->words_size = size - reader.position;
    container->offset = 1 + reader.position;
    if (container->length > max_size) {
        error->number = container->length;
        return aura_fail(error, AURA_LIMIT_EXCEEDED, 6, "length", "%u bytes claimed");
    }
    const uint64_t symbols = 3 * (uint64_t)container->sequences + container->units;
    if (symbols > container->length || symbols > (uint64_t)BRIO2_SYMBOLS_PER_BYTE * container->words_size)
        return aura_fail(error, AURA_MALFORMED, 6, "units", "more sequences and units are claimed than there can be");
    return container->words_size % 2 == 0 || aura_fail(error, AURA_MALFORMED, 1, "words", "half a word is left");
}

/* The parts of the room. */
typedef struct {
    uint32_t *literal_runs;
    uint32_t *distances;
    uint32_t *lengths;
    uint16_t *run_symbols;
    uint16_t *distance_symbols;
    uint16_t *length_symbols;
    uint16_t *units;
    uint8_t *contexts;
    uint8_t *words; /* those with extra bits */
} streams;

size_t aura_brio2_decoder_room(const aura_container *container)
{
    const size_t count = container->sequences, most = container->words_size + 2 * INTERLEAVED_RANS_MAX_LANES;
    return count * (3 * sizeof(uint32_t) + 3 * sizeof(uint16_t) + 1) + container->units * sizeof(uint16_t) + most + 8;
}

static streams lay_out(const aura_container *container, void *room)
{
    const size_t count = container->sequences;
    streams all;
    all.literal_runs = room;
    all.distances = all.literal_runs + count;
    all.lengths = all.distances + count;
    all.run_symbols = (uint16_t *)(all.lengths + count);
    all.distance_symbols = all.run_symbols + count;
    all.length_symbols = all.distance_symbols + count;
    all.units = all.length_symbols + count;
    all.contexts = (uint8_t *)(all.units + container->units);
    all.words = all.contexts + count;
    return all;
}

/* Extra bits at a place in words; eight bytes behind these may be read (rule BII-8). */
static inline uint32_t bits_at(const uint8_t *words, uint64_t place, uint32_t bits)
{
    return (uint32_t)(aura_load_64(words + place / 8) >> place % 8) & ((1u << bits) - 1);
}

/* Whether `bits` extra bits end where `size` bytes of words do, but not before `least` bytes. */
static bool end_together(const uint8_t *words, uint64_t bits, size_t size, size_t least, aura_error *error)
{
    const uint64_t needed = 2 * ((bits + WORD_BITS - 1) / WORD_BITS);
    bool is_kept = size == (needed > least ? needed : least);
    if (is_kept && bits % 8 > 0)
        is_kept = words[bits / 8] >> bits % 8 == 0;
    for (uint64_t at = (bits + 7) / 8; is_kept && at < size; at++)
        is_kept = words[at] == 0;
    return is_kept || aura_fail(error, AURA_MALFORMED, 0, "words", "the extra bits do not end where the words do");
}

/* Read the literal runs, and mark the units that begin them (rules BII-5, BII-8 and BII-9). */
static bool read_literal_runs(const aura_container *container, aura_brio2_workspace *space, streams *all,
                              aura_error *error)
{
    const uint32_t count = container->sequences;
    aura_rans_reader *reader = &space->reader;
    if (!aura_adaptive_read(reader, &space->tables, AURA_LITERAL_RUNS, all->run_symbols, count, NULL, NULL, error))
        return false;
    uint64_t bits = 0, place = 0, sum = 0;
    for (uint32_t at = 0; at < count; at++)
        bits += aura_number_bits(all->run_symbols[at]);
    const uint64_t size = 2 * ((bits + WORD_BITS - 1) / WORD_BITS);
    if (size > reader->size - reader->position)
        return aura_fail(error, AURA_TRUNCATED, reader->size, "words", "the payload runs out of words");
    memcpy(all->words, reader->words + reader->position, (size_t)size);
    memset(all->words + size, 0, 8);
    reader->position += (size_t)size;
    if (!end_together(all->words, bits, (size_t)size, 0, error))
        return false;
    for (uint32_t at = 0; at < count; at++) {
        const uint32_t symbol = all->run_symbols[at];
        all->literal_runs[at] = aura_number_least(symbol) + bits_at(all->words, place, aura_number_bits(symbol));
        place += aura_number_bits(symbol);
        sum += all->literal_runs[at];
    }
    if (sum > container->units)
        return aura_fail(error, AURA_MALFORMED, 0, "words", "the literal runs are longer than the units");
    memset(all->units, 0, container->units * sizeof *all->units);
    for (uint32_t at = 0, unit = 0; at <= count; at++) {
        if (unit < container->units)
            all->units[unit] = AURA_START_OF_RUN;
        unit += at < count ? all->literal_runs[at] : 0;
    }
    return true;
}

static bool read_symbols(const aura_container *container, aura_brio2_workspace *space, streams *all, aura_error *error)
{
    const uint32_t count = container->sequences;
    if (!read_literal_runs(container, space, all, error))
        return false;
    for (uint32_t at = 0; at < count; at++)
        all->contexts[at] = all->run_symbols[at] > 0;
    if (!aura_adaptive_read(&space->reader, &space->tables, AURA_DISTANCES, all->distance_symbols, count, all->contexts,
                            NULL, error))
        return false;
    for (uint32_t at = 0; at < count; at++)
        all->contexts[at] = (uint8_t)aura_length_context(all->run_symbols[at], all->distance_symbols[at]);
    return aura_adaptive_read(&space->reader, &space->tables, AURA_LENGTHS, all->length_symbols, count, all->contexts,
                              NULL, error) &&
           aura_adaptive_read(&space->reader, &space->tables, AURA_UNITS, all->units, container->units, NULL,
                              UNIT_CONTEXT_AFTER, error);
}

/* Take the words that the format has of its own, from the states and behind the symbols (rule IRN-8). */
static bool take_rest(const aura_rans_reader *reader, uint8_t *words, size_t *size, aura_error *error)
{
    for (uint32_t lane = 0; lane < reader->lanes; lane++) {
        if (reader->states[lane] >= 2 * INTERLEAVED_RANS_LOWER_BOUND)
            return aura_fail(error, AURA_MALFORMED, reader->position, "words", "a state ends out of range");
        words[2 * lane] = (uint8_t)reader->states[lane];
        words[2 * lane + 1] = (uint8_t)(reader->states[lane] >> 8);
    }
    const size_t left = reader->size - reader->position;
    memcpy(words + 2 * reader->lanes, reader->words + reader->position, left);
    *size = 2 * reader->lanes + left;
    memset(words + *size, 0, 8);
    return true;
}

/* Turn symbols into what they mean, with their extra bits (rules BII-6 to BII-8, and the first step of BII-9). */
static bool read_values(const aura_container *container, const aura_rans_reader *reader, streams *all,
                        aura_error *error)
{
    size_t size;
    if (!take_rest(reader, all->words, &size, error))
        return false;
    uint64_t place = 0, sum = 0, bits = 0;
    for (uint32_t at = 0; at < container->sequences; at++)
        bits += aura_distance_bits(all->distance_symbols[at]) + aura_number_bits(all->length_symbols[at]);
    for (uint32_t at = 0; at < container->units; at++)
        bits += aura_unit_bits(all->units[at]);
    if (!end_together(all->words, bits, size, 2 * (size_t)reader->lanes, error))
        return false;
    uint32_t recent[] = {BRIO2_RECENT[0], BRIO2_RECENT[1], BRIO2_RECENT[2]};
    for (uint32_t at = 0; at < container->sequences; at++) {
        const uint32_t symbol = all->distance_symbols[at];
        const uint32_t own = aura_distance_bits(symbol);
        const uint32_t distance =
            symbol < AURA_RECENT ? recent[symbol]
                                 : 1 + aura_number_least(symbol - AURA_RECENT) + bits_at(all->words, place, own);
        place += own;
        aura_make_latest(recent, distance);
        all->distances[at] = distance;
    }
    for (uint32_t at = 0; at < container->sequences; at++) {
        const uint32_t symbol = all->length_symbols[at], own = aura_number_bits(symbol);
        all->lengths[at] = BRIO2_MIN_MATCH + aura_number_least(symbol) + bits_at(all->words, place, own);
        place += own;
        sum += all->lengths[at];
    }
    for (uint32_t at = 0; at < container->units; at++) {
        const uint32_t symbol = all->units[at], own = aura_unit_bits(symbol);
        all->units[at] = (uint16_t)(aura_unit_least(symbol) + bits_at(all->words, place, own));
        place += own;
        sum += UNIT_BYTES[all->units[at]][0];
    }
    return sum == container->length ||
           aura_fail(error, AURA_MALFORMED, 0, "words", "units and matches do not make up the message");
}

/* Append units; `end` is the end of the room. */
static uint8_t *put_units(uint8_t *out, const uint8_t *end, const uint16_t *units, uint32_t count)
{
    for (uint32_t at = 0; at < count; at++) {
        const uint8_t *unit = UNIT_BYTES[units[at]];
        const uint32_t size = unit[0];
        memcpy(out, unit + 1, end - out >= UNIT_MAX_UNIT ? UNIT_MAX_UNIT : size);
        out += size;
    }
    return out;
}

/* Append a match (rule LZ-1). */
static uint8_t *put_match(uint8_t *out, const uint8_t *end, uint32_t distance, uint32_t length)
{
    const uint8_t *from = out - distance;
    uint8_t *const stop = out + length;
    if (distance >= 16 && (size_t)(end - stop) >= 16) { /* sixteen bytes at a time, and some more than there are */
        for (; out < stop; out += 16, from += 16)
            memcpy(out, from, 16);
    } else if (distance >= length) {
        memcpy(out, from, length);
    } else {
        while (out < stop)
            *out++ = *from++;
    }
    return stop;
}

/* Carry out units and matches (rule BII-9). */
static bool carry_out(const aura_container *container, const streams *all, uint8_t *out, size_t window,
                      aura_error *error)
{
    const uint8_t *end = out + window + container->length;
    uint8_t *next = out + window;
    const uint16_t *units = all->units;
    for (uint32_t at = 0; at < container->sequences; at++) {
        next = put_units(next, end, units, all->literal_runs[at]);
        units += all->literal_runs[at];
        if (all->distances[at] > (size_t)(next - out))
            return aura_fail(error, AURA_MALFORMED, 0, "distance", "a match begins before the output");
        next = put_match(next, end, all->distances[at], all->lengths[at]);
    }
    put_units(next, end, units, (uint32_t)(all->units + container->units - units));
    return true;
}

bool aura_brio2_decode(const aura_container *container, aura_brio2_workspace *workspace, void *room, uint8_t *out,
                       size_t window, aura_error *error)
{
    *error = (aura_error){0};
    streams all = lay_out(container, room);
    if (!aura_rans_open(&workspace->reader, NULL, container->words, container->words_size,
                        aura_brio2_lanes(container->length), error) ||
        !read_symbols(container, workspace, &all, error) ||
        !read_values(container, &workspace->reader, &all, error) ||
        !carry_out(container, &all, out, window, error)) {
        error->offset += (uint32_t)container->offset;
        return false;
    }
    if (aura_crc32(out + window, container->length) != container->crc)
        return aura_fail(error, AURA_CHECKSUM_MISMATCH, 6, "crc", "the CRC-32 of the message is wrong");
    return true;
}
