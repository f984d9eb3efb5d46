/* A library of templates, and the one that a message matches (chapter encoding). */
#ifndef AURA_TEMPLATE_LIBRARY_H
#define AURA_TEMPLATE_LIBRARY_H

#include "template_index.h"

/* Layers of a library at most: each has several times as many templates as the next. */
#define AURA_MAX_LAYERS 32

/* Templates that were filed together. */
typedef struct {
    aura_template_list list;
    aura_template_index index;
} aura_template_layer;

/* Windows of the templates of a layer (near.h). */
typedef struct aura_near_index aura_near_index;

/* Layers without an id in common, and the windows of each; NULL if no template is looked for that is close. Immutable;
 * threads share it. */
typedef struct {
    const aura_template_layer *layers[AURA_MAX_LAYERS];
    const aura_near_index *nears[AURA_MAX_LAYERS];
    uint32_t count;
} aura_template_library;

/* A template and the values of its slots, which stand elsewhere. */
typedef struct {
    const aura_template_list *list;
    const aura_template *template;
    aura_bytes values[LIMITS_MAX_SLOTS];
} aura_filled;

/* What a match is written to. */
typedef struct {
    aura_filled filled[2];
    uint64_t *marks; /* room for aura_marks_of numbers */
} aura_match_space;

/* Numbers that have a bit for each template. */
size_t aura_marks_of(const aura_template_library *library);

/* The template that a message matches: one without slots that is the message, else that whose typed frame is smallest,
 * of equals that of the lowest id. NULL if none is found before the steps of the chapter are done. */
const aura_filled *aura_match_library(const aura_template_library *library, const uint8_t *message, size_t size,
                                      aura_match_space *space);

/* The template of an id, without values; false if none has it. */
bool aura_find_in_library(const aura_template_library *library, uint32_t id, aura_filled *filled);

#endif
