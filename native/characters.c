/* The characters of types, as the regular expressions of the chapter on templates have them (rule TPL-7). */
#include "memory.h"
#include "template.h"

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_hex(uint8_t byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The digits that a text begins with, `most` at most. */
static size_t digits(const uint8_t *text, size_t size, size_t most)
{
    size_t count = 0;
    while (count < size && count < most && is_digit(text[count]))
        count++;
    return count;
}

static size_t word(const uint8_t *text, size_t size)
{
    size_t count = 0;
    while (count < size && !is_space(text[count]))
        count++;
    return count;
}

static size_t integer(const uint8_t *text, size_t size)
{
    const size_t sign = size > 0 && text[0] == '-', count = digits(text + sign, size - sign, size);
    return count > 0 ? sign + count : 0;
}

static size_t decimal(const uint8_t *text, size_t size)
{
    const size_t whole = integer(text, size);
    if (whole == 0 || whole == size || text[whole] != '.')
        return whole;
    const size_t count = digits(text + whole + 1, size - whole - 1, size);
    return count > 0 ? whole + 1 + count : whole;
}

/* Hexadecimal digits, and one or two other characters. */
static size_t hexadecimal(const uint8_t *text, size_t size, size_t most, uint8_t one, uint8_t other)
{
    size_t count = 0;
    while (count < size && count < most && (is_hex(text[count]) || text[count] == one || text[count] == other))
        count++;
    return count;
}

static size_t ipv4(const uint8_t *text, size_t size)
{
    size_t place = 0;
    for (uint32_t number = 0; number < 4; number++) {
        if (number > 0) {
            if (place == size || text[place] != '.')
                return 0;
            place++;
        }
        const size_t count = digits(text + place, size - place, 3);
        if (count == 0)
            return 0;
        place += count;
    }
    return place;
}

/* The zone that a text begins with. */
static size_t zone(const uint8_t *text, size_t size)
{
    if (size > 0 && text[0] == 'Z')
        return 1;
    if (size < 3 || (text[0] != '+' && text[0] != '-') || digits(text + 1, size - 1, 2) < 2)
        return 0;
    const size_t colon = size > 3 && text[3] == ':';
    return digits(text + 3 + colon, size - 3 - colon, 2) == 2 ? 5 + colon : 3;
}

static size_t timestamp(const uint8_t *text, size_t size)
{
    static const char FORM[] = "0000-00-00T00:00:00";
    size_t place = 0;
    if (size < sizeof FORM - 1)
        return 0;
    for (; place < sizeof FORM - 1; place++) {
        const uint8_t byte = text[place], wanted = (uint8_t)FORM[place];
        if (wanted == '0' ? !is_digit(byte) : byte != wanted && (wanted != 'T' || byte != ' '))
            return 0;
    }
    if (place < size && (text[place] == '.' || text[place] == ',')) {
        const size_t count = digits(text + place + 1, size - place - 1, SLOT_MAX_FRACTION_DIGITS);
        place += count > 0 ? 1 + count : 0;
    }
    return place + zone(text + place, size - place);
}

static size_t enumeration(const aura_template_list *list, const aura_slot *slot, const uint8_t *text, size_t size)
{
    size_t longest = 0;
    for (uint32_t choice = 0; choice < slot->choice_count; choice++) {
        const aura_alternative *alternative = &list->alternatives[slot->choices + choice];
        if (alternative->size > longest && alternative->size <= size &&
            aura_are_equal(list->texts + alternative->text, text, alternative->size))
            longest = alternative->size;
    }
    return longest;
}

size_t aura_character_run(const aura_template_list *list, const aura_slot *slot, const uint8_t *text, size_t size)
{
    size_t count;
    switch (slot->kind) {
    case TEMPLATE_WORD:
        return word(text, size);
    case TEMPLATE_INT:
        return integer(text, size);
    case TEMPLATE_DECIMAL:
        return decimal(text, size);
    case TEMPLATE_HEX:
        return hexadecimal(text, size, size, '0', '0');
    case TEMPLATE_UUID:
        return hexadecimal(text, size, 36, '-', '-') == 36 ? 36 : 0;
    case TEMPLATE_IPV4:
        return ipv4(text, size);
    case TEMPLATE_IPV6:
        count = hexadecimal(text, size, 39, ':', '.');
        return count >= 2 ? count : 0;
    case TEMPLATE_TIMESTAMP:
        return timestamp(text, size);
    case TEMPLATE_ENUM:
        return enumeration(list, slot, text, size);
    default:
        return size;
    }
}
