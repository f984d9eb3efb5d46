/* Checks of templates: with a library that stands here, and with one that an input makes. */
#ifndef AURA_FUZZ_TEMPLATES_H
#define AURA_FUZZ_TEMPLATES_H

#include "../frame.h"
#include "../fuzzy.h"
#include "../heap.h"
#include "../modelled.h"
#include "../near.h"
#include "../selection.h"
#include "../template_list.h"
#include "../typed.h"
#include "../wasm/classic.c" /* the core has no part of it */
#include "check.h"

#define MAX_MATCHED 8192
#define MAX_MADE 64
#define ROOM(size) (4 * (size) + 64 * LIMITS_MAX_SLOTS)

/* Add a template of slots of these kinds, which fill a place each, in turn, and literals; an
 * enumeration has two alternatives. */
static bool add_template(aura_list_builder *builder, uint32_t id, const uint32_t *kinds, uint32_t count,
                         const aura_bytes *literals, uint32_t places)
{
    static const uint8_t ALTERNATIVES[] = "abc";
    if (!aura_begin_template(builder, id))
        return false;
    for (uint32_t slot = 0; slot < count; slot++)
        if (!aura_add_slot(builder, kinds[slot]) ||
            (kinds[slot] == TEMPLATE_ENUM && (!aura_add_alternative(builder, ALTERNATIVES, 1) ||
                                              !aura_add_alternative(builder, ALTERNATIVES, 3))))
            return false;
    if (!aura_add_first(builder, literals[0].text, literals[0].size))
        return false;
    for (uint32_t place = 0; place < places; place++)
        if (!aura_add_place(builder, place % count, literals[place + 1].text, literals[place + 1].size))
            return false;
    return aura_end_template(builder);
}

static aura_bytes text_of(const char *text)
{
    return (aura_bytes){(const uint8_t *)text, strlen(text)};
}

/* Templates of every type: alone, before other text, and twice. */
static void make_fixed(aura_list_builder *builder)
{
    const aura_bytes alone[] = {text_of("Have "), text_of(".")};
    const aura_bytes before[] = {text_of(""), text_of(" of "), text_of(", "), text_of("")};
    const aura_bytes whole[] = {text_of("Yes")}, long_whole[] = {text_of("I cannot help you with that.")};
    bool is_added = add_template(builder, 0, NULL, 0, whole, 0);
    for (uint32_t kind = 0; kind <= TEMPLATE_ENUM && is_added; kind++) {
        const uint32_t kinds[] = {kind, TEMPLATE_TEXT};
        is_added = add_template(builder, 1 + 2 * kind, kinds, 1, alone, 1) &&
                   add_template(builder, 2 + 2 * kind, kinds, 2, before, 3);
    }
    if (!is_added || !add_template(builder, 300, NULL, 0, long_whole, 0))
        abort();
}

/* The next byte of an input, 0 behind its end. */
static uint8_t take(const uint8_t **data, size_t *size)
{
    if (*size == 0)
        return 0;
    (*size)--;
    return *(*data)++;
}

/* Templates that an input tells, with ids from a first one on, up to a byte 0 in place of one. */
static void make_told(aura_list_builder *builder, uint32_t first, const uint8_t **data, size_t *size)
{
    for (uint32_t id = first; id < first + MAX_MADE; id++) {
        const uint8_t shape = take(data, size);
        if (shape == 0)
            return;
        const uint32_t count = shape % 4, places = count == 0 ? 0 : count + shape / 4 % 3;
        uint32_t kinds[3];
        aura_bytes literals[6];
        for (uint32_t slot = 0; slot < count; slot++)
            kinds[slot] = take(data, size) % (TEMPLATE_ENUM + 1);
        for (uint32_t literal = 0; literal <= places; literal++) {
            const size_t length = take(data, size) % 17;
            literals[literal] = (aura_bytes){*data, length < *size ? length : *size};
            *data += literals[literal].size;
            *size -= literals[literal].size;
        }
        add_template(builder, id, kinds, count, literals, places); /* or not, if it breaks a rule */
    }
}

