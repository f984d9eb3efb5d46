/* Finds candidates for matches (rule PAR-1). */
#ifndef AURA_MATCH_FINDER_H
#define AURA_MATCH_FINDER_H

#include "loads.h"
#include "constants.h"

#include <stdbool.h>
#include <stddef.h>

#define AURA_MAX_SEARCHES 11

/* What is known of a text, which may grow. Of places with the same bytes only the last is kept: a chain begins in the
 * table of `heads` by a hash of the bytes, and goes on in `links`, from later to earlier places. Places are counted from
 * 1 in both, and 0 ends a chain. The hashes depend on `salt`, so that nobody can write a text whose chains are long. */
typedef struct {
    uint32_t searches;
    const uint8_t *search_lengths;
    uint32_t hash_bits;
    uint32_t capacity; /* of the text */
    uint64_t salt;
    uint32_t *heads;
    uint32_t *links;
    uint32_t entered[AURA_MAX_SEARCHES]; /* the first place that is not in the tables yet */
} aura_match_finder;

/* Numbers of 32 bits for heads and links. */
size_t aura_match_finder_room(uint32_t searches, uint32_t capacity);

void aura_match_finder_start(aura_match_finder *finder, uint32_t level, uint32_t capacity, uint64_t salt,
                             uint32_t *room);

/* Forget everything. */
void aura_match_finder_clear(aura_match_finder *finder);

/* Forget the first `count` bytes of the text, which is moved by as many. */
void aura_match_finder_move(aura_match_finder *finder, uint32_t count);

/* Find the candidates with a search length of the places from `begin` to `size`, where the text ends, in what the text
 * has from `low` on. AURA_MARGIN bytes behind it may be read. Distances and lengths of the first of these places come
 * first. `before` has the distances for the search length before: where there is none, there is none now. Of no use for
 * the first one. */
void aura_find_candidates(aura_match_finder *finder, uint32_t search, const uint8_t *text, uint32_t low, uint32_t begin,
                          uint32_t size, const uint32_t *before, uint32_t *distances, uint8_t *lengths);

/* How many bytes from `place` on agree with those at a distance before, at most `most`, in a text of `size` bytes. */
static inline uint32_t aura_agreeing(const uint8_t *text, uint32_t place, uint32_t distance, uint32_t most,
                                     uint32_t size)
{
    const uint32_t left = size - place, longest = most < left ? most : left;
    const uint8_t *here = text + place, *there = here - distance;
    for (uint32_t count = 0; count < longest; count += 8) {
        const uint64_t differing = aura_load_64(here + count) ^ aura_load_64(there + count);
        if (differing != 0) {
            const uint32_t found = count + aura_zero_bytes(differing);
            return found < longest ? found : longest;
        }
    }
    return longest;
}

#endif
