/* One symbol, down the escapes, where no match is followed (rules AUR-2 to AUR-4, RUN-4 and RUN-5).
 *
 * The lists of a context and of its suffixes contain each other. So what is excluded in a list is what the list before
 * it holds, and the symbols that matches or candidates predicted and that did not come. For the same reason a list of
 * one entry can only be the first: the context that follows an escape has a longer list. */
#ifndef AURA_SYMBOLS_H
#define AURA_SYMBOLS_H

#include "context_model.h"
#include "range_coder.h"

#define AURA_MAX_PREDICTED LOCAL_MODEL_MAX_TRIED

/* Where a symbol is coded: the context, and the state of the character run. */
typedef struct {
    uint32_t context;
    uint32_t state;
} aura_position;

/* Symbols that are no options: those of the list of `escaped_from`, and `predicted`, which are not in that list. */
typedef struct {
    uint32_t escaped_from; /* a context; 0 if there is none: the root has no escape */
    uint32_t predicted_count;
    uint16_t predicted[AURA_MAX_PREDICTED];
} aura_exclusions;

/* Whether a symbol was predicted; it may be excluded without that. */
static inline bool aura_was_predicted(const aura_exclusions *exclusions, uint32_t symbol)
{
    for (uint32_t at = 0; at < exclusions->predicted_count; at++)
        if (exclusions->predicted[at] == symbol)
            return true;
    return false;
}

/* Exclude a symbol that was predicted, and is not excluded so far, at most AURA_MAX_PREDICTED of them. */
static inline void aura_exclude(aura_exclusions *exclusions, uint32_t symbol)
{
    exclusions->predicted[exclusions->predicted_count++] = (uint16_t)symbol;
}

/* What becomes of the choices that lead to a symbol: they are coded, or if there is no encoder, their shares are
 * multiplied (rule MIX-1). */
typedef struct {
    aura_range_encoder *encoder;
    uint32_t share;
} aura_choices;

/* Code a symbol that is not excluded at a position, and give the context that follows it. `exclusions` are used up. */
uint32_t aura_code_known(const aura_context_model *model, aura_position position, uint32_t symbol,
                         aura_exclusions *exclusions, aura_choices *choices);

/* Decode a symbol at a position, and give it; the context that follows it goes to `following`. After an error, which
 * the decoder notes, both are of no use, but there are such ones. */
uint32_t aura_decode_symbol(const aura_context_model *model, aura_position position, aura_exclusions *exclusions,
                            aura_range_decoder *decoder, uint32_t *following);

#endif
