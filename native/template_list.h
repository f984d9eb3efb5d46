/* Making a list of templates, part by part. */
#ifndef AURA_TEMPLATE_LIST_H
#define AURA_TEMPLATE_LIST_H

#include "memory.h"
#include "template.h"

/* Begins with an allocator, and zeros else. What it has made is the caller's, to be freed by aura_template_list_free. */
typedef struct {
    const aura_allocator *allocator;
    aura_template_list list;
    uint32_t place_count, slot_count, alternative_count, texts_size;
    uint32_t template_room, place_room, slot_room, alternative_room, texts_room;
    bool has_no_memory;
} aura_list_builder;

/* Add a template, its slots, each with its alternatives, its first literal, and then its places, each with the literal
 * behind it. False if there is no memory, or if that is against rules TPL-1 to TPL-6. */
bool aura_begin_template(aura_list_builder *builder, uint32_t id);
bool aura_add_slot(aura_list_builder *builder, uint32_t kind);
bool aura_add_alternative(aura_list_builder *builder, const uint8_t *text, size_t size);
bool aura_add_first(aura_list_builder *builder, const uint8_t *literal, size_t size);
bool aura_add_place(aura_list_builder *builder, uint32_t slot, const uint8_t *literal, size_t size);
bool aura_end_template(aura_list_builder *builder);

/* Give back what is not used. */
void aura_trim_list(aura_list_builder *builder);

void aura_template_list_free(aura_template_list *list, const aura_allocator *allocator);

#endif
