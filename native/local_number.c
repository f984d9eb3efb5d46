/* The numbers of a message (rules LOC-6 and LOC-7). */
#include "local_number.h"

/* The field of a number behind a label (rule LOC-6). */
static uint32_t field_index(uint64_t label)
{
    uint32_t number = (uint32_t)(label >> 32) * LOCAL_MODEL_HASH_MULTIPLIER + (uint32_t)label;
    number ^= number >> 15;
    return number * LOCAL_MODEL_HASH_MULTIPLIER_2 >> 24;
}

/* Write a number with zeros before it up to a count of digits. */
static void write_digits(aura_digits *digits, uint64_t number, uint32_t count)
{
    uint8_t backwards[sizeof digits->text];
    uint32_t size = 0;
    for (; number > 0 || size < count; number /= 10)
        backwards[size++] = (uint8_t)('0' + number % 10);
    digits->begin = 0;
    digits->end = (uint8_t)size;
    for (uint32_t at = 0; at < size; at++)
        digits->text[at] = backwards[size - 1 - at];
}

/* A number may begin (rule LOC-6). */
static void begin_number(aura_numbers *numbers)
{
    const aura_number_fields *fields = numbers->fields;
    const uint32_t field = numbers->field = field_index(numbers->label);
    numbers->value = 0;
    numbers->digits = 0;
    numbers->before.end = numbers->expected.begin = numbers->expected.end = 0;
    numbers->relation = LOCAL_MODEL_RELATION_NONE;
    if (fields->digits[field] == 0)
        return;
    numbers->relation = LOCAL_MODEL_RELATION_EQUAL;
    numbers->confidence = fields->confidence[field];
    write_digits(&numbers->before, fields->last[field], fields->digits[field]);
    /* far from the ends: a number has 16 digits at most */
    const int64_t next = (int64_t)fields->last[field] + fields->step[field];
    if (fields->step[field] != 0 && next >= 0)
        write_digits(&numbers->expected, (uint64_t)next, fields->digits[field]);
}

/* Let the field learn the number that ends (rule LOC-7). */
static void end_number(aura_numbers *numbers)
{
    aura_number_fields *fields = numbers->fields;
    const uint32_t field = numbers->field;
    if (numbers->digits == 0 || numbers->digits == LOCAL_MODEL_MAX_DIGITS)
        return;
    if (fields->digits[field] > 0) {
        const int64_t step = (int64_t)numbers->value - (int64_t)fields->last[field];
        if (step != 0 && step == fields->step[field]) {
            if (fields->confidence[field] < LOCAL_MODEL_MAX_CONFIDENCE)
                fields->confidence[field]++;
        } else {
            const int64_t limit = (int64_t)1 << 31;
            fields->step[field] = -limit < step && step < limit ? (int32_t)step : 0;
            fields->confidence[field] = 0;
        }
    }
    fields->last[field] = numbers->value;
    fields->digits[field] = (uint8_t)numbers->digits;
}

void aura_numbers_start(aura_numbers *numbers, aura_number_fields *fields)
{
    *numbers = (aura_numbers){.fields = fields};
    begin_number(numbers); /* rule LOC-6 asks for the field before the first byte, too */
}

void aura_numbers_pass(aura_numbers *numbers, uint8_t byte)
{
    if (!aura_is_digit(byte)) {
        end_number(numbers);
        numbers->label = numbers->label << 8 | byte;
        begin_number(numbers);
        return;
    }
    if (numbers->relation == LOCAL_MODEL_RELATION_EQUAL) {
        const uint32_t before = aura_digit_before(numbers);
        if (before == 0)
            numbers->relation = LOCAL_MODEL_RELATION_LONGER;
        else if (byte != before)
            numbers->relation = byte > before ? LOCAL_MODEL_RELATION_GREATER : LOCAL_MODEL_RELATION_LESS;
    }
    if (numbers->digits < LOCAL_MODEL_MAX_DIGITS) {
        numbers->value = 10 * numbers->value + byte - '0';
        numbers->digits++;
    }
    if (aura_expected_digit(numbers) == byte)
        numbers->expected.begin++;
    else
        numbers->expected.end = numbers->expected.begin;
}
