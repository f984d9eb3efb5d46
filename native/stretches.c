/* Choosing what recurs between messages, the most valuable windows first. */
#include "stretches.h"

#include <stddef.h>

/* What of a window is worth something and not taken yet; below 0 if a kind is none. */
static float fresh_value(const aura_windows *text, const uint8_t *taken, uint32_t start, uint32_t stop)
{
    float sum = 0.0F; /* of few whole numbers, which is exact */
    for (uint32_t place = start; place < stop; place++) {
        if (text->kind[place] >= (int32_t)text->kinds)
            return -1.0F;
        if (text->kind[place] >= 0 && taken[text->kind[place]] == 0)
            sum += text->value[place];
    }
    return sum;
}

int64_t aura_choose_stretches(const aura_windows *text, uint8_t *taken, int32_t *starts, int32_t *ends, uint32_t room)
{
    uint32_t count = 0;
    uint64_t total = 0;
    for (uint32_t at = 0; at < text->windows && total < text->wanted; at++) {
        const int64_t number = text->order[at];
        if (number < 0 || number >= text->windows || (uint64_t)number * text->step >= text->size)
            return -1;
        if (text->worth[number] <= 0.0F)
            break;
        const uint32_t start = (uint32_t)number * text->step, left = text->size - start;
        const uint32_t stop = start + (left < text->window ? left : text->window);
        const float fresh = fresh_value(text, taken, start, stop);
        if (fresh < 0.0F)
            return -1;
        if (fresh < text->faded * text->worth[number])
            continue;
        uint32_t end = start; /* of the last stretch */
        const uint32_t before = count;
        for (uint32_t place = start; place < stop; place++) {
            if (text->kind[place] < 0 || taken[text->kind[place]] != 0 || !(text->value[place] > 0.0F))
                continue;
            if (place > end || count == before) {
                if (count == room)
                    return -1;
                starts[count++] = (int32_t)place;
            }
            end = place + text->length;
            ends[count - 1] = (int32_t)end;
        }
        for (uint32_t place = start; place < stop; place++)
            if (text->kind[place] >= 0)
                taken[text->kind[place]] = 1;
        for (uint32_t stretch = before; stretch < count; stretch++)
            total += (uint32_t)(ends[stretch] - starts[stretch]);
    }
    return count;
}
