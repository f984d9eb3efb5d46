/* What the frames of templates share. */
#include "frame.h"

#include <string.h>

bool aura_read_template_id(aura_reader *reader, const aura_template_library *library, aura_filled *filled)
{
    uint64_t id;
    if (!aura_varint_read(reader, (aura_varint_field){LIMITS_MAX_TEMPLATE_ID, "an integer is larger than 4294967295",
                                                      "template_id", 0},
                          &id))
        return false;
    reader->error->number = (uint32_t)id;
    return aura_find_in_library(library, (uint32_t)id, filled) ||
           aura_fail(reader->error, AURA_UNKNOWN_TEMPLATE, 1, "template_id", "no template has the id %u");
}

size_t aura_render(const aura_filled *filled, const aura_spelt *spelt, uint8_t *out)
{
    const aura_template *template = filled->template;
    const uint8_t *literal = aura_literals(filled->list, template);
    size_t size = template->first_size;
    aura_error none = {0}; /* values that were checked have characters */
    memcpy(out, literal, size);
    literal += size;
    for (uint32_t at = 0; at < template->place_count; at++) {
        const aura_place *place = &filled->list->places[template->places + at];
        const aura_bytes value = filled->values[place->slot];
        if (spelt != NULL && spelt[place->slot].head > 0)
            aura_slot_render(filled->list, aura_slot_of(filled->list, template, place->slot), &spelt[place->slot],
                             out + size, place->slot, &none);
        else if (value.size > 0)
            memcpy(out + size, value.text, value.size);
        size += value.size;
        memcpy(out + size, literal, place->literal_size);
        size += place->literal_size;
        literal += place->literal_size;
    }
    return size;
}

bool aura_fits(size_t rendered, size_t max_size, size_t capacity, size_t *length, aura_error *error)
{
    if (rendered > max_size) {
        error->number = max_size < UINT32_MAX ? (uint32_t)max_size : UINT32_MAX;
        return aura_fail(error, AURA_LIMIT_EXCEEDED, 1, "", "the message decodes to more than %u bytes");
    }
    *length = rendered;
    return rendered <= capacity || aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
}

size_t aura_example(const aura_template_list *list, const aura_template *template, uint8_t *out)
{
    aura_filled filled = {.list = list, .template = template};
    for (uint32_t index = 0; index < template->slot_count; index++)
        filled.values[index] = (aura_bytes){FUZZY_FILLING, sizeof FUZZY_FILLING};
    return aura_render(&filled, NULL, out);
}

bool aura_place_error(aura_error *error, size_t place)
{
    static const char STRING[] = "string";
    size_t at = 0;
    while (STRING[at] != 0 && error->path[at] == STRING[at])
        at++;
    if (error->path[at] == STRING[at])
        error->offset = (uint32_t)place;
    return false;
}
