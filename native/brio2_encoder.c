/* Writes the BRIO container, version 2 (rules BII-1 to BII-8). */
#include "brio2_encoder.h"

#include "crc32.h"
#include "units.h"

/* The parts of the room. */
typedef struct {
    uint32_t *intervals[4]; /* by kind */
    uint16_t *symbols[4];
    uint8_t *contexts;
    uint8_t *run_bits; /* extra bits as words, of the literal runs, */
    uint8_t *rest;     /* and of all else */
    uint8_t *end;
} streams;

static size_t symbols_of(const aura_cut *cut)
{
    return 3 * (size_t)cut->sequences_count + cut->units_count;
}

/* Bytes that extra bits take at most: no number has more than four bytes of them, and no unit more than two. */
static size_t extra_room(const aura_cut *cut)
{
    return 4 * 3 * (size_t)cut->sequences_count + 2 * (size_t)cut->units_count + 16;
}

size_t aura_brio2_writer_room(const aura_cut *cut, uint32_t length)
{
    const size_t count = symbols_of(cut), most = cut->sequences_count > cut->units_count ? cut->sequences_count
                                                                                        : cut->units_count;
    return count * (sizeof(uint32_t) + sizeof(uint16_t)) + most + 2 * extra_room(cut) + AURA_MAX_CONTAINER_HEAD +
           4 * (size_t)aura_brio2_lanes(length) + 2 * count + 2 * extra_room(cut);
}

static streams lay_out(const aura_cut *cut, void *room, size_t size)
{
    const size_t counts[] = {cut->sequences_count, cut->sequences_count, cut->sequences_count, cut->units_count};
    streams all;
    uint32_t *intervals = room;
    for (int kind = 0; kind < 4; kind++) {
        all.intervals[kind] = intervals;
        intervals += counts[kind];
    }
    uint16_t *symbols = (uint16_t *)(void *)intervals;
    for (int kind = 0; kind < 4; kind++) {
        all.symbols[kind] = symbols;
        symbols += counts[kind];
    }
    all.contexts = (uint8_t *)symbols;
    all.run_bits = all.contexts + (counts[0] > counts[3] ? counts[0] : counts[3]);
    all.rest = all.run_bits + extra_room(cut);
    all.end = (uint8_t *)room + size;
    return all;
}

/* Packs extra bits into words, low bits first (rule BII-8). */
typedef struct {
    uint8_t *next;
    uint64_t held;
    uint32_t bits;
} bit_writer;

static inline void put_bits(bit_writer *writer, uint32_t extra, uint32_t bits)
{
    writer->held |= (uint64_t)extra << writer->bits;
    for (writer->bits += bits; writer->bits >= 16; writer->bits -= 16) {
        *writer->next++ = (uint8_t)writer->held;
        *writer->next++ = (uint8_t)(writer->held >> 8);
        writer->held >>= 16;
    }
}

static void end_bits(bit_writer *writer)
{
    if (writer->bits > 0)
        put_bits(writer, 0, 16 - writer->bits);
}

/* Put a number, whose symbol is given back (rule BII-6). */
static inline uint16_t put_number(bit_writer *writer, uint32_t number)
{
    const uint32_t symbol = aura_number_symbol(number);
    put_bits(writer, number - aura_number_least(symbol), aura_number_bits(symbol));
    return (uint16_t)symbol;
}

/* Spell what is cut, each kind as symbols and extra bits. */
static void spell(const aura_cut *cut, const streams *all, bit_writer *runs, bit_writer *rest)
{
    uint32_t recent[] = {BRIO2_RECENT[0], BRIO2_RECENT[1], BRIO2_RECENT[2]};
    for (uint32_t at = 0; at < cut->sequences_count; at++)
        all->symbols[AURA_LITERAL_RUNS][at] = put_number(runs, cut->sequences[at].literal_run);
    end_bits(runs);
    for (uint32_t at = 0; at < cut->sequences_count; at++) {
        const uint32_t distance = cut->sequences[at].distance, place = aura_place_among(recent, distance);
        all->symbols[AURA_DISTANCES][at] =
            (uint16_t)(place < AURA_RECENT ? place : AURA_RECENT + put_number(rest, distance - 1));
        aura_make_latest(recent, distance);
    }
    for (uint32_t at = 0; at < cut->sequences_count; at++)
        all->symbols[AURA_LENGTHS][at] = put_number(rest, cut->sequences[at].length - BRIO2_MIN_MATCH);
    for (uint32_t at = 0; at < cut->units_count; at++) {
        const uint32_t symbol = aura_unit_symbol(cut->units[at]);
        put_bits(rest, cut->units[at] - aura_unit_least(symbol), aura_unit_bits(symbol));
        all->symbols[AURA_UNITS][at] = (uint16_t)symbol;
    }
    end_bits(rest);
}

