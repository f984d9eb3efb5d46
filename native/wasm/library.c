/* Templates for the host, which parses their patterns.
 *
 * The input is their parts, in ascending order of ids. Numbers have 32 bits, the lowest byte first; texts stand behind
 * their lengths. A template is its id; how many slots it has, and of each the type, and of an enumeration how many
 * alternatives, and these; the first literal; how many places it has, and of each the slot, and the literal behind it. */
#include "host.h"

#include "../template_list.h"

static bool read_slot(aura_list_builder *builder, aura_parts *input)
{
    const uint32_t kind = aura_next_number(input);
    bool is_read = aura_add_slot(builder, kind);
    for (uint32_t left = is_read && kind == TEMPLATE_ENUM ? aura_next_number(input) : 0; is_read && left > 0; left--) {
        const aura_bytes text = aura_next_text(input);
        is_read = !input->is_cut && aura_add_alternative(builder, text.text, text.size);
    }
    return is_read;
}

static bool read_template(aura_list_builder *builder, aura_parts *input)
{
    bool is_read = aura_begin_template(builder, aura_next_number(input));
    for (uint32_t left = aura_next_number(input); is_read && left > 0; left--)
        is_read = !input->is_cut && read_slot(builder, input);
    const aura_bytes first = aura_next_text(input);
    is_read = is_read && !input->is_cut && aura_add_first(builder, first.text, first.size);
    for (uint32_t left = aura_next_number(input); is_read && left > 0; left--) {
        const uint32_t slot = aura_next_number(input);
        const aura_bytes literal = aura_next_text(input);
        is_read = !input->is_cut && aura_add_place(builder, slot, literal.text, literal.size);
    }
    return is_read && !input->is_cut && aura_end_template(builder);
}

/* Give templates back, which nothing uses any more. */
void EXPORT(aura_free_library)(aura_held_library *held)
{
    aura_near_index_free(&held->near, &AURA_MEMORY);
    aura_template_index_free(&held->layer.index, &AURA_MEMORY);
    aura_template_list_free(&held->layer.list, &AURA_MEMORY);
    aura_release(&AURA_MEMORY, held);
}

/* File the templates that are the input; those that a message is close to are looked for if `finds_near`. Gives the
 * library, or 0. */
aura_held_library *EXPORT(aura_make_library)(size_t size, bool finds_near)
{
    aura_list_builder builder = {.allocator = &AURA_MEMORY};
    aura_held_library *held = aura_allocate(&AURA_MEMORY, sizeof *held);
    aura_parts input = {aura_here.input.start, size, false};
    bool is_read = held != NULL;
    while (is_read && input.size > 0)
        is_read = read_template(&builder, &input);
    if (!is_read) {
        aura_no_memory();
        if (held != NULL && !builder.has_no_memory)
            aura_here.error = (aura_error){
                .code = AURA_MALFORMED, .path = "", .reason = "the parts of a template are at odds"};
        aura_template_list_free(&builder.list, &AURA_MEMORY);
        aura_release(&AURA_MEMORY, held);
        return NULL;
    }
    aura_trim_list(&builder);
    memset(held, 0, sizeof *held);
    held->layer.list = builder.list;
    held->library.layers[0] = &held->layer;
    held->library.count = 1;
    if (!aura_index_templates(&held->layer.index, &held->layer.list, &AURA_MEMORY) ||
        (finds_near && !aura_index_windows(&held->near, &held->layer.list, &AURA_MEMORY))) {
        aura_no_memory();
        aura_free_library(held);
        return NULL;
    }
    if (finds_near)
        held->library.nears[0] = &held->near;
    return held;
}
