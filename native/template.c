/* Matching messages with templates. */
#include "template.h"

#include "find.h"
#include "memory.h"

const aura_template *aura_find_template(const aura_template_list *list, uint32_t id)
{
    uint32_t begin = 0, end = list->count;
    while (begin < end) {
        const uint32_t middle = begin + (end - begin) / 2;
        if (list->templates[middle].id < id)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin < list->count && list->templates[begin].id == id ? &list->templates[begin] : NULL;
}

/* The value of a place is found; false if the slot has another one already (rule TPL-3). */
static bool take_value(aura_bytes *value, const uint8_t *text, size_t size)
{
    if (value->text != NULL)
        return value->size == size && aura_are_equal(value->text, text, size);
    *value = (aura_bytes){text, size};
    return true;
}

/* Where the value of a place ends that begins at `from`, by the literal behind it; NULL if there is no such place. */
static const uint8_t *end_of_value(const aura_template_list *list, const aura_slot *slot, bool is_text,
                                   const uint8_t *from, const uint8_t *end, const uint8_t *literal, size_t literal_size)
{
    const size_t left = (size_t)(end - from);
    if (!is_text) {
        const size_t run = aura_character_run(list, slot, from, left);
        if (run > 0 && left - run >= literal_size && aura_are_equal(from + run, literal, literal_size))
            return from + run;
    }
    const size_t found = aura_find(from, left, literal, literal_size);
    if (found == AURA_NOWHERE ||
        (!is_text && (found == 0 || aura_character_run(list, slot, from, found) != found)))
        return NULL;
    return from + found;
}

/* Cut what stands between the first literal and the last: one attempt. `agrees` tells whether no slot has two values. */
static bool cut(const aura_template_list *list, const aura_template *template, bool by_type, const uint8_t *from,
                const uint8_t *end, aura_bytes *values, bool *agrees)
{
    const aura_place *place = &list->places[template->places], *last = place + template->place_count - 1;
    const uint8_t *literal = aura_literals(list, template) + template->first_size;
    for (uint32_t slot = 0; slot < template->slot_count; slot++)
        values[slot].text = NULL;
    *agrees = true;
    for (; place <= last; place++) {
        const aura_slot *slot = aura_slot_of(list, template, place->slot);
        const bool is_text = !by_type || slot->kind == TEMPLATE_TEXT;
        const uint8_t *to = end;
        if (place < last)
            to = end_of_value(list, slot, is_text, from, end, literal, place->literal_size);
        else if (!is_text && (from == end || aura_character_run(list, slot, from, (size_t)(end - from)) !=
                                                 (size_t)(end - from)))
            to = NULL;
        if (to == NULL)
            return false;
        *agrees = take_value(&values[place->slot], from, (size_t)(to - from)) && *agrees;
        from = to + place->literal_size;
        literal += place->literal_size;
    }
    return true;
}

bool aura_template_match(const aura_template_list *list, const aura_template *template, const uint8_t *message,
                         size_t size, aura_bytes *values)
{
    const uint8_t *literals = aura_literals(list, template);
    const size_t last_size = list->places[template->places + template->place_count - 1u].literal_size;
    if (size < template->text_size || !aura_are_equal(message, literals, template->first_size) ||
        !aura_are_equal(message + size - last_size, literals + template->text_size - last_size, last_size))
        return false;
    const uint8_t *from = message + template->first_size, *end = message + size - last_size;
    bool agrees;
    if (template->is_typed && cut(list, template, true, from, end, values, &agrees))
        return agrees;
    return (template->is_anchored || !template->is_typed) && cut(list, template, false, from, end, values, &agrees) &&
           agrees;
}

size_t aura_rendered_size(const aura_template_list *list, const aura_template *template, const aura_bytes *values)
{
    size_t size = template->text_size;
    for (uint32_t place = 0; place < template->place_count; place++) {
        const size_t more = values[list->places[template->places + place].slot].size;
        if (more >= SIZE_MAX - size)
            return SIZE_MAX;
        size += more;
    }
    return size;
}
