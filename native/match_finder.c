/* Finds candidates for matches (rule PAR-1). */
#include "match_finder.h"

/* The loops are short, and it pays to unroll them. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#define MULTIPLIER 0x9E3779B97F4A7C15u
#define TOGETHER 32 /* places whose hashes are computed, and fetched, ahead */

#ifdef __GNUC__
#define AURA_SPECIALISED static inline __attribute__((always_inline))
#define AURA_FETCH(address) __builtin_prefetch(address)
#else
#define AURA_SPECIALISED static inline
#define AURA_FETCH(address) (void)(address)
#endif

/* Twice as many places as heads. */
static uint32_t bits_for(uint32_t capacity)
{
    uint32_t bits = 8;
    while (bits < 25 && (uint32_t)2 << bits < capacity)
        bits++;
    return bits;
}

size_t aura_match_finder_room(uint32_t searches, uint32_t capacity)
{
    return (size_t)searches * (((size_t)1 << bits_for(capacity)) + capacity);
}

void aura_match_finder_start(aura_match_finder *finder, uint32_t level, uint32_t capacity, uint64_t salt,
                             uint32_t *room)
{
    finder->searches = level > 0 ? sizeof PARSE_SEARCH_LENGTHS_1 : sizeof PARSE_SEARCH_LENGTHS_0;
    finder->search_lengths = level > 0 ? PARSE_SEARCH_LENGTHS_1 : PARSE_SEARCH_LENGTHS_0;
    finder->hash_bits = bits_for(capacity);
    finder->capacity = capacity;
    finder->salt = salt;
    finder->heads = room;
    finder->links = room + ((size_t)finder->searches << finder->hash_bits);
    aura_match_finder_clear(finder);
}

void aura_match_finder_clear(aura_match_finder *finder)
{
    memset(finder->heads, 0, ((size_t)finder->searches << finder->hash_bits) * sizeof *finder->heads);
    memset(finder->entered, 0, sizeof finder->entered);
}

static void lower(uint32_t *places, size_t size, uint32_t count)
{
    for (size_t at = 0; at < size; at++)
        places[at] = places[at] > count ? places[at] - count : 0;
}

void aura_match_finder_move(aura_match_finder *finder, uint32_t count)
{
    for (uint32_t search = 0; search < finder->searches; search++) {
        uint32_t *links = finder->links + (size_t)search * finder->capacity;
        const uint32_t left = finder->entered[search] > count ? finder->entered[search] - count : 0;
        memmove(links, links + count, left * sizeof *links);
        lower(links, left, count);
        lower(finder->heads + ((size_t)search << finder->hash_bits), (size_t)1 << finder->hash_bits, count);
        finder->entered[search] = left;
    }
}

/* The hash of `length` bytes, 4 or more. The highest bits are used. */
AURA_SPECIALISED uint64_t hash_of(const uint8_t *bytes, uint32_t length, uint64_t multiplier)
{
    if (length == 4)
        return aura_load_32(bytes) * multiplier;
    if (length < 8)
        return (aura_load_64(bytes) << (64 - 8 * length)) * multiplier;
    uint64_t hash = aura_load_64(bytes) * multiplier;
    for (uint32_t at = 8; at + 8 <= length; at += 8)
        hash = ((hash >> 29 ^ hash) + aura_load_64(bytes + at)) * multiplier;
    if (length % 8 > 0)
        hash = ((hash >> 29 ^ hash) + aura_load_64(bytes + length - 8)) * multiplier;
    return hash;
}

AURA_SPECIALISED bool are_equal(const uint8_t *one, const uint8_t *other, uint32_t length)
{
    if (length == 4)
        return aura_load_32(one) == aura_load_32(other);
    if (length < 8)
        return (aura_load_64(one) ^ aura_load_64(other)) << (64 - 8 * length) == 0;
    uint64_t differing = aura_load_64(one) ^ aura_load_64(other);
    for (uint32_t at = 8; at + 8 <= length; at += 8)
        differing |= aura_load_64(one + at) ^ aura_load_64(other + at);
    if (length % 8 > 0)
        differing |= aura_load_64(one + length - 8) ^ aura_load_64(other + length - 8);
    return differing == 0;
}

