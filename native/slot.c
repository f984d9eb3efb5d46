/* Values of typed slots: heads and parts of each type. Addresses and timestamps have files of their own. */
#include "slot.h"

#include "memory.h"
#include "slot_types.h"

#include <string.h>

/* How a type is refused, by its kind. */
static const char *const OTHER_SPELLING[] = {
    [TEMPLATE_TEXT] = "",
    [TEMPLATE_WORD] = "",
    [TEMPLATE_INT] = "a value has another spelling as int",
    [TEMPLATE_DECIMAL] = "a value has another spelling as decimal",
    [TEMPLATE_HEX] = "a value has another spelling as hex",
    [TEMPLATE_UUID] = "a value has another spelling as uuid",
    [TEMPLATE_IPV4] = "a value has another spelling as ipv4",
    [TEMPLATE_IPV6] = "a value has another spelling as ipv6",
    [TEMPLATE_TIMESTAMP] = "a value has another spelling as timestamp",
    [TEMPLATE_ENUM] = "a value has another spelling as enum",
};
static const char *const TOO_LARGE[] = {
    [TEMPLATE_TEXT] = "",
    [TEMPLATE_WORD] = "",
    [TEMPLATE_INT] = "",
    [TEMPLATE_DECIMAL] = "the head of decimal is larger than %u",
    [TEMPLATE_HEX] = "the head of hex is larger than %u",
    [TEMPLATE_UUID] = "the head of uuid is larger than %u",
    [TEMPLATE_IPV4] = "the head of ipv4 is larger than %u",
    [TEMPLATE_IPV6] = "the head of ipv6 is larger than %u",
    [TEMPLATE_TIMESTAMP] = "the head of timestamp is larger than %u",
    [TEMPLATE_ENUM] = "the head of enum is larger than %u",
};

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* Read digits without leading zeros, `most` at most, into a number; how many there are, 0 if it gets too large. */
static size_t read_number(aura_bytes text, size_t most, uint64_t *number)
{
    size_t count = 0;
    *number = 0;
    for (; count < text.size && count < most && is_digit(text.text[count]); count++) {
        if (count == 1 && text.text[0] == '0')
            break;
        *number = 10 * *number + (uint64_t)(text.text[count] - '0');
    }
    return count;
}

/* Rule SLT-6. */
static size_t spell_int(aura_bytes value, uint8_t *out)
{
    uint64_t number;
    const bool is_negative = value.size > 0 && value.text[0] == '-';
    const size_t count = read_number((aura_bytes){value.text + is_negative, value.size - is_negative}, 19, &number);
    if (count == 0 || count + is_negative != value.size || number > SLOT_MAX_MAGNITUDE || (is_negative && number == 0))
        return 0;
    return aura_varint_write(out, 1 + aura_zigzag(is_negative, number));
}

/* Rule SLT-7. */
static size_t spell_decimal(aura_bytes value, uint8_t *out)
{
    uint64_t number;
    const bool is_negative = value.size > 0 && value.text[0] == '-';
    size_t place = is_negative;
    const size_t whole = read_number((aura_bytes){value.text + place, value.size - place}, 19, &number);
    place += whole;
    if (whole == 0)
        return 0;
    size_t scale = 0;
    if (place < value.size) {
        if (value.text[place++] != '.')
            return 0;
        for (; place < value.size && is_digit(value.text[place]); place++, scale++) {
            const uint64_t digit = (uint64_t)(value.text[place] - '0');
            if (scale == SLOT_MAX_SCALE || number > (UINT64_MAX - digit) / 10)
                return 0;
            number = 10 * number + digit;
        }
        if (scale == 0 || place < value.size)
            return 0;
    }
    const size_t head = aura_varint_write(out, 1 + 2 * scale + is_negative);
    return head + aura_varint_write(out == NULL ? NULL : out + head, number);
}

/* Rule SLT-8. */
static size_t spell_hex(aura_bytes value, uint8_t *out)
{
    const aura_letters letters = aura_letters_of(value.text, value.size);
    if (value.size == 0 || value.size >= (size_t)1 << 31 || letters == AURA_NOT_HEX)
        return 0;
    const size_t head = aura_varint_write(out, 1 + 2 * (uint64_t)value.size + (letters == AURA_UPPER));
    if (out != NULL)
        aura_pack_hex(value.text, value.size, out + head);
    return head + (value.size + 1) / 2;
}

