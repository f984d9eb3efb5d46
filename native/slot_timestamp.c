/* Timestamps (rule SLT-12). */
#include "slot_types.h"

#include <string.h>

#define DIGITS (SLOT_MAX_FRACTION_DIGITS + 1)
#define DAY 86400
#define EPOCH 738886       /* the day 2024-01-01, counted from 0001-01-01 as 1 */
#define LAST_DAY 3652059   /* 9999-12-31 */
#define CYCLE 146097       /* days of 400 years */
#define PLAIN 19           /* characters up to the seconds */

enum { NO_ZONE, UTC, WITH_COLON, WITHOUT_COLON, HOURS, ZONES };

static bool is_leap(uint32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t days_of_month(uint32_t year, uint32_t month)
{
    return month == 2 ? 28u + is_leap(year) : 30 + ((month + month / 8) & 1);
}

/* Days before a year, from the year 1 on. */
static uint32_t days_before(uint32_t year)
{
    const uint32_t past = year - 1;
    return 365 * past + past / 4 - past / 100 + past / 400;
}

/* Two digits of a number below a bound; the bound if they are none. */
static uint32_t two_digits(const uint8_t *text, uint32_t bound)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return bound;
    const uint32_t number = 10 * (uint32_t)(text[0] - '0') + (uint32_t)(text[1] - '0');
    return number < bound ? number : bound;
}

/* Seconds since the epoch, of what is written up to the seconds; false if it is no time. */
static bool read_seconds(const uint8_t *text, int64_t *seconds)
{
    const uint32_t century = two_digits(text, 100), years = two_digits(text + 2, 100);
    const uint32_t month = two_digits(text + 5, 13), day = two_digits(text + 8, 32);
    const uint32_t hour = two_digits(text + 11, 24), minute = two_digits(text + 14, 60);
    const uint32_t second = two_digits(text + 17, 60), year = 100 * century + years;
    if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':' ||
        century == 100 || years == 100 || year == 0 || month == 0 || month == 13 || day == 0 || hour == 24 ||
        minute == 60 || second == 60 || day > days_of_month(year, month))
        return false;
    uint32_t days = days_before(year) + day;
    for (uint32_t past = 1; past < month; past++)
        days += days_of_month(year, past);
    *seconds = ((int64_t)days - EPOCH) * DAY + 3600 * hour + 60 * minute + second;
    return true;
}

/* Read a zone; its bytes, SIZE_MAX if it is none. */
static size_t read_zone(const uint8_t *text, size_t size, uint32_t *zone, uint32_t *offset)
{
    *zone = NO_ZONE;
    if (size == 0)
        return 0;
    if (text[0] == 'Z') {
        *zone = UTC;
        return 1;
    }
    const uint32_t hours = size < 3 ? 24 : two_digits(text + 1, 24);
    if ((text[0] != '+' && text[0] != '-') || hours == 24)
        return SIZE_MAX;
    const size_t colon = size > 3 && text[3] == ':';
    const uint32_t minutes = size >= 5 + colon ? two_digits(text + 3 + colon, 60) : 0;
    *zone = size == 3 ? HOURS : colon ? WITH_COLON : WITHOUT_COLON;
    *offset = 2 * (60 * hours + minutes) + (text[0] == '-');
    return minutes < 60 ? (size == 3 ? 3 : 5 + colon) : SIZE_MAX;
}

size_t aura_spell_timestamp(aura_bytes value, uint8_t *out)
{
    int64_t seconds;
    if (value.size < PLAIN || !read_seconds(value.text, &seconds))
        return 0;
    size_t place = PLAIN;
    uint32_t fraction = 0, count = 0, zone, offset = 0;
    const bool has_comma = place < value.size && value.text[place] == ',';
    if (has_comma || (place < value.size && value.text[place] == '.')) {
        for (place++; place < value.size && value.text[place] >= '0' && value.text[place] <= '9'; place++, count++) {
            if (count == SLOT_MAX_FRACTION_DIGITS)
                return 0;
            fraction = 10 * fraction + (uint32_t)(value.text[place] - '0');
        }
        if (count == 0)
            return 0;
    }
    if (read_zone(value.text + place, value.size - place, &zone, &offset) != value.size - place)
        return 0;
    const uint32_t form = 2u * has_comma + (value.text[10] == ' ');
    const uint64_t zigzag = aura_zigzag(seconds < 0, (uint64_t)(seconds < 0 ? -seconds : seconds));
    const uint64_t numbers[4] = {1 + (form * ZONES + zone) * DIGITS + count, zigzag, fraction, offset};
    const bool is_written[4] = {true, true, count > 0, zone >= WITH_COLON};
    size_t size = 0;
    for (uint32_t number = 0; number < 4; number++)
        if (is_written[number])
            size += aura_varint_write(out == NULL ? NULL : out + size, numbers[number]);
    return size;
}

