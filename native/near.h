/* Templates that a message is close to, though it matches none (chapter encoding). */
#ifndef AURA_NEAR_H
#define AURA_NEAR_H

#include "template_library.h"

/* Windows of templates in a message up to which it may be close to one of them, and templates that may share one. */
#define AURA_MAX_NEAR_WINDOWS 256
#define AURA_MAX_SHARED 32

/* Templates of a list by windows: eight bytes of a literal, mixed up. */
struct aura_near_index {
    uint64_t *windows; /* in ascending order */
    uint32_t *numbers; /* of the template that each is of */
    uint32_t *starts;  /* by the highest bits of a window, where the first one stands that has them, or higher ones */
    uint32_t count;
    uint32_t shift;
};

/* Find windows of the templates of a list. False if there is no memory; what is made is freed by the caller. */
bool aura_index_windows(aura_near_index *index, const aura_template_list *list, const aura_allocator *allocator);

void aura_near_index_free(aura_near_index *index, const aura_allocator *allocator);

/* Bytes that an index takes. */
size_t aura_near_index_size(const aura_near_index *index);

/* What a search writes to. */
typedef struct {
    uint32_t hits[(AURA_MAX_NEAR_WINDOWS + 1) * AURA_MAX_SHARED];
    uint32_t scratch[(AURA_MAX_NEAR_WINDOWS + 1) * AURA_MAX_SHARED];
    uint32_t *grams; /* room for aura_grams_of */
} aura_near_space;

/* Numbers of room for the grams of a message. */
size_t aura_grams_of(size_t size);

/* A template that a message is close to. */
typedef struct {
    const aura_template_list *list;
    const aura_template *template;
    uint32_t shared; /* different four bytes in a row that the message and the example of the template have in common */
    uint32_t size;   /* and that the message has */
} aura_near;

/* The template that a message of less than 2^31 bytes is closest to; false if none is found. */
bool aura_find_near(const aura_template_library *library, const uint8_t *message, size_t size, aura_near_space *space,
                    aura_near *near);

#endif
