/* The BRIO container, version 2 (rules BII-1 to BII-10). */
#ifndef AURA_BRIO2_H
#define AURA_BRIO2_H

#include "adaptive.h"

/* Bytes behind the text of a message that may be read, though they have no meaning. */
#define AURA_MARGIN 64

/* Bytes in front of the words of a container, at most. */
#define AURA_MAX_CONTAINER_HEAD 21

/* Recent distances, which have the first symbols of distances (rule BII-7). */
#define AURA_RECENT 3u

/* The head of a container, and where its words stand. */
typedef struct {
    uint32_t length;
    uint32_t crc;
    uint32_t sequences;
    uint32_t units;
    const uint8_t *words;
    size_t words_size;
    size_t offset; /* of the words in the message */
} aura_container;

/* Read the head of a container of `size` bytes for a message of at most `max_size` bytes (rules BII-1 to BII-3).
 * Offsets of errors count the marker in front of it. */
bool aura_brio2_open(aura_container *container, const uint8_t *body, size_t size, size_t max_size, aura_error *error);

/* Bytes that aura_brio2_decode needs to work in; any alignment of the heap will do. */
size_t aura_brio2_decoder_room(const aura_container *container);

/* What reading and writing keep of one kind after the other, and the states of the lanes. */
typedef struct {
    aura_adaptive_tables tables;
    union {
        aura_rans_reader reader;
        aura_lane_writer writer;
    };
} aura_brio2_workspace;

/* Decode into `out`, behind `window` bytes that stand there already (rule CHK-4); there are exactly
 * container->length bytes of room behind these. */
bool aura_brio2_decode(const aura_container *container, aura_brio2_workspace *workspace, void *room, uint8_t *out,
                       size_t window, aura_error *error);

/* A number as a symbol and extra bits (rule BII-6). */
static inline uint32_t aura_number_bits(uint32_t symbol)
{
    return symbol < BRIO2_DIRECT ? 0 : (symbol - BRIO2_DIRECT) / 2 + 1;
}

static inline uint32_t aura_number_least(uint32_t symbol)
{
    if (symbol < BRIO2_DIRECT)
        return symbol;
    return ((2 + (symbol - BRIO2_DIRECT) % 2) << aura_number_bits(symbol)) - 4 + BRIO2_DIRECT;
}

static inline uint32_t aura_distance_bits(uint32_t symbol)
{
    return symbol < AURA_RECENT ? 0 : aura_number_bits(symbol - AURA_RECENT);
}

/* The bits of a unit as a symbol and extra bits, and the first unit of a symbol (rule UNI-2). */
static inline uint32_t aura_unit_bits(uint32_t symbol)
{
    return symbol < 256 ? 0 : (symbol - 256) / UNIT_BUCKETS;
}

static inline uint32_t aura_unit_least(uint32_t symbol)
{
    if (symbol < 256)
        return symbol;
    const uint32_t tier = aura_unit_bits(symbol);
    return 256 + UNIT_BUCKETS * ((1u << tier) - 1) + (((symbol - 256) % UNIT_BUCKETS) << tier);
}

/* The context of a length (rule BII-5). */
static inline uint32_t aura_length_context(uint32_t literal_run, uint32_t distance)
{
    uint32_t near = 0;
    for (uint32_t step = 0; step < sizeof BRIO2_NEAR; step++)
        near += distance >= BRIO2_NEAR[step];
    return (literal_run > 0) + 2 * near;
}

/* The lanes for a message (rule BII-4). */
uint32_t aura_brio2_lanes(uint32_t length);

/* Makes a distance the latest of three, none of which is another's equal. */
static inline void aura_make_latest(uint32_t recent[AURA_RECENT], uint32_t distance)
{
    if (recent[0] == distance)
        return;
    if (recent[1] != distance)
        recent[2] = recent[1];
    recent[1] = recent[0];
    recent[0] = distance;
}

#endif
