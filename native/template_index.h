/* Templates as the chapter on encoding files them, to find those that a message may match. */
#ifndef AURA_TEMPLATE_INDEX_H
#define AURA_TEMPLATE_INDEX_H

#include "loads.h"
#include "memory.h"
#include "template.h"

/* A template under a key. Of a gram, four bytes of a literal, those before and behind it in the literal are known, too,
 * so that most that it stands for by chance go at a glance. */
typedef struct {
    uint32_t key;      /* the hash of the key; different grams have different ones */
    uint32_t template; /* its number in the list */
    uint32_t before;   /* the four bytes before a gram, the nearest one highest; of a literal the bytes of the key */
    uint32_t behind;   /* the four bytes behind it, the nearest one lowest */
    uint16_t steps;    /* that it costs to try the template */
    uint8_t before_size;
    uint8_t behind_size; /* how many of these bytes are in the literal, at most 4 each */
} aura_filed;

/* Filed templates, in the order of their keys. */
typedef struct {
    aura_filed *filed;
    uint32_t *starts; /* by the highest bits of a key, where the first one stands that has them, or higher ones */
    uint32_t count;
    uint32_t shift;
} aura_key_table;

/* An index over the templates of a list. */
typedef struct {
    const aura_template_list *list;
    aura_key_table firsts; /* by first literals */
    aura_key_table lasts;
    aura_key_table grams;
    aura_key_table wholes;       /* templates without slots, by their text */
    uint64_t first_lengths[256]; /* by the first byte, bit n - 1 is set if a key has n bytes */
    uint64_t last_lengths[256];  /* by the last byte */
    uint32_t *always;            /* templates that are always tried */
    uint32_t always_count;
    uint32_t always_steps;
} aura_template_index;

/* File the templates of a list, which is to stay. False if there is no memory; what is made is freed by the caller. */
bool aura_index_templates(aura_template_index *index, const aura_template_list *list, const aura_allocator *allocator);

void aura_template_index_free(aura_template_index *index, const aura_allocator *allocator);

/* Bytes that an index takes. */
size_t aura_template_index_size(const aura_template_index *index);

/* Bytes of a first or last literal that are looked at; bounds the number of look-ups. */
#define AURA_MAX_KEY 64
#define AURA_GRAM 4
#define AURA_HASH_MULTIPLIER 0x9E3779B1u

/* The hash of a key, byte by byte, and of a whole text. */
#define AURA_HASH_START 0x811C9DC5u

static inline uint32_t aura_hash_byte(uint32_t hash, uint8_t byte)
{
    return (hash ^ byte) * 0x01000193u;
}

static inline uint32_t aura_hash_end(uint32_t hash)
{
    hash ^= hash >> 16;
    return hash * AURA_HASH_MULTIPLIER;
}

uint32_t aura_hash_whole(const uint8_t *text, size_t size);

/* Where those stand that are filed under a key: from what is given up to the first one with another key. */
static inline uint32_t aura_find_key(const aura_key_table *table, uint32_t key)
{
    uint32_t begin = table->starts[key >> table->shift], end = table->starts[(key >> table->shift) + 1];
    while (begin < end) {
        const uint32_t middle = begin + (end - begin) / 2;
        if (table->filed[middle].key < key)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

#endif
