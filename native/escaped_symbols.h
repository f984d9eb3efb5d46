/* One symbol, coded down the escapes where nothing was looked at before, and one symbol is excluded at most (rules AUR-2
 * to AUR-5, RUN-4 and RUN-5); as symbols.h has it, which knows of more. */
#ifndef AURA_ESCAPED_SYMBOLS_H
#define AURA_ESCAPED_SYMBOLS_H

#include "symbols.h"

/* Code a symbol that the list of the context has not, where no list for character runs stands in for that, and give the
 * context that follows it. */
uint32_t aura_encode_escaped(const aura_context_model *model, aura_position position, uint32_t symbol,
                             aura_range_encoder *encoder);

/* Code any symbol but the one that was predicted, or any at all where CONTEXT_MODEL_SYMBOLS stands for none. */
uint32_t aura_encode_unpredicted(const aura_context_model *model, aura_position position, uint32_t predicted,
                                 uint32_t symbol, aura_range_encoder *encoder);

/* Decode such a symbol; give it, and change the context to the one that follows. */
uint32_t aura_decode_unpredicted(const aura_context_model *model, aura_position *position, uint32_t predicted,
                                 aura_range_decoder *decoder);

#endif
