/* Tallies of n-grams: finding keys, sorting them, and adding up what equal ones have. */
#include "tallies.h"

#include <string.h>

/* The first place from `start` on whose key is not below `wanted`, for ascending keys. */
static uint32_t reach(const uint64_t *keys, uint32_t start, uint32_t count, uint64_t wanted)
{
    uint32_t low = start, step = 1;
    while (step < count - low && keys[low + step] < wanted) {
        low += step;
        step = step < count / 2 ? 2 * step : count;
    }
    uint32_t high = step < count - low ? low + step : count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (keys[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void aura_find_keys(const uint64_t *keys, uint32_t count, const uint64_t *wanted, size_t wanted_count, int32_t *places)
{
    uint32_t place = 0; /* no key before it reaches the last one that was wanted */
    for (size_t at = 0; at < wanted_count; at++) {
        if (at > 0 && wanted[at] < wanted[at - 1])
            place = 0;
        place = reach(keys, place, count, wanted[at]);
        places[at] = place < count && keys[place] == wanted[at] ? (int32_t)place : -1;
    }
}

#define BYTES 8
#define VALUES 256

void aura_sort_keys(uint64_t *keys, uint32_t *order, uint32_t count, uint64_t *scratch_keys, uint32_t *scratch_order)
{
    uint32_t counts[BYTES][VALUES] = {{0}};
    for (uint32_t at = 0; at < count; at++) {
        order[at] = at;
        for (uint32_t byte = 0; byte < BYTES; byte++)
            counts[byte][keys[at] >> 8 * byte & 0xFF]++;
    }
    uint64_t *from = keys, *to = scratch_keys;
    uint32_t *order_from = order, *order_to = scratch_order;
    for (uint32_t byte = 0; byte < BYTES && count > 0; byte++) {
        uint32_t *places = counts[byte], place = 0;
        if (places[keys[0] >> 8 * byte & 0xFF] == count) /* all have the same */
            continue;
        for (uint32_t value = 0; value < VALUES; value++) {
            const uint32_t here = places[value];
            places[value] = place;
            place += here;
        }
        for (uint32_t at = 0; at < count; at++) {
            const uint32_t next = places[from[at] >> 8 * byte & 0xFF]++;
            to[next] = from[at];
            order_to[next] = order_from[at];
        }
        uint64_t *const sorted = to;
        uint32_t *const sorted_order = order_to;
        to = from, order_to = order_from;
        from = sorted, order_from = sorted_order;
    }
    if (from != keys) {
        memcpy(keys, from, count * sizeof *keys);
        memcpy(order, order_from, count * sizeof *order);
    }
}

int64_t aura_group_keys(const uint64_t *keys, const uint32_t *order, uint32_t count, uint32_t shift,
                        const aura_tallies *each, uint64_t *group_keys, const aura_tallies *grouped, int32_t *index)
{
    int64_t group = -1;
    for (uint32_t at = 0; at < count; at++) {
        const uint32_t place = order != NULL ? order[at] : at;
        if (place >= count)
            return -1;
        const uint64_t key = keys[at] >> shift;
        if (group < 0 || group_keys[group] != key) {
            group_keys[++group] = key;
            grouped->sizes[group] = 0;
            grouped->sources[group] = 0;
            if (each->counts != NULL)
                grouped->counts[group] = 0;
            if (each->messages != NULL)
                grouped->messages[group] = 0;
        }
        grouped->sizes[group] += each->sizes != NULL ? each->sizes[place] : 1;
        grouped->sources[group] |= each->sources[place];
        if (each->counts != NULL)
            grouped->counts[group] += each->counts[place];
        if (each->messages != NULL)
            grouped->messages[group] |= each->messages[place];
        if (index != NULL)
            index[place] = (int32_t)group;
    }
    return group + 1;
}
