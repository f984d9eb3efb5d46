/* A template by itself, for the golden vectors: matched, and filled. */
#include "../host.h"

#include "../../frame.h"
#include "../../loads.h"

/* Give the values of a template's slots, each behind its length, which has 32 bits. */
static ptrdiff_t give_values(const aura_filled *filled)
{
    const uint32_t count = filled->template->slot_count;
    size_t size = 0;
    for (uint32_t slot = 0; slot < count; slot++)
        size += sizeof(uint32_t) + filled->values[slot].size;
    uint8_t *out = aura_take_room(&aura_here.output, size), *next = out;
    if (out == NULL)
        return FAILED;
    for (uint32_t slot = 0; slot < count; slot++) {
        const uint32_t length = (uint32_t)filled->values[slot].size;
        memcpy(next, &length, sizeof length);
        memcpy(next + sizeof length, filled->values[slot].text, length);
        next += sizeof length + length;
    }
    return aura_give(out, size);
}

/* Match the input with the templates of a library (rules TPL-7 and TPL-8). Gives the length of the values of the slots, or
 * FAILED if it matches none. */
ptrdiff_t EXPORT(aura_match_template)(const aura_held_library *held, size_t size)
{
    if (!aura_make_search_rooms(&held->library, size))
        return FAILED;
    const aura_filled *filled =
        aura_match_library(&held->library, aura_here.input.start, size, &aura_here.match);
    return filled == NULL ? FAILED : give_values(filled);
}

/* Fill the template of an id with values, which are the input, each behind its length. Gives the length, or FAILED. */
ptrdiff_t EXPORT(aura_fill_template)(const aura_held_library *held, uint32_t id, size_t size)
{
    aura_filled filled;
    aura_parts input = {aura_here.input.start, size, false};
    if (!aura_find_in_library(&held->library, id, &filled))
        return FAILED;
    for (uint32_t slot = 0; slot < filled.template->slot_count; slot++)
        filled.values[slot] = aura_next_text(&input);
    const size_t rendered = aura_rendered_size(filled.list, filled.template, filled.values);
    uint8_t *out = input.is_cut ? NULL : aura_take_room(&aura_here.output, rendered);
    return out == NULL ? FAILED : aura_give(out, aura_render(&filled, NULL, out));
}
