/* The contexts of a message's symbols, found before they are coded. An encoder knows the message, and what follows a
 * context depends on nothing else (rule AUR-2). So several places are looked at side by side: one waits for memory while
 * others go on. */
#ifndef AURA_LOOKAHEAD_H
#define AURA_LOOKAHEAD_H

#include "context_model.h"

#define AURA_PIECE 512          /* symbols whose contexts are found at once */
#define AURA_MIN_LOOKAHEAD 128 /* symbols below which it does not gain */

/* The context of a symbol, and the place of the symbol's entry in its list; 0 if the list has none. */
typedef struct {
    uint32_t context;
    uint32_t place;
} aura_step;

/* Find the contexts of `size` bytes, at most AURA_PIECE, whose first one has this context; give the context behind them. */
uint32_t aura_look_ahead(const aura_context_model *model, const uint8_t *text, uint32_t size, uint32_t context,
                         aura_step steps[AURA_PIECE]);

#endif
