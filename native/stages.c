/* Keys of n-grams, which a stage of counting sorts. */
#include "stages.h"

#include <stddef.h>

#define KEY_BITS 64
#define MAX_LENGTH 256 /* limits are bytes */

bool aura_stage_fits(const aura_stage *stage, const aura_piece *piece)
{
    return stage->depth <= MAX_LENGTH && stage->width <= KEY_BITS && stage->bits < KEY_BITS &&
           stage->width * stage->bits <= KEY_BITS && stage->depth + stage->width <= piece->lead + 1;
}

bool aura_keys_of(const aura_piece *piece, const aura_stage *stage, const int32_t *places, const int32_t *groups,
                  uint32_t count, uint64_t *keys)
{
    for (uint32_t at = 0; at < count; at++) {
        const uint32_t place = places != NULL ? (uint32_t)places[at] : at;
        if (place >= piece->size)
            return false;
        const uint16_t *nearest = piece->ranks + piece->lead + place;
        uint64_t key = groups != NULL ? (uint64_t)groups[at] : 0;
        for (uint32_t distance = stage->depth; distance < stage->depth + stage->width; distance++)
            key = key << stage->bits | (distance < piece->limits[place] ? nearest[-(ptrdiff_t)distance] : 0U);
        keys[at] = key;
    }
    return true;
}
