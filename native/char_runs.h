/* Character runs: lists for numbers and identifiers (rules RUN-1 to RUN-5). */
#ifndef AURA_CHAR_RUNS_H
#define AURA_CHAR_RUNS_H

#include "context_model.h"

/* The state after a byte (rule RUN-2). */
static inline uint32_t aura_after(uint32_t state, uint32_t byte)
{
    return CHAR_RUNS_TRANSITIONS[state][CHAR_RUNS_CLASSES_OF_BYTES[byte]];
}

/* Read the section of a model file into the model's lists (rule RUN-3); the trie stands already. */
bool aura_char_runs_read(aura_context_model *model, const uint8_t *section, size_t size,
                         const aura_allocator *allocator, aura_error *error);

#endif
