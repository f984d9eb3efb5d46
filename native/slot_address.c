/* IPv4 and IPv6 addresses (rules SLT-10 and SLT-11). */
#include "memory.h"
#include "slot_types.h"

#include <string.h>

#define GROUPS 8
#define MAX_ADDRESS 39
#define MAPPED (SLOT_IPV6_FORMS - 1)

static const uint8_t BEFORE_QUAD[7] = {':', ':', 'f', 'f', 'f', 'f', ':'};

/* The four bytes of an address. */
static bool read_quad(aura_bytes value, uint8_t quad[4])
{
    size_t place = 0;
    for (uint32_t number = 0; number < 4; number++) {
        if (number > 0 && (place == value.size || value.text[place++] != '.'))
            return false;
        const size_t start = place;
        uint32_t byte = 0;
        while (place < value.size && place - start < 3 && value.text[place] >= '0' && value.text[place] <= '9')
            byte = 10 * byte + (uint32_t)(value.text[place++] - '0');
        if (place == start || byte > 255 || (place - start > 1 && value.text[start] == '0'))
            return false;
        quad[number] = (uint8_t)byte;
    }
    return place == value.size;
}

size_t aura_spell_ipv4(aura_bytes value, uint8_t *out)
{
    uint8_t quad[4];
    if (!read_quad(value, quad))
        return 0;
    if (out != NULL) {
        out[0] = 1;
        memcpy(out + 1, quad, sizeof quad);
    }
    return 1 + sizeof quad;
}

size_t aura_render_ipv4(const uint8_t *quad, uint8_t *out)
{
    size_t size = 0;
    for (uint32_t number = 0; number < 4; number++) {
        if (number > 0)
            out[size++] = '.';
        size += aura_write_digits(quad[number], 1, out + size);
    }
    return size;
}

/* Read groups with colons between them from `place` up to an end or a double colon, behind which `place` is then; how
 * many there are, GROUPS + 1 if they are none. */
static uint32_t read_groups(aura_bytes text, size_t *place, uint32_t groups[GROUPS])
{
    uint32_t count = 0;
    if (*place == text.size)
        return 0;
    for (;; count++) {
        const size_t start = *place;
        uint32_t group = 0;
        for (; *place < text.size && *place - start < 4; (*place)++) {
            const uint8_t digit = text.text[*place];
            if (digit >= '0' && digit <= '9')
                group = group << 4 | (uint32_t)(digit - '0');
            else if (digit >= 'a' && digit <= 'f')
                group = group << 4 | (uint32_t)(digit - 'a' + 10);
            else
                break;
        }
        const bool is_double = *place + 1 < text.size && text.text[*place] == ':' && text.text[*place + 1] == ':';
        if (*place == start && count == 0 && is_double) {
            *place += 2;
            return 0;
        }
        if (*place == start || count == GROUPS)
            return GROUPS + 1;
        groups[count] = group;
        if (*place == text.size)
            return count + 1;
        if (is_double) {
            *place += 2;
            return count + 1;
        }
        if (text.text[(*place)++] != ':')
            return GROUPS + 1;
    }
}

/* The groups of an address in lower case without a dotted quad. */
static bool read_address(aura_bytes text, uint32_t groups[GROUPS])
{
    uint32_t behind[GROUPS];
    size_t place = 0;
    const uint32_t before = read_groups(text, &place, groups);
    if (before > GROUPS)
        return false;
    const bool has_double = place >= 2 && text.text[place - 1] == ':' && text.text[place - 2] == ':';
    if (!has_double)
        return before == GROUPS && place == text.size;
    const uint32_t count = read_groups(text, &place, behind);
    if (count > GROUPS || place < text.size || before + count > GROUPS)
        return false;
    for (uint32_t group = before; group < GROUPS; group++)
        groups[group] = group < GROUPS - count ? 0 : behind[group - (GROUPS - count)];
    return true;
}

/* Write groups with colons between them, in digits without leading zeros or four each. */
static size_t write_groups(const uint32_t *groups, uint32_t count, bool is_padded, uint8_t *out)
{
    size_t size = 0;
    for (uint32_t group = 0; group < count; group++) {
        const uint8_t bytes[2] = {(uint8_t)(groups[group] >> 8), (uint8_t)groups[group]};
        uint8_t digits[4];
        uint32_t first = 0;
        aura_unpack_hex(bytes, 4, false, digits);
        while (!is_padded && first < 3 && digits[first] == '0')
            first++;
        if (group > 0)
            out[size++] = ':';
        memcpy(out + size, digits + first, 4 - first);
        size += 4 - first;
    }
    return size;
}