/* A frame that was written is read again as its message; another one is read or refused. */
static void check_frame(const aura_context_model *model, aura_workspace *space, const aura_template_library *library,
                        const uint8_t *frame, size_t size, const uint8_t *message, size_t message_size)
{
    uint8_t *wire = malloc(size), *text = malloc(MAX_MATCHED + 1);
    aura_error error;
    size_t length = 0;
    memcpy(wire, frame, size);
    bool is_read;
    if (wire[0] == MARKER_CLASSIC)
        is_read = aura_classic_decode(library, wire, size, MAX_MATCHED, text, MAX_MATCHED, &length, &error);
    else if (wire[0] == MARKER_TYPED)
        is_read = aura_typed_decode(library, wire, size, MAX_MATCHED, text, MAX_MATCHED, &length, &error);
    else if (wire[0] == MARKER_FUZZY)
        is_read = aura_fuzzy_decode(model, space, library, wire, size, MAX_MATCHED, text, MAX_MATCHED, &length, &error);
    else
        is_read = aura_modelled_decode(model, &space->match, library, wire, size, MAX_MATCHED, text, MAX_MATCHED,
                                       &length, &error);
    if (message != NULL && (!is_read || length != message_size || memcmp(text, message, length) != 0))
        abort();
    free(text);
    free(wire);
}

/* The template without a search that a message matches: all are tried. */
static const aura_template *best_of_all(const aura_template_library *library, const uint8_t *message, size_t size,
                                        size_t *steps)
{
    static aura_filled filled;
    const aura_template *best = NULL, *whole = NULL;
    size_t best_size = 0;
    *steps = 0;
    for (uint32_t layer = 0; layer < library->count; layer++) {
        filled.list = &library->layers[layer]->list;
        for (uint32_t number = 0; number < filled.list->count; number++) {
            filled.template = &filled.list->templates[number];
            if (filled.template->slot_count == 0) {
                if (filled.template->text_size == size &&
                    aura_are_equal(aura_literals(filled.list, filled.template), message, size) &&
                    (whole == NULL || filled.template->id < whole->id))
                    whole = filled.template;
                continue;
            }
            *steps += aura_steps_of(filled.template);
            if (!aura_template_match(filled.list, filled.template, message, size, filled.values))
                continue;
            const size_t typed = aura_typed_size(&filled);
            if (best == NULL || typed < best_size || (typed == best_size && filled.template->id < best->id)) {
                best = filled.template;
                best_size = typed;
            }
        }
    }
    return whole != NULL ? whole : best;
}

/* What a message matches is what trying all finds, gives the message, and is written and read in frames. */
static void check_match(const aura_context_model *model, aura_workspace *space, const aura_template_library *library,
                        aura_match_space *match, const uint8_t *message, size_t size)
{
    size_t steps;
    const aura_filled *found = aura_match_library(library, message, size, match);
    const aura_template *best = best_of_all(library, message, size, &steps);
    if (steps <= 256 && best != (found == NULL ? NULL : found->template))
        abort();
    if (found == NULL)
        return;
    uint8_t *text = malloc(size), *wire = malloc(ROOM(size));
    aura_error error;
    if (aura_rendered_size(found->list, found->template, found->values) != size ||
        aura_render(found, NULL, text) != size || memcmp(text, message, size) != 0)
        abort();
    size_t length = aura_typed_encode(found, wire);
    if (length != 1 + aura_typed_size(found))
        abort();
    check_frame(model, space, library, wire, length, message, size);
    length = aura_classic_size(found);
    if (length > 0) {
        uint8_t *classic = malloc(length);
        aura_classic_encode(found, classic);
        check_frame(model, space, library, classic, length, message, size);
        free(classic);
    }
    length = aura_modelled_encode(model, &space->match, found, message, size, wire, ROOM(size), &error);
    if (length > 0)
        check_frame(model, space, library, wire, length, message, size);
    free(wire);
    free(text);
}

/* What is chosen is no longer than a stored message, and is read again. */
static void check_choosing(const aura_context_model *model, aura_workspace *space, const aura_template_library *library,
                           aura_match_space *match, const uint8_t *message, size_t size)
{
    static aura_trigrams trigrams;
    static aura_near_space near;
    const uint32_t frames = 1 << MARKER_TYPED | 1 << MARKER_MODELLED | 1 << MARKER_FUZZY;
    const aura_policy policies[] = {{1 << 10, 1 << 10, 16, 4, 256, 1 << MARKER_TYPED, 0, 0, true},
                                    {1 << 16, AURA_MAX_TRIGRAMS, 8, 0, 256, frames, 5, 1 << 10, false}};
    near.grams = malloc(aura_grams_of(size) * sizeof *near.grams);
    for (size_t at = 0; at < 2; at++) {
        uint8_t *room = malloc(aura_room_for_choice(size)), *text = malloc(size + 1);
        const aura_trying trying = {space, &trigrams, match, &near, NULL, false};
        const aura_choice choice = aura_choose(model, &trying, &policies[at], library, message, size, room);
        aura_error error;
        size_t length = 0;
        if (choice.size > size + 1)
            abort();
        if (choice.wire != NULL && choice.wire[0] <= MARKER_FUZZY) {
            check_frame(model, space, library, choice.wire, choice.size, message, size);
        } else if (choice.wire != NULL) {
            const aura_method method = choice.wire[0] >= MARKER_AURALITE_COMPACT ? AURA_AURALITE : AURA_ADAPTIVE;
            if (!aura_decode(model, space, method, choice.wire, choice.size, size, text, size + 1, &length, &error) ||
                length != size || memcmp(text, message, size) != 0)
                abort();
        }
        free(text);
        free(room);
    }
    free(near.grams);
}

