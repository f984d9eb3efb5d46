/* A prefix and its index: the stretches of PREFIX_LENGTH bytes by a hash, those with the same hash in order.
 *
 * Who made a model may choose a prefix with many stretches of one hash, so that they are not gone through, but found
 * by bisection. Of equal stretches only the last one is there, as rule HIS-1 asks for no other. */
#include "prefix.h"

#define HASH_BITS 16
#define BUCKETS ((size_t)1 << HASH_BITS)

static uint32_t hash_of(const uint8_t *stretch)
{
    uint64_t hash = 0;
    for (uint32_t at = 0; at < PREFIX_LENGTH; at++)
        hash = (hash ^ stretch[at]) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(hash >> (64 - HASH_BITS));
}

/* The stretch before a place. */
static const uint8_t *stretch_of(const aura_prefix *prefix, uint32_t place)
{
    return prefix->text + place - PREFIX_LENGTH;
}

/* How two stretches compare: below, at or above 0. */
static int compare(const uint8_t *one, const uint8_t *other)
{
    for (uint32_t at = 0; at < PREFIX_LENGTH; at++)
        if (one[at] != other[at])
            return one[at] < other[at] ? -1 : 1;
    return 0;
}

/* Whether a place comes before another in the order of a bucket: by stretch, the last of equal ones first. */
static bool comes_before(const aura_prefix *prefix, uint32_t one, uint32_t other)
{
    const int order = compare(stretch_of(prefix, one), stretch_of(prefix, other));
    return order < 0 || (order == 0 && one > other);
}

/* Let a place sink in a heap of `count` places, whose last one in order is its root. */
static void sink(const aura_prefix *prefix, uint32_t *places, size_t root, size_t count)
{
    const uint32_t place = places[root];
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= count)
            break;
        if (child + 1 < count && comes_before(prefix, places[child], places[child + 1]))
            child++;
        if (!comes_before(prefix, place, places[child]))
            break;
        places[root] = places[child];
        root = child;
    }
    places[root] = place;
}

/* Put places in order, in n · log(n) steps whatever they are. */
static void sort(const aura_prefix *prefix, uint32_t *places, size_t count)
{
    for (size_t root = count / 2; root > 0; root--)
        sink(prefix, places, root - 1, count);
    for (size_t left = count; left > 1; left--) {
        const uint32_t last = places[0];
        places[0] = places[left - 1];
        places[left - 1] = last;
        sink(prefix, places, 0, left - 1);
    }
}

/* Keep the first of equal stretches, and give how many places are left. */
static size_t drop_equal(const aura_prefix *prefix, uint32_t *places, size_t count)
{
    size_t kept = 0;
    for (size_t at = 0; at < count; at++)
        if (kept == 0 || compare(stretch_of(prefix, places[kept - 1]), stretch_of(prefix, places[at])) != 0)
            places[kept++] = places[at];
    return kept;
}

static bool read_index(aura_prefix *prefix, const aura_allocator *allocator)
{
    prefix->ends = aura_allocate(allocator, BUCKETS * sizeof(uint32_t));
    prefix->counts = aura_allocate(allocator, BUCKETS * sizeof(uint32_t));
    prefix->places = aura_allocate(allocator, prefix->size * sizeof(uint32_t));
    if (prefix->ends == NULL || prefix->counts == NULL || prefix->places == NULL)
        return false;
    memset(prefix->counts, 0, BUCKETS * sizeof(uint32_t));
    for (uint32_t place = PREFIX_LENGTH; place <= prefix->size; place++)
        prefix->counts[hash_of(stretch_of(prefix, place))]++;
    uint32_t end = 0;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        prefix->ends[bucket] = end; /* where it begins, until its places are there */
        end += prefix->counts[bucket];
    }
    for (uint32_t place = PREFIX_LENGTH; place <= prefix->size; place++)
        prefix->places[prefix->ends[hash_of(stretch_of(prefix, place))]++] = place;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        const uint32_t count = prefix->counts[bucket], first = prefix->ends[bucket] - count;
        sort(prefix, prefix->places + first, count);
        prefix->counts[bucket] = (uint32_t)drop_equal(prefix, prefix->places + first, count);
        prefix->ends[bucket] = first + prefix->counts[bucket];
    }
    return true;
}

bool aura_prefix_read(aura_prefix *prefix, const uint8_t *section, size_t size, const aura_allocator *allocator,
                      aura_error *error)
{
    const size_t head = 2 * PREFIX_HITS;
    if (size < head)
        return aura_fail(error, AURA_TRUNCATED, size, "hits", "the message ends inside a field");
    for (uint32_t hit = 0; hit < PREFIX_HITS; hit++) {
        prefix->hits[hit] = (uint16_t)(section[2 * hit] << 8 | section[2 * hit + 1]);
        if (prefix->hits[hit] < 1 || prefix->hits[hit] >= MATCH_TOTAL)
            return aura_fail(error, AURA_MALFORMED, 0, "hits", "a probability is not in 1..4095");
    }
    if (size == head || size - head > PREFIX_MAX_SIZE)
        return aura_fail(error, AURA_MALFORMED, head, "text", "a prefix has 1 to 1048576 bytes");
    prefix->size = (uint32_t)(size - head);
    prefix->text = aura_allocate(allocator, prefix->size);
    if (prefix->text != NULL)
        memcpy(prefix->text, section + head, prefix->size);
    if (prefix->text == NULL || !read_index(prefix, allocator))
        return aura_fail(error, AURA_NO_MEMORY, 0, "text", "there is no memory for the prefix");
    return true;
}

uint32_t aura_prefix_find(const aura_prefix *prefix, const uint8_t *stretch)
{
    const uint32_t bucket = hash_of(stretch), end = prefix->ends[bucket];
    uint32_t low = end - prefix->counts[bucket], high = end;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2, place = prefix->places[middle];
        const int order = compare(stretch, stretch_of(prefix, place));
        if (order == 0)
            return place < prefix->size ? place : 0;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}
