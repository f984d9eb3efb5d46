/* Templates, as they are matched and filled (rules TPL-1 to TPL-8). Patterns are parsed by the caller. */
#ifndef AURA_TEMPLATE_H
#define AURA_TEMPLATE_H

#include "constants.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a literal that make a template selective (rule TPL-7). */
#define AURA_ANCHOR 4

/* Bytes that stand elsewhere. */
typedef struct {
    const uint8_t *text;
    size_t size;
} aura_bytes;

/* Texts in the list's `texts`. */
typedef struct {
    uint32_t text;
    uint16_t size;
} aura_alternative;

/* A slot. The alternatives of an enumeration are `choice_count` from `choices` on. */
typedef struct {
    uint32_t choices;
    uint16_t choice_count;
    uint8_t kind; /* TEMPLATE_TEXT and so on */
} aura_slot;

/* A place in the text: the slot that fills it, and the bytes of the literal behind it. */
typedef struct {
    uint16_t literal_size;
    uint8_t slot;
} aura_place;

/* A template. Its literals stand end to end; places and slots are those from a number on. */
typedef struct {
    uint64_t bytes; /* of the literals, as aura_bytes_of tells */
    uint32_t id;
    uint32_t text; /* of the literals */
    uint32_t places;
    uint32_t slots;
    uint16_t text_size;
    uint16_t first_size; /* bytes of the first literal; of all if there is no place */
    uint16_t place_count;
    uint8_t slot_count;
    bool is_typed;    /* whether any slot has a type other than text */
    bool is_anchored; /* whether some literal has AURA_ANCHOR bytes */
} aura_template;

/* Templates, in ascending order of ids, and all that they are made of. */
typedef struct {
    aura_template *templates;
    aura_place *places;
    aura_slot *slots;
    aura_alternative *alternatives;
    uint8_t *texts;
    uint32_t count;
    size_t size; /* bytes of all that */
} aura_template_list;

static inline const uint8_t *aura_literals(const aura_template_list *list, const aura_template *template)
{
    return list->texts + template->text;
}

static inline const aura_slot *aura_slot_of(const aura_template_list *list, const aura_template *template, uint32_t slot)
{
    return &list->slots[template->slots + slot];
}

/* Which bytes a text has, a bit for those that are equal mod 64. */
static inline uint64_t aura_bytes_of(const uint8_t *text, size_t size)
{
    uint64_t bytes = 0;
    for (size_t at = 0; at < size; at++)
        bytes |= (uint64_t)1 << (text[at] & 63);
    return bytes;
}

/* What trying a template costs: a step for each literal, and one more (chapter encoding). */
static inline uint32_t aura_steps_of(const aura_template *template)
{
    return template->place_count + 2u;
}

/* The template of an id, or NULL. */
const aura_template *aura_find_template(const aura_template_list *list, uint32_t id);

/* Match a message with a template that has slots (rules TPL-7 and TPL-8). The values of its slots, which has room for
 * LIMITS_MAX_SLOTS, are parts of the message. */
bool aura_template_match(const aura_template_list *list, const aura_template *template, const uint8_t *message,
                         size_t size, aura_bytes *values);

/* Bytes of the message that values render to; SIZE_MAX if that is not less. */
size_t aura_rendered_size(const aura_template_list *list, const aura_template *template, const aura_bytes *values);

/* Bytes of the longest run of characters of a slot's type that a text begins with; 0 if there is none (rule TPL-7). */
size_t aura_character_run(const aura_template_list *list, const aura_slot *slot, const uint8_t *text, size_t size);

#endif
