/* The trie section of a model file, read into packed words (rules TRI-1 to TRI-9). */
#ifndef AURA_TRIE_H
#define AURA_TRIE_H

#include "context_model.h"

/* Read a trie section into `model`, whose words it allocates. */
bool aura_trie_read(aura_context_model *model, const uint8_t *section, size_t size, const aura_allocator *allocator,
                    aura_error *error);

#endif
