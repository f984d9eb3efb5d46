/* Which messages match no template. */
#include "template_filter.h"

#include "memory.h"

/* Bytes of a literal that are looked for, and of messages that are looked at for all templates together: both bound the
 * time, whoever made the templates. */
#define MAX_LOOKED_FOR 16
#define MAX_LOOKED_AT (1 << 18)

/* Whether a text may hold a literal; `left` is how many bytes may still be looked at. */
static bool may_hold(const uint8_t *text, size_t size, aura_literal literal, size_t *left)
{
    if (literal.size == 0 || *left < size)
        return true;
    *left -= size;
    const uint32_t looked_for = literal.size < MAX_LOOKED_FOR ? literal.size : MAX_LOOKED_FOR;
    for (size_t place = 0; place + literal.size <= size; place++)
        if (text[place] == literal.text[0] && aura_are_equal(text + place, literal.text, looked_for))
            return true;
    return false;
}

static bool may_match(const aura_template_look *look, const uint8_t *message, size_t size, size_t *left)
{
    if (size < look->literals_size || !aura_are_equal(message, look->first.text, look->first.size))
        return false;
    if (look->is_whole)
        return size == look->first.size;
    if (!aura_are_equal(message + size - look->last.size, look->last.text, look->last.size))
        return false;
    if (look->beginning != NULL) { /* a type has at least a character */
        const uint8_t byte = look->first.size < size ? message[look->first.size] : 0;
        if (look->first.size == size || !(look->beginning[byte >> 3] >> (byte & 7) & 1))
            return false;
    }
    return may_hold(message, size, look->longest, left);
}

static bool any_may_match(const aura_template_filter *filter, uint32_t group, const uint8_t *message, size_t size,
                          size_t *left)
{
    for (uint32_t place = group == 0 ? 0 : filter->ends[group - 1]; place < filter->ends[group]; place++)
        if (may_match(&filter->looks[place], message, size, left))
            return true;
    return false;
}

bool aura_may_match(const aura_template_filter *filter, const uint8_t *message, size_t size)
{
    size_t left = MAX_LOOKED_AT;
    return (size > 0 && any_may_match(filter, message[0], message, size, &left)) ||
           any_may_match(filter, 256, message, size, &left);
}
