/* Hexadecimal digits (rules SLT-8 and SLT-9). */
#include "slot_types.h"

static uint8_t value_of(uint8_t digit)
{
    return (uint8_t)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
}

aura_letters aura_letters_of(const uint8_t *digits, size_t count)
{
    bool has_lower = false, has_upper = false;
    for (size_t at = 0; at < count; at++) {
        const uint8_t digit = digits[at];
        if (digit >= '0' && digit <= '9')
            continue;
        has_lower = has_lower || (digit >= 'a' && digit <= 'f');
        has_upper = has_upper || (digit >= 'A' && digit <= 'F');
        if ((digit | 0x20) < 'a' || (digit | 0x20) > 'f' || (has_lower && has_upper))
            return AURA_NOT_HEX;
    }
    return has_upper ? AURA_UPPER : AURA_LOWER;
}

void aura_pack_hex(const uint8_t *digits, size_t count, uint8_t *out)
{
    for (size_t at = 0; at < count; at += 2) {
        const uint8_t low = at + 1 < count ? value_of(digits[at + 1]) : 0;
        out[at / 2] = (uint8_t)(value_of(digits[at]) << 4 | low);
    }
}

void aura_unpack_hex(const uint8_t *bytes, size_t count, bool is_upper, uint8_t *out)
{
    const char *const digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
    for (size_t at = 0; at < count; at++)
        out[at] = (uint8_t)digits[(at % 2 == 0 ? bytes[at / 2] >> 4 : bytes[at / 2]) & 0xF];
}