/* Rule SLT-9. */
static size_t spell_uuid(aura_bytes value, uint8_t *out)
{
    uint8_t digits[32];
    size_t count = 0;
    if (value.size != 36)
        return 0;
    for (size_t place = 0; place < 36; place++) {
        const bool is_hyphen = place == 8 || place == 13 || place == 18 || place == 23;
        if (is_hyphen != (value.text[place] == '-'))
            return 0;
        if (!is_hyphen)
            digits[count++] = value.text[place];
    }
    const aura_letters letters = aura_letters_of(digits, count);
    if (letters == AURA_NOT_HEX)
        return 0;
    if (out != NULL) {
        out[0] = letters == AURA_UPPER ? 2 : 1;
        aura_pack_hex(digits, count, out + 1);
    }
    return 17;
}

/* Rule SLT-13. */
static size_t spell_enum(const aura_template_list *list, const aura_slot *slot, aura_bytes value, uint8_t *out)
{
    for (uint32_t choice = 0; choice < slot->choice_count; choice++) {
        const aura_alternative *alternative = &list->alternatives[slot->choices + choice];
        if (alternative->size == value.size && aura_are_equal(list->texts + alternative->text, value.text, value.size))
            return aura_varint_write(out, 1 + choice);
    }
    return 0;
}

size_t aura_slot_spell(const aura_template_list *list, const aura_slot *slot, aura_bytes value, uint8_t *out)
{
    switch (slot->kind) {
    case TEMPLATE_INT:
        return spell_int(value, out);
    case TEMPLATE_DECIMAL:
        return spell_decimal(value, out);
    case TEMPLATE_HEX:
        return spell_hex(value, out);
    case TEMPLATE_UUID:
        return spell_uuid(value, out);
    case TEMPLATE_IPV4:
        return aura_spell_ipv4(value, out);
    case TEMPLATE_IPV6:
        return aura_spell_ipv6(value, out);
    case TEMPLATE_TIMESTAMP:
        return aura_spell_timestamp(value, out);
    case TEMPLATE_ENUM:
        return spell_enum(list, slot, value, out);
    default:
        return 0;
    }
}

static uint64_t largest_head(const aura_slot *slot)
{
    switch (slot->kind) {
    case TEMPLATE_INT:
        return 2 * (uint64_t)SLOT_MAX_MAGNITUDE + 1;
    case TEMPLATE_DECIMAL:
        return 2 + 2 * SLOT_MAX_SCALE;
    case TEMPLATE_HEX:
        return UINT32_MAX;
    case TEMPLATE_UUID:
        return 2;
    case TEMPLATE_IPV4:
        return 1;
    case TEMPLATE_IPV6:
        return SLOT_IPV6_FORMS;
    case TEMPLATE_TIMESTAMP:
        return AURA_TIMESTAMP_HEADS;
    default:
        return slot->choice_count;
    }
}

/* Bytes of content behind a head. */
static size_t content_size(const aura_slot *slot, uint64_t head)
{
    switch (slot->kind) {
    case TEMPLATE_HEX:
        return (size_t)((head + 1) / 2 / 2);
    case TEMPLATE_UUID:
    case TEMPLATE_IPV6:
        return 16;
    case TEMPLATE_IPV4:
        return 4;
    default:
        return 0;
    }
}

bool aura_slot_parse(const aura_slot *slot, aura_reader *reader, uint32_t index, aura_spelt *spelt)
{
    const size_t start = reader->place;
    const uint64_t largest = largest_head(slot);
    *spelt = (aura_spelt){0};
    if (!aura_varint_read(reader, (aura_varint_field){UINT64_MAX, AURA_ABOVE_64_BITS, "slots.%u.head", index},
                          &spelt->head))
        return false;
    if (spelt->head > largest) {
        reader->error->number = (uint32_t)largest;
        return aura_fail_in(reader->error, AURA_MALFORMED, start, "slots.%u.head", index, TOO_LARGE[slot->kind]);
    }
    if (spelt->head == 0)
        return true;
    if (slot->kind == TEMPLATE_DECIMAL &&
        !aura_varint_read(reader, (aura_varint_field){UINT64_MAX, AURA_ABOVE_64_BITS, "slots.%u.value.digits", index},
                          &spelt->numbers[0]))
        return false;
    if (slot->kind == TEMPLATE_TIMESTAMP && !aura_parse_timestamp(reader, spelt, index))
        return false;
    spelt->data = (aura_bytes){reader->bytes + reader->place, content_size(slot, spelt->head)};
    if (spelt->data.size > reader->size - reader->place)
        return aura_fail_in(reader->error, AURA_TRUNCATED, reader->size, "slots.%u.value.content", index,
                            "the message ends inside a field");
    reader->place += spelt->data.size;
    spelt->wire = (aura_bytes){reader->bytes + start, reader->place - start};
    return true;
}