/* The first of the longest runs of two or more zeros; its length is 0 if there is none. */
static uint32_t longest_zeros(const uint32_t groups[GROUPS], uint32_t *length)
{
    uint32_t start = 0, zeros = 0;
    *length = 0;
    for (uint32_t group = 0; group < GROUPS; group++) {
        zeros = groups[group] == 0 ? zeros + 1 : 0;
        if (zeros > 1 && zeros > *length) {
            *length = zeros;
            start = group + 1 - zeros;
        }
    }
    return start;
}

/* Write an address in one of the forms in lower case: the shortest, without leading zeros, or with them. */
static size_t write_address(const uint32_t groups[GROUPS], uint32_t form, uint8_t *out)
{
    uint32_t zeros = 0;
    const uint32_t start = form == 0 ? longest_zeros(groups, &zeros) : 0;
    if (zeros == 0)
        return write_groups(groups, GROUPS, form == 2, out);
    size_t size = write_groups(groups, start, false, out);
    out[size++] = ':';
    out[size++] = ':';
    return size + write_groups(groups + start + zeros, GROUPS - start - zeros, false, out + size);
}

static size_t write_spelt(uint32_t form, const uint32_t groups[GROUPS], uint8_t *out)
{
    for (uint32_t group = 0; group < GROUPS && out != NULL; group++) {
        out[1 + 2 * group] = (uint8_t)(groups[group] >> 8);
        out[2 + 2 * group] = (uint8_t)groups[group];
    }
    if (out != NULL)
        out[0] = (uint8_t)(1 + form);
    return 1 + 2 * GROUPS;
}

static size_t spell_mapped(aura_bytes value, uint8_t *out)
{
    uint8_t quad[4];
    if (value.size < sizeof BEFORE_QUAD || !aura_are_equal(value.text, BEFORE_QUAD, sizeof BEFORE_QUAD) ||
        !read_quad((aura_bytes){value.text + sizeof BEFORE_QUAD, value.size - sizeof BEFORE_QUAD}, quad))
        return 0;
    const uint32_t groups[GROUPS] = {0, 0, 0, 0, 0, 0xFFFF, (uint32_t)quad[0] << 8 | quad[1],
                                     (uint32_t)quad[2] << 8 | quad[3]};
    return write_spelt(MAPPED, groups, out);
}

size_t aura_spell_ipv6(aura_bytes value, uint8_t *out)
{
    uint8_t lower[MAX_ADDRESS], form_text[MAX_ADDRESS + 1];
    uint32_t groups[GROUPS];
    bool has_lower = false, has_upper = false;
    if (value.size < SLOT_MIN_IPV6 || value.size > MAX_ADDRESS)
        return 0;
    for (size_t place = 0; place < value.size; place++) {
        const uint8_t byte = value.text[place];
        const bool is_upper = byte >= 'A' && byte <= 'F';
        if (byte == '.')
            return spell_mapped(value, out);
        has_upper = has_upper || is_upper;
        has_lower = has_lower || (byte >= 'a' && byte <= 'f');
        lower[place] = is_upper ? byte | 0x20 : byte;
    }
    if ((has_lower && has_upper) || !read_address((aura_bytes){lower, value.size}, groups))
        return 0;
    for (uint32_t form = 0; form < 3; form++)
        if (write_address(groups, form, form_text) == value.size && aura_are_equal(form_text, lower, value.size))
            return write_spelt(2 * form + has_upper, groups, out);
    return 0;
}

size_t aura_render_ipv6(const aura_spelt *spelt, uint8_t *out)
{
    const uint32_t form = (uint32_t)(spelt->head - 1);
    if (form == MAPPED) {
        memcpy(out, BEFORE_QUAD, sizeof BEFORE_QUAD);
        return sizeof BEFORE_QUAD + aura_render_ipv4(spelt->data.text + 12, out + sizeof BEFORE_QUAD);
    }
    uint32_t groups[GROUPS];
    for (uint32_t group = 0; group < GROUPS; group++)
        groups[group] = (uint32_t)spelt->data.text[2 * group] << 8 | spelt->data.text[2 * group + 1];
    const size_t size = write_address(groups, form / 2, out);
    for (size_t place = 0; place < size && form % 2 != 0; place++)
        if (out[place] >= 'a')
            out[place] &= 0xDF;
    return size;
}
