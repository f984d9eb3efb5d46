/* The numbers of a message, and what the one before in its field says of the next (rules LOC-6 and LOC-7). */
#ifndef AURA_LOCAL_NUMBER_H
#define AURA_LOCAL_NUMBER_H

#include "constants.h"

#include <stdbool.h>
#include <stddef.h>

/* The fields: of each its last number, by how much that steps, the digits of the number or 0, and how often in a row it
 * has stepped. Begin as zeros. */
typedef struct {
    uint64_t last[LOCAL_MODEL_FIELDS];
    int32_t step[LOCAL_MODEL_FIELDS];
    uint8_t digits[LOCAL_MODEL_FIELDS];
    uint8_t confidence[LOCAL_MODEL_FIELDS];
} aura_number_fields;

/* Digits of a number, as characters; the first `begin` are dropped. */
typedef struct {
    uint8_t text[LOCAL_MODEL_MAX_DIGITS + 3];
    uint8_t begin;
    uint8_t end;
} aura_digits;

/* The number in a message that may begin here or has begun, and its field. */
typedef struct {
    aura_number_fields *fields;
    uint64_t label;
    uint32_t field;
    uint32_t confidence; /* of the field */
    uint64_t value;
    uint32_t digits;      /* of the number, at most MAX_DIGITS */
    uint32_t relation;    /* to the last number of the field */
    aura_digits before;   /* that number; nothing without one */
    aura_digits expected; /* what is still expected */
} aura_numbers;

/* Begin a message (rule LOC-10). */
void aura_numbers_start(aura_numbers *numbers, aura_number_fields *fields);

/* Take in a byte of the message (rule LOC-7). */
void aura_numbers_pass(aura_numbers *numbers, uint8_t byte);

static inline bool aura_is_digit(uint32_t byte)
{
    return byte - '0' < 10;
}

/* The digit of the number before at the same position; 0 if there is none. */
static inline uint32_t aura_digit_before(const aura_numbers *numbers)
{
    return numbers->digits < numbers->before.end ? numbers->before.text[numbers->digits] : 0;
}

/* The first digit that is expected; 0 if none is. */
static inline uint32_t aura_expected_digit(const aura_numbers *numbers)
{
    return numbers->expected.begin < numbers->expected.end ? numbers->expected.text[numbers->expected.begin] : 0;
}

/* The digit after that of the number before, a candidate (rule LOC-8); 0 if there is none. */
static inline uint32_t aura_next_digit(const aura_numbers *numbers)
{
    const uint32_t digit = numbers->relation == LOCAL_MODEL_RELATION_EQUAL ? aura_digit_before(numbers) : 0;
    return digit == 0 || digit == '9' ? 0 : digit + 1;
}

/* The row of FIELD_BIASES for a candidate (rule MIX-3). */
static inline uint32_t aura_relation_of(const aura_numbers *numbers, uint32_t symbol)
{
    const bool is_digit = aura_is_digit(symbol);
    if (numbers->relation != LOCAL_MODEL_RELATION_EQUAL)
        return 5 + 2 * numbers->relation + is_digit;
    const uint32_t digit = aura_digit_before(numbers);
    if (digit == 0)
        return is_digit ? 0 : 1;
    if (!is_digit)
        return 2;
    if (symbol == digit || symbol == digit + 1)
        return 3 + symbol - digit;
    return symbol > digit ? 5 : 6;
}

/* Digits of the number before that are still to come, at most MAX_LEFT. */
static inline uint32_t aura_digits_left(const aura_numbers *numbers)
{
    const uint32_t left = numbers->digits < numbers->before.end ? numbers->before.end - numbers->digits : 0;
    return left < MIXER_MAX_LEFT ? left : MIXER_MAX_LEFT;
}

#endif