/* What a message is close to shares with it no more than it has; and the message is written and read as its fuzzy frame. */
static void check_near(const aura_context_model *model, aura_workspace *space, const aura_template_library *library,
                       const uint8_t *message, size_t size)
{
    static aura_near_space scratch;
    aura_near near;
    scratch.grams = malloc(aura_grams_of(size) * sizeof *scratch.grams);
    if (aura_find_near(library, message, size, &scratch, &near)) {
        uint8_t *wire = malloc(ROOM(16 * size));
        aura_error error;
        if (near.shared == 0 || near.shared > near.size)
            abort();
        const size_t length = aura_fuzzy_encode(model, space, near.list, near.template, message, size, wire,
                                                ROOM(16 * size), &error);
        if (length == 0)
            abort();
        check_frame(model, space, library, wire, length, message, size);
        free(wire);
    }
    free(scratch.grams);
}

/* Do all of this with a library of up to two layers. */
static void check_library(const aura_context_model *model, aura_workspace *space, aura_list_builder *builders,
                          uint32_t count, const uint8_t *message, size_t size)
{
    aura_template_layer layers[2];
    aura_near_index nears[2];
    aura_template_library library = {.count = count};
    aura_match_space *match = calloc(1, sizeof *match);
    for (uint32_t layer = 0; layer < count; layer++) {
        layers[layer].list = builders[layer].list;
        if (!aura_index_templates(&layers[layer].index, &layers[layer].list, &AURA_HEAP))
            abort();
        if (!aura_index_windows(&nears[layer], &layers[layer].list, &AURA_HEAP))
            abort();
        library.layers[layer] = &layers[layer];
        library.nears[layer] = &nears[layer];
    }
    match->marks = malloc((aura_marks_of(&library) + 1) * sizeof *match->marks);
    check_match(model, space, &library, match, message, size);
    check_choosing(model, space, &library, match, message, size);
    check_near(model, space, &library, message, size);
    if (size > 0) {
        uint8_t *frame = malloc(size);
        memcpy(frame, message, size);
        const uint8_t markers[] = {MARKER_CLASSIC, MARKER_TYPED, MARKER_MODELLED, MARKER_FUZZY};
        for (size_t at = 0; at < sizeof markers; at++) {
            frame[0] = markers[at];
            check_frame(model, space, &library, frame, size, NULL, 0);
        }
        free(frame);
    }
    for (uint32_t layer = 0; layer < count; layer++) {
        aura_near_index_free(&nears[layer], &AURA_HEAP);
        aura_template_index_free(&layers[layer].index, &AURA_HEAP);
        aura_template_list_free(&layers[layer].list, &AURA_HEAP);
    }
    free(match->marks);
    free(match);
}

/* Check a message with the fixed library, and the library that it tells with what is left of it. */
static void check_templates(const aura_context_model *model, aura_workspace *space, const uint8_t *data, size_t size)
{
    if (size > MAX_MATCHED)
        return;
    aura_list_builder builders[2] = {{.allocator = &AURA_HEAP}, {.allocator = &AURA_HEAP}};
    make_fixed(&builders[0]);
    check_library(model, space, builders, 1, data, size);
    builders[0] = builders[1];
    const uint8_t *rest = data;
    make_told(&builders[0], 0, &rest, &size);
    make_told(&builders[1], MAX_MADE, &rest, &size);
    uint8_t *message = malloc(size + 1);
    memcpy(message, rest, size);
    message = realloc(message, size > 0 ? size : 1);
    check_library(model, space, builders, 2, message, size);
    free(message);
}

#endif
