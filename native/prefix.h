/* A prefix: a text that messages are likely to repeat (rules HIS-1 to HIS-4). */
#ifndef AURA_PREFIX_H
#define AURA_PREFIX_H

#include "context_model.h"

/* Read the section of a model file (rule HIS-4). */
bool aura_prefix_read(aura_prefix *prefix, const uint8_t *section, size_t size, const aura_allocator *allocator,
                      aura_error *error);

/* The place behind the last occurrence of PREFIX_LENGTH bytes (rule HIS-1); 0 if there is none, or it is the end of
 * the prefix. */
uint32_t aura_prefix_find(const aura_prefix *prefix, const uint8_t *stretch);

#endif
