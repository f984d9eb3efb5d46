/* One symbol while a list for character runs stands in for that of a context (rules RUN-4 and RUN-5). */
#ifndef AURA_CHAR_RUN_SYMBOLS_H
#define AURA_CHAR_RUN_SYMBOLS_H

#include "symbols.h"

/* A choice of an option: from where, how much, and of how much in all. */
typedef struct {
    uint32_t lower;
    uint32_t frequency; /* 0 if there is no such option */
    uint32_t total;     /* 0 if there is no choice */
} aura_choice;

/* The choices of a symbol behind the lists on the way: in the list for the run, where the escape is the choice if it
 * has no such option, and at the root then. */
void aura_choose_in_char_run(const aura_escapes *escapes, uint32_t symbol, aura_choice choices[2]);

/* Code these choices. */
void aura_encode_in_char_run(const aura_escapes *escapes, uint32_t symbol, aura_range_encoder *encoder);

/* Decode them, and give the symbol. */
uint32_t aura_decode_in_char_run(const aura_escapes *escapes, aura_range_decoder *decoder);

/* Note that no symbol remains (rule AUR-4), and give one. */
static inline uint32_t aura_exclude_all(aura_range_decoder *decoder)
{
    aura_fail(decoder->error, AURA_MALFORMED, 0, "string", "the string excludes all symbols");
    return CONTEXT_MODEL_END;
}

#endif