/* The contexts of units (rule BII-5). */
static void take_unit_contexts(const aura_cut *cut, const streams *all, uint32_t lanes)
{
    const uint32_t count = cut->units_count, steps = (count + lanes - 1) / lanes;
    const uint16_t *symbols = all->symbols[AURA_UNITS];
    for (uint32_t at = 1; at < count; at++)
        all->contexts[at] = UNIT_CONTEXT_AFTER[symbols[at - 1]];
    for (uint32_t at = 0; at < count; at += steps)
        all->contexts[at] = 0;
    for (uint32_t at = 0, place = 0; at < cut->sequences_count; at++) {
        if (place < count)
            all->contexts[place] = 0;
        place += cut->sequences[at].literal_run;
        if (place < count)
            all->contexts[place] = 0;
    }
}

/* The intervals of all symbols. */
static void choose(const aura_cut *cut, const streams *all, aura_adaptive_tables *tables, uint32_t lanes)
{
    const uint32_t count = cut->sequences_count;
    const uint16_t *runs = all->symbols[AURA_LITERAL_RUNS], *distances = all->symbols[AURA_DISTANCES];
    aura_adaptive_choose(tables, AURA_LITERAL_RUNS, runs, count, NULL, lanes, all->intervals[AURA_LITERAL_RUNS]);
    for (uint32_t at = 0; at < count; at++)
        all->contexts[at] = runs[at] > 0;
    aura_adaptive_choose(tables, AURA_DISTANCES, distances, count, all->contexts, lanes,
                         all->intervals[AURA_DISTANCES]);
    for (uint32_t at = 0; at < count; at++)
        all->contexts[at] = (uint8_t)aura_length_context(runs[at], distances[at]);
    aura_adaptive_choose(tables, AURA_LENGTHS, all->symbols[AURA_LENGTHS], count, all->contexts, lanes,
                         all->intervals[AURA_LENGTHS]);
    take_unit_contexts(cut, all, lanes);
    aura_adaptive_choose(tables, AURA_UNITS, all->symbols[AURA_UNITS], cut->units_count, all->contexts, lanes,
                         all->intervals[AURA_UNITS]);
}

static void put_words(aura_lane_writer *writer, const uint8_t *from, const uint8_t *to)
{
    writer->begin -= to - from;
    memcpy(writer->begin, from, (size_t)(to - from));
}

/* Write all words, the last ones first (rules IRN-6, IRN-8 and IRN-9). */
static void write_words(const aura_cut *cut, const streams *all, aura_lane_writer *writer, const uint8_t *runs_end,
                        const uint8_t *rest_end)
{
    const uint8_t *rest = all->rest;
    for (uint32_t lane = 0; lane < writer->lanes; lane++) {
        writer->states[lane] = INTERLEAVED_RANS_LOWER_BOUND;
        if (rest < rest_end) {
            writer->states[lane] += aura_load_16(rest);
            rest += 2;
        }
    }
    put_words(writer, rest, rest_end);
    aura_adaptive_write(writer, all->intervals[AURA_UNITS], cut->units_count);
    aura_adaptive_write(writer, all->intervals[AURA_LENGTHS], cut->sequences_count);
    aura_adaptive_write(writer, all->intervals[AURA_DISTANCES], cut->sequences_count);
    put_words(writer, all->run_bits, runs_end);
    aura_adaptive_write(writer, all->intervals[AURA_LITERAL_RUNS], cut->sequences_count);
    for (uint32_t lane = writer->lanes; lane-- > 0;) {
        aura_put_word(writer, writer->states[lane] & 0xFFFF);
        aura_put_word(writer, writer->states[lane] >> INTERLEAVED_RANS_WORD_BITS);
    }
}

static uint8_t *put_varint(uint8_t *out, uint32_t number)
{
    for (; number > 0x7F; number >>= 7)
        *out++ = (uint8_t)(number | 0x80);
    *out++ = (uint8_t)number;
    return out;
}

/* Write the head (rule BII-1), and give its size. */
static size_t write_head(uint8_t *head, const aura_cut *cut, const uint8_t *data, uint32_t length)
{
    uint8_t *out = head + sizeof BRIO_MAGIC;
    memcpy(head, BRIO_MAGIC, sizeof BRIO_MAGIC);
    *out++ = BRIO2_VERSION;
    out = put_varint(out, length);
    const uint32_t crc = aura_crc32(data, length);
    for (int shift = 24; shift >= 0; shift -= 8)
        *out++ = (uint8_t)(crc >> shift);
    out = put_varint(out, cut->sequences_count);
    return (size_t)(put_varint(out, cut->units_count) - head);
}

const uint8_t *aura_brio2_write(const aura_cut *cut, aura_brio2_workspace *workspace, const uint8_t *data,
                                uint32_t length, void *room, size_t *size)
{
    const streams all = lay_out(cut, room, aura_brio2_writer_room(cut, length));
    const uint32_t lanes = aura_brio2_lanes(length);
    bit_writer runs = {all.run_bits, 0, 0}, rest = {all.rest, 0, 0};
    spell(cut, &all, &runs, &rest);
    choose(cut, &all, &workspace->tables, lanes);
    aura_lane_writer *writer = &workspace->writer;
    writer->begin = all.end;
    writer->lanes = lanes;
    write_words(cut, &all, writer, runs.next, rest.next);
    uint8_t head[AURA_MAX_CONTAINER_HEAD];
    const size_t head_size = write_head(head, cut, data, length);
    put_words(writer, head, head + head_size);
    *size = (size_t)(all.end - writer->begin);
    return writer->begin;
}
