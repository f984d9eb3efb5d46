/* Making a list of templates. */
#include "template_list.h"

#include <string.h>

/* Bytes of the shortest slot in a pattern. */
#define MIN_SLOT 3

/* Make room for more items of `size` bytes behind those that are there. */
static bool make_room(aura_list_builder *builder, void **block, uint32_t *room, uint32_t count, size_t more, size_t size)
{
    if (more <= *room - count)
        return true;
    const uint64_t wanted = (uint64_t)count + count / 2 + more + 16;
    void *grown = wanted > UINT32_MAX / 2 ? NULL
                                          : builder->allocator->resize(builder->allocator->context, *block,
                                                                       (size_t)wanted * size);
    builder->has_no_memory = builder->has_no_memory || grown == NULL;
    if (grown == NULL)
        return false;
    *block = grown;
    *room = (uint32_t)wanted;
    return true;
}

#define MAKE_ROOM(block, room, count, more)                                                                         \
    make_room(builder, (void **)(void *)&(block), &(room), (count), (more), sizeof *(block))

static bool add_text(aura_list_builder *builder, const uint8_t *text, size_t size)
{
    if (size > LIMITS_MAX_PATTERN ||
        !MAKE_ROOM(builder->list.texts, builder->texts_room, builder->texts_size, size))
        return false;
    if (size > 0)
        memcpy(builder->list.texts + builder->texts_size, text, size);
    builder->texts_size += (uint32_t)size;
    return true;
}

/* The template that is being made: it counts when it is ended. */
static aura_template *last_of(aura_list_builder *builder)
{
    return &builder->list.templates[builder->list.count];
}

bool aura_begin_template(aura_list_builder *builder, uint32_t id)
{
    aura_template_list *list = &builder->list;
    if (!MAKE_ROOM(list->templates, builder->template_room, list->count, 1) ||
        (list->count > 0 && list->templates[list->count - 1].id >= id))
        return false;
    *last_of(builder) = (aura_template){.id = id, .places = builder->place_count, .slots = builder->slot_count};
    return true;
}

bool aura_add_slot(aura_list_builder *builder, uint32_t kind)
{
    aura_template *template = last_of(builder);
    if (kind > TEMPLATE_ENUM || template->slot_count == LIMITS_MAX_SLOTS ||
        !MAKE_ROOM(builder->list.slots, builder->slot_room, builder->slot_count, 1))
        return false;
    builder->list.slots[builder->slot_count++] =
        (aura_slot){.choices = builder->alternative_count, .kind = (uint8_t)kind};
    template->slot_count++;
    template->is_typed = template->is_typed || kind != TEMPLATE_TEXT;
    return true;
}

bool aura_add_alternative(aura_list_builder *builder, const uint8_t *text, size_t size)
{
    aura_template *template = last_of(builder);
    aura_slot *slot = template->slot_count == 0 ? NULL : &builder->list.slots[builder->slot_count - 1];
    if (slot == NULL || slot->kind != TEMPLATE_ENUM || size == 0 ||
        slot->choice_count == LIMITS_MAX_PATTERN ||
        !MAKE_ROOM(builder->list.alternatives, builder->alternative_room, builder->alternative_count, 1) ||
        !add_text(builder, text, size))
        return false;
    builder->list.alternatives[builder->alternative_count++] =
        (aura_alternative){builder->texts_size - (uint32_t)size, (uint16_t)size};
    slot->choice_count++;
    return true;
}

bool aura_add_first(aura_list_builder *builder, const uint8_t *literal, size_t size)
{
    aura_template *template = last_of(builder);
    template->text = builder->texts_size;
    template->text_size = template->first_size = (uint16_t)size;
    template->is_anchored = size >= AURA_ANCHOR;
    return add_text(builder, literal, size);
}

bool aura_add_place(aura_list_builder *builder, uint32_t slot, const uint8_t *literal, size_t size)
{
    aura_template *template = last_of(builder);
    const bool is_adjacent =
        template->place_count > 0 && builder->list.places[builder->place_count - 1].literal_size == 0;
    const size_t pattern = size + template->text_size + MIN_SLOT * (template->place_count + 1u);
    if (is_adjacent || slot >= template->slot_count || pattern > LIMITS_MAX_PATTERN ||
        !MAKE_ROOM(builder->list.places, builder->place_room, builder->place_count, 1) ||
        !add_text(builder, literal, size))
        return false;
    builder->list.places[builder->place_count++] = (aura_place){(uint16_t)size, (uint8_t)slot};
    template->place_count++;
    template->text_size = (uint16_t)(template->text_size + size);
    template->is_anchored = template->is_anchored || size >= AURA_ANCHOR;
    return true;
}

bool aura_end_template(aura_list_builder *builder)
{
    aura_template *template = last_of(builder);
    if (template->text_size == 0 || (template->place_count == 0) != (template->slot_count == 0))
        return false;
    for (uint32_t slot = 0; slot < template->slot_count; slot++) {
        const aura_slot *made = &builder->list.slots[template->slots + slot];
        bool is_filled = false;
        for (uint32_t place = 0; place < template->place_count; place++)
            is_filled = is_filled || builder->list.places[template->places + place].slot == slot;
        if (!is_filled || (made->kind == TEMPLATE_ENUM && made->choice_count == 0))
            return false;
    }
    template->bytes = aura_bytes_of(aura_literals(&builder->list, template), template->text_size);
    builder->list.count++;
    return true;
}

static void *trimmed(aura_list_builder *builder, void *block, uint32_t count, size_t size)
{
    void *smaller = count == 0 ? NULL
                               : builder->allocator->resize(builder->allocator->context, block, (size_t)count * size);
    return smaller == NULL ? block : smaller;
}

void aura_trim_list(aura_list_builder *builder)
{
    aura_template_list *list = &builder->list;
    list->templates = trimmed(builder, list->templates, list->count, sizeof *list->templates);
    list->places = trimmed(builder, list->places, builder->place_count, sizeof *list->places);
    list->slots = trimmed(builder, list->slots, builder->slot_count, sizeof *list->slots);
    list->alternatives = trimmed(builder, list->alternatives, builder->alternative_count, sizeof *list->alternatives);
    list->texts = trimmed(builder, list->texts, builder->texts_size, 1);
    list->size = list->count * sizeof *list->templates + builder->place_count * sizeof *list->places +
                 builder->slot_count * sizeof *list->slots +
                 builder->alternative_count * sizeof *list->alternatives + builder->texts_size;
}

void aura_template_list_free(aura_template_list *list, const aura_allocator *allocator)
{
    aura_release(allocator, list->templates);
    aura_release(allocator, list->places);
    aura_release(allocator, list->slots);
    aura_release(allocator, list->alternatives);
    aura_release(allocator, list->texts);
    *list = (aura_template_list){0};
}