/* Write a number in decimal digits, with zeros before it up to a count; how many there are. */
size_t aura_write_digits(uint64_t number, size_t count, uint8_t *out)
{
    uint8_t backwards[32];
    size_t size = 0;
    for (; number > 0 || size < count; number /= 10)
        backwards[size++] = (uint8_t)('0' + number % 10);
    for (size_t at = 0; at < size; at++)
        out[at] = backwards[size - 1 - at];
    return size;
}

static size_t render_int(const aura_spelt *spelt, uint8_t *out)
{
    const uint64_t folded = spelt->head - 1;
    const bool is_negative = folded & 1;
    if (is_negative)
        out[0] = '-';
    return is_negative + aura_write_digits(is_negative ? folded / 2 + 1 : folded / 2, 1, out + is_negative);
}

static size_t render_decimal(const aura_spelt *spelt, uint8_t *out)
{
    const size_t scale = (size_t)(spelt->head - 1) / 2, is_negative = (spelt->head - 1) % 2;
    out[0] = '-';
    size_t size = is_negative + aura_write_digits(spelt->numbers[0], scale + 1, out + is_negative);
    if (scale == 0)
        return size;
    for (size_t at = size; at > size - scale; at--)
        out[at] = out[at - 1];
    out[size - scale] = '.';
    return size + 1;
}

static size_t render_uuid(const aura_spelt *spelt, uint8_t *out)
{
    size_t size = 0;
    for (size_t place = 0; place < 16; place++) {
        if (place == 4 || place == 6 || place == 8 || place == 10)
            out[size++] = '-';
        aura_unpack_hex(spelt->data.text + place, 2, spelt->head == 2, out + size);
        size += 2;
    }
    return size;
}

size_t aura_slot_render(const aura_template_list *list, const aura_slot *slot, const aura_spelt *spelt, uint8_t *out,
                        uint32_t index, aura_error *error)
{
    const aura_alternative *alternative;
    switch (slot->kind) {
    case TEMPLATE_INT:
        return render_int(spelt, out);
    case TEMPLATE_DECIMAL:
        return render_decimal(spelt, out);
    case TEMPLATE_HEX:
        aura_unpack_hex(spelt->data.text, (size_t)(spelt->head - 1) / 2, (spelt->head - 1) % 2 != 0, out);
        return (size_t)(spelt->head - 1) / 2;
    case TEMPLATE_UUID:
        return render_uuid(spelt, out);
    case TEMPLATE_IPV4:
        return aura_render_ipv4(spelt->data.text, out);
    case TEMPLATE_IPV6:
        return aura_render_ipv6(spelt, out);
    case TEMPLATE_TIMESTAMP:
        return aura_render_timestamp(spelt, out, index, error);
    default:
        alternative = &list->alternatives[slot->choices + spelt->head - 1];
        memcpy(out, list->texts + alternative->text, alternative->size);
        return alternative->size;
    }
}

/* Whether hexadecimal digits are spelt as rule SLT-8 says: some digits, nothing behind an odd one, and upper case only
 * where there are letters. */
static bool is_hex_canonical(const aura_spelt *spelt)
{
    const size_t count = (size_t)(spelt->head - 1) / 2;
    if (count == 0 || (count % 2 != 0 && (spelt->data.text[count / 2] & 0xF) != 0))
        return false;
    bool has_letters = (spelt->head - 1) % 2 == 0;
    for (size_t place = 0; place < spelt->data.size && !has_letters; place++)
        has_letters = spelt->data.text[place] >> 4 > 9 || (spelt->data.text[place] & 0xF) > 9;
    return has_letters;
}

bool aura_slot_check(const aura_template_list *list, const aura_slot *slot, const aura_spelt *spelt, uint32_t index,
                     size_t *size, aura_error *error)
{
    uint8_t rendered[AURA_MAX_RENDERED], wire[AURA_MAX_SPELT + AURA_MAX_RENDERED];
    bool is_canonical = true;
    if (spelt->head == 0) {
        *size = spelt->data.size;
        is_canonical = aura_slot_spell(list, slot, spelt->data, NULL) == 0;
    } else if (slot->kind == TEMPLATE_HEX) {
        *size = (size_t)(spelt->head - 1) / 2;
        is_canonical = is_hex_canonical(spelt);
    } else if (slot->kind == TEMPLATE_ENUM) {
        *size = list->alternatives[slot->choices + spelt->head - 1].size;
    } else {
        *size = aura_slot_render(list, slot, spelt, rendered, index, error);
        if (*size == 0)
            return false;
        is_canonical = aura_slot_spell(list, slot, (aura_bytes){rendered, *size}, wire) == spelt->wire.size &&
                       aura_are_equal(wire, spelt->wire.text, spelt->wire.size);
    }
    return is_canonical ||
           aura_fail_in(error, AURA_NON_CANONICAL, 1, "slots.%u", index, OTHER_SPELLING[slot->kind]);
}
