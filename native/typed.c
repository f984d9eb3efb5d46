/* Typed template frames, written and read. */
#include "typed.h"

#include "frame.h"
#include "slot.h"

#include <string.h>

size_t aura_typed_size(const aura_filled *filled)
{
    const aura_template *template = filled->template;
    size_t size = aura_varint_write(NULL, template->id);
    for (uint32_t index = 0; index < template->slot_count; index++) {
        const aura_slot *slot = aura_slot_of(filled->list, template, index);
        const aura_bytes value = filled->values[index];
        const size_t spelt = aura_slot_spell(filled->list, slot, value, NULL);
        const size_t length = index + 1 == template->slot_count ? 0 : aura_varint_write(NULL, value.size);
        const size_t more = spelt > 0 ? spelt : !aura_is_text_only(slot) + length + value.size;
        size = more < SIZE_MAX - size ? size + more : SIZE_MAX;
    }
    return size;
}

size_t aura_typed_encode(const aura_filled *filled, uint8_t *out)
{
    const aura_template *template = filled->template;
    out[0] = MARKER_TYPED;
    size_t size = 1 + aura_varint_write(out + 1, template->id);
    for (uint32_t index = 0; index < template->slot_count; index++) {
        const aura_slot *slot = aura_slot_of(filled->list, template, index);
        const aura_bytes value = filled->values[index];
        const size_t spelt = aura_slot_spell(filled->list, slot, value, out + size);
        size += spelt;
        if (spelt > 0)
            continue;
        if (!aura_is_text_only(slot))
            out[size++] = 0;
        if (index + 1 < template->slot_count)
            size += aura_varint_write(out + size, value.size);
        if (value.size > 0)
            memcpy(out + size, value.text, value.size);
        size += value.size;
    }
    return size;
}

/* Read the text of a slot, with its length unless it is the last one (rule SLT-2). */
static bool read_text(aura_reader *reader, const aura_slot *slot, uint32_t index, bool is_last, aura_bytes *text)
{
    const bool is_alone = aura_is_text_only(slot);
    uint64_t length = reader->size - reader->place;
    const aura_varint_field field = {UINT64_MAX, AURA_ABOVE_64_BITS,
                                     is_alone ? "slots.%u.length" : "slots.%u.value.length", index};
    if (!is_last && !aura_varint_read(reader, field, &length))
        return false;
    if (length > reader->size - reader->place)
        return aura_fail_in(reader->error, AURA_TRUNCATED, reader->size, is_alone ? "slots.%u.text" : "slots.%u.value.text",
                            index, "the message ends inside a field");
    *text = (aura_bytes){reader->bytes + reader->place, (size_t)length};
    reader->place += (size_t)length;
    return true;
}

/* Read the values of all slots, up to the end of the message (rule TYP-2). */
static bool read_slots(aura_reader *reader, const aura_filled *filled, aura_spelt *spelt)
{
    const uint32_t count = filled->template->slot_count;
    for (uint32_t index = 0; index < count; index++) {
        const aura_slot *slot = aura_slot_of(filled->list, filled->template, index);
        spelt[index] = (aura_spelt){0};
        if (!aura_is_text_only(slot) && !aura_slot_parse(slot, reader, index, &spelt[index]))
            return false;
        if (spelt[index].head == 0 && !read_text(reader, slot, index, index + 1 == count, &spelt[index].data))
            return false;
    }
    return reader->place == reader->size || aura_fail(reader->error, AURA_MALFORMED, reader->place, "slots",
                                                      "bytes follow the end of the structure");
}

bool aura_typed_decode(const aura_template_library *library, const uint8_t *wire, size_t size, size_t max_size,
                       uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    aura_filled filled;
    aura_spelt spelt[LIMITS_MAX_SLOTS];
    aura_reader reader = {wire, size, 1, error};
    *error = (aura_error){0};
    if (!aura_read_template_id(&reader, library, &filled) || !read_slots(&reader, &filled, spelt))
        return false;
    for (uint32_t index = 0; index < filled.template->slot_count; index++) {
        aura_bytes *value = &filled.values[index];
        value->text = spelt[index].data.text;
        if (!aura_slot_check(filled.list, aura_slot_of(filled.list, filled.template, index), &spelt[index], index,
                             &value->size, error))
            return false;
    }
    const size_t rendered = aura_rendered_size(filled.list, filled.template, filled.values);
    if (!aura_fits(rendered, max_size, capacity, length, error))
        return false;
    aura_render(&filled, spelt, out);
    return true;
}
