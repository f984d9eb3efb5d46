/* What the bytes of a message tell of it before anything is coded. */
#include "content.h"

#include <string.h>

#define MULTIPLIER 2654435761u

bool aura_repeats(aura_trigrams *trigrams, const uint8_t *message, size_t size, size_t least)
{
    if (size < least + 2)
        return least == 0;
    uint32_t bits = 6; /* of the slots, at most half of which are filled */
    while ((size_t)1 << bits < 2 * size)
        bits++;
    memset(trigrams->slots, 0, sizeof(uint32_t) << bits);
    const size_t last = ((size_t)1 << bits) - 1;
    size_t found = 0;
    for (size_t place = 2; found < least && found + (size - place) >= least; place++) { /* as long as it is open */
        /* not 0, which stands for a slot that is empty */
        const uint32_t trigram = 1u << 24 | (uint32_t)message[place - 2] << 16 | (uint32_t)message[place - 1] << 8 |
                                 message[place];
        size_t slot = trigram * MULTIPLIER >> (32 - bits);
        while (trigrams->slots[slot] != 0 && trigrams->slots[slot] != trigram)
            slot = (slot + 1) & last;
        found += trigrams->slots[slot] == trigram;
        trigrams->slots[slot] = trigram;
    }
    return found >= least;
}
