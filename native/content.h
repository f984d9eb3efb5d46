/* What the bytes of a message tell of it before anything is coded. */
#ifndef AURA_CONTENT_H
#define AURA_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AURA_MAX_TRIGRAMS (1 << 14)

/* The trigrams of a message; what is in it is of no use to the next. */
typedef struct {
    uint32_t slots[2 * AURA_MAX_TRIGRAMS];
} aura_trigrams;

/* Whether at least `least` trigrams of a message of at most AURA_MAX_TRIGRAMS bytes occurred in it before. */
bool aura_repeats(aura_trigrams *trigrams, const uint8_t *message, size_t size, size_t least);

#endif
