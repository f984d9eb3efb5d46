/* Where a text stands in another one: the obvious way, and where that takes long the two-way algorithm of Crochemore and
 * Perrin (1991), which takes linear time without memory. */
#include "find.h"

#include "loads.h"

/* Work of the obvious way, in bytes that are compared for each byte of the text, after which the other is taken. */
#define MAX_WORK 2

/* The last of the suffixes of a needle by the order of bytes, or the reverse order; and its period. */
static size_t last_suffix(const uint8_t *needle, size_t length, bool is_reversed, size_t *period)
{
    size_t suffix = 0, other = 1, same = 0; /* two suffixes, and how many bytes of them are the same */
    *period = 1;
    while (other + same < length) {
        const uint8_t one = needle[suffix + same], byte = needle[other + same];
        if (one == byte) {
            same++;
            if (same == *period) {
                other += same;
                same = 0;
            }
        } else if ((byte < one) != is_reversed) {
            other += same + 1;
            same = 0;
            *period = other - suffix;
        } else {
            suffix = other;
            other++;
            same = 0;
            *period = 1;
        }
    }
    return suffix;
}

static size_t count_equal(const uint8_t *one, const uint8_t *other, size_t size)
{
    size_t at = 0;
    while (at < size && one[at] == other[at])
        at++;
    return at;
}

static size_t find_two_way(const uint8_t *text, size_t size, const uint8_t *needle, size_t length)
{
    size_t period, reversed_period;
    size_t cut = last_suffix(needle, length, false, &period);
    const size_t reversed_cut = last_suffix(needle, length, true, &reversed_period);
    if (reversed_cut > cut) {
        cut = reversed_cut;
        period = reversed_period;
    }
    const bool is_periodic = count_equal(needle, needle + period, cut) == cut;
    if (!is_periodic)
        period = (cut > length - cut ? cut : length - cut) + 1;
    size_t known = 0; /* bytes of the needle that are known to be the same, as it is periodic */
    for (size_t place = 0; place + length <= size;) {
        const size_t from = cut > known ? cut : known;
        const size_t behind = count_equal(needle + from, text + place + from, length - from);
        if (behind < length - from) {
            place += from - cut + behind + 1;
            known = 0;
            continue;
        }
        size_t before = cut;
        while (before > known && needle[before - 1] == text[place + before - 1])
            before--;
        if (before <= known)
            return place;
        place += period;
        known = is_periodic ? length - period : 0;
    }
    return AURA_NOWHERE;
}

/* The next place of a byte; `size` if there is none. */
static size_t next_place(const uint8_t *text, size_t size, size_t place, uint8_t byte)
{
    const uint64_t low_bits = 0x0101010101010101u, high_bits = 0x8080808080808080u;
    for (; place + 8 <= size; place += 8) {
        const uint64_t different = aura_load_64(text + place) ^ low_bits * byte;
        const uint64_t found = (different - low_bits) & ~different & high_bits; /* the lowest bit is where a byte is 0 */
        if (found != 0)
            return place + aura_zero_bytes(found);
    }
    while (place < size && text[place] != byte)
        place++;
    return place;
}

size_t aura_find(const uint8_t *text, size_t size, const uint8_t *needle, size_t length)
{
    size_t work = 0;
    for (size_t place = next_place(text, size, 0, needle[0]); place + length <= size;
         place = next_place(text, size, place + 1, needle[0])) {
        const size_t same = count_equal(text + place, needle, length);
        if (same == length)
            return place;
        work += same;
        if (work > MAX_WORK * size) {
            const size_t found = find_two_way(text + place + 1, size - place - 1, needle, length);
            return found == AURA_NOWHERE ? found : place + 1 + found;
        }
    }
    return AURA_NOWHERE;
}
