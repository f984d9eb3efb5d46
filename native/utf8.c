/* Whether bytes are text in UTF-8. */
#include "utf8.h"

bool aura_is_utf8(const uint8_t *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const uint8_t lead = text[at++];
        if (lead < 0x80)
            continue;
        if (lead < 0xC2 || lead > 0xF4)
            return false;
        size_t following = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        if (size - at < following)
            return false;
        /* the second byte has bounds that leave out overlong forms, surrogates and what is too large */
        const uint8_t least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const uint8_t most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (text[at] < least || text[at] > most)
            return false;
        for (at++; following > 1; following--)
            if (text[at++] >> 6 != 2)
                return false;
    }
    return true;
}