/* Enter a place whose bytes are in no chain. */
static inline void enter_first(uint32_t *head, uint32_t *links, uint32_t place)
{
    links[place - 1] = *head;
    *head = place;
}

/* Enter a place, and give the one with the same bytes that was in the chain; 0 if there is none. Places are counted
 * from 1. */
AURA_SPECIALISED uint32_t enter(uint32_t *head, uint32_t *links, const uint8_t *text, uint32_t low, uint32_t place,
                                uint32_t length)
{
    uint32_t *from = head;
    uint32_t found = *head;
    /* all places behind one before `low` are before it, too */
    while (found > low && !are_equal(text + found - 1, text + place - 1, length)) {
        from = &links[found - 1];
        found = *from;
    }
    if (found <= low) {
        enter_first(head, links, place);
        return 0;
    }
    *from = links[found - 1]; /* which may be the head */
    links[place - 1] = *head;
    *head = place;
    return found;
}

/* Find distances, with a search length that the compiler knows. */
AURA_SPECIALISED void find_distances(aura_match_finder *finder, uint32_t search, const uint8_t *text, uint32_t low,
                                     uint32_t begin, uint32_t size, const uint32_t *before, uint32_t *distances,
                                     uint32_t length, bool is_first)
{
    uint32_t *heads = finder->heads + ((size_t)search << finder->hash_bits);
    uint32_t *links = finder->links + (size_t)search * finder->capacity;
    const uint32_t shift = 64 - finder->hash_bits, end = size >= length ? size - length + 1 : 0;
    const uint64_t multiplier = (MULTIPLIER ^ finder->salt) | 1;
    uint32_t place = finder->entered[search];
    for (; place < begin && place < end; place++) { /* what was too near to the end before */
        const uint64_t hash = hash_of(text + place, length, multiplier);
        enter(&heads[hash >> shift], links, text, low, place + 1, length);
    }
    while (place < end) {
        uint32_t slots[TOGETHER];
        const uint32_t count = end - place < TOGETHER ? end - place : TOGETHER;
        for (uint32_t at = 0; at < count; at++) {
            slots[at] = (uint32_t)(hash_of(text + place + at, length, multiplier) >> shift);
            AURA_FETCH(&heads[slots[at]]);
        }
        const uint32_t *known = before + (place - begin);
        uint32_t *out = distances + (place - begin);
        for (uint32_t at = 0; at < count; at++, place++) {
            if (!is_first && known[at] == 0) {
                enter_first(&heads[slots[at]], links, place + 1);
                out[at] = 0;
                continue;
            }
            const uint32_t found = enter(&heads[slots[at]], links, text, low, place + 1, length);
            out[at] = found > 0 ? place + 1 - found : 0;
        }
    }
    if (place > finder->entered[search])
        finder->entered[search] = place;
    for (place = place > begin ? place : begin; place < size; place++)
        distances[place - begin] = 0;
}

static void find_lengths(const uint8_t *text, uint32_t begin, uint32_t size, const uint32_t *distances,
                         uint8_t *lengths, uint32_t least)
{
    uint32_t before = 0, length = 0; /* of the place behind */
    for (uint32_t place = size; place-- > begin;) {
        const uint32_t distance = distances[place - begin];
        if (distance == 0)
            length = 0;
        else if (distance == before)
            length += length < PARSE_MAX_CANDIDATE;
        else
            length = least + aura_agreeing(text, place + least, distance, PARSE_EXTENSION, size);
        lengths[place - begin] = (uint8_t)length;
        before = distance;
    }
}

void aura_find_candidates(aura_match_finder *finder, uint32_t search, const uint8_t *text, uint32_t low, uint32_t begin,
                          uint32_t size, const uint32_t *before, uint32_t *distances, uint8_t *lengths)
{
    const uint32_t least = finder->search_lengths[search];
    switch (least) {
#define CASE(length) \
    case length: \
        find_distances(finder, search, text, low, begin, size, before, distances, length, length == 4); \
        break;
        CASE(4) CASE(5) CASE(6) CASE(8) CASE(10) CASE(12) CASE(16) CASE(20) CASE(24) CASE(32) CASE(48)
#undef CASE
    default:
        break;
    }
    find_lengths(text, begin, size, distances, lengths, least);
}