bool aura_parse_timestamp(aura_reader *reader, aura_spelt *spelt, uint32_t index)
{
    const aura_varint_field seconds = {SLOT_MAX_SECONDS, "an integer is larger than 549755813887",
                                       "slots.%u.value.seconds", index};
    const aura_varint_field fraction = {999999999, "an integer is larger than 999999999", "slots.%u.value.fraction",
                                        index};
    const aura_varint_field offset = {2 * 24 * 60 - 1, "an integer is larger than 2879", "slots.%u.value.offset", index};
    if (!aura_varint_read(reader, seconds, &spelt->numbers[0]))
        return false;
    if ((spelt->head - 1) % DIGITS > 0 && !aura_varint_read(reader, fraction, &spelt->numbers[1]))
        return false;
    return (spelt->head - 1) / DIGITS % ZONES < WITH_COLON || aura_varint_read(reader, offset, &spelt->numbers[2]);
}

/* Write the date of a day, 1 for 0001-01-01. */
static size_t write_date(uint32_t day, uint8_t *out)
{
    uint32_t year = (day - 1) / CYCLE * 400 + (day - 1) % CYCLE / 366 + 1, month = 1;
    while (days_before(year + 1) < day)
        year++;
    day -= days_before(year);
    for (; day > days_of_month(year, month); month++)
        day -= days_of_month(year, month);
    size_t size = aura_write_digits(year, 4, out);
    out[size++] = '-';
    size += aura_write_digits(month, 2, out + size);
    out[size++] = '-';
    return size + aura_write_digits(day, 2, out + size);
}

static size_t write_offset(uint32_t zone, uint32_t number, uint8_t *out)
{
    out[0] = number % 2 != 0 ? '-' : '+';
    size_t size = 1 + aura_write_digits(number / 2 / 60, 2, out + 1);
    if (zone == HOURS)
        return size;
    if (zone == WITH_COLON)
        out[size++] = ':';
    return size + aura_write_digits(number / 2 % 60, 2, out + size);
}

size_t aura_render_timestamp(const aura_spelt *spelt, uint8_t *out, uint32_t index, aura_error *error)
{
    const uint32_t count = (uint32_t)(spelt->head - 1) % DIGITS, form = (uint32_t)(spelt->head - 1) / DIGITS;
    const uint32_t zone = form % ZONES, offset = (uint32_t)spelt->numbers[2];
    const int64_t half = (int64_t)(spelt->numbers[0] / 2);
    const int64_t seconds = (spelt->numbers[0] % 2 != 0 ? -half - 1 : half) + (int64_t)EPOCH * DAY;
    const int64_t day = seconds < 0 ? 0 : seconds / DAY;
    if (day < 1 || day > LAST_DAY) {
        aura_fail_in(error, AURA_MALFORMED, 1, "slots.%u", index, "a timestamp is outside the years 1 to 9999");
        return 0;
    }
    if (zone == HOURS && offset / 2 % 60 != 0) {
        aura_fail_in(error, AURA_MALFORMED, 1, "slots.%u", index, "an offset in whole hours has minutes");
        return 0;
    }
    const uint64_t of_day = (uint64_t)(seconds % DAY);
    size_t size = write_date((uint32_t)day, out);
    out[size++] = form / ZONES % 2 != 0 ? ' ' : 'T';
    size += aura_write_digits(of_day / 3600, 2, out + size);
    out[size++] = ':';
    size += aura_write_digits(of_day / 60 % 60, 2, out + size);
    out[size++] = ':';
    size += aura_write_digits(of_day % 60, 2, out + size);
    if (count > 0) {
        out[size++] = form / ZONES / 2 != 0 ? ',' : '.';
        size += aura_write_digits(spelt->numbers[1], count, out + size);
    }
    if (zone == UTC)
        out[size++] = 'Z';
    return zone < WITH_COLON ? size : size + write_offset(zone, offset, out + size);
}
