/* A prefix and its index: a hash table with chains, whose latest places come first. */
#include "prefix.h"

#define HASH_BITS 16

static uint32_t hash_of(const uint8_t *stretch)
{
    uint64_t hash = 0;
    for (uint32_t at = 0; at < PREFIX_LENGTH; at++)
        hash = (hash ^ stretch[at]) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(hash >> (64 - HASH_BITS));
}

static bool read_index(aura_prefix *prefix, const aura_allocator *allocator)
{
    prefix->heads = aura_allocate(allocator, sizeof(uint32_t) << HASH_BITS);
    prefix->before = aura_allocate(allocator, ((size_t)prefix->size + 1) * sizeof(uint32_t));
    if (prefix->heads == NULL || prefix->before == NULL)
        return false;
    memset(prefix->heads, 0, sizeof(uint32_t) << HASH_BITS);
    for (uint32_t place = PREFIX_LENGTH; place <= prefix->size; place++) {
        uint32_t *head = &prefix->heads[hash_of(prefix->text + place - PREFIX_LENGTH)];
        prefix->before[place] = *head;
        *head = place;
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
    for (uint32_t place = prefix->heads[hash_of(stretch)]; place != 0; place = prefix->before[place])
        if (aura_are_equal(prefix->text + place - PREFIX_LENGTH, stretch, PREFIX_LENGTH))
            return place < prefix->size ? place : 0;
    return 0;
}
