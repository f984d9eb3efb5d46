/* The token stream of BRIO version 1 (rules TOK-1 to TOK-3). */
#ifndef AURA_TOKEN_H
#define AURA_TOKEN_H

#include "errors.h"
#include "lz77.h"
#include "template_library.h"

#define AURA_PHRASES 256

/* Bytes of a stream for each byte of the message, at most. */
#define AURA_MAX_TOKEN_BYTES 2

/* Dictionary phrases by id; those that are not held have no text (rule PHR-1). */
typedef struct {
    aura_bytes texts[AURA_PHRASES];
} aura_phrases;

/* What tokens refer to. */
typedef struct {
    const aura_phrases *phrases;
    const aura_template_library *library;
} aura_token_state;

/* Carry out a token stream: give the length of its message, of at most `max_size` bytes, and write it if `out` is not
 * NULL, which has exactly the room. Offsets of errors are 0, and their paths begin with `tokens`. */
bool aura_carry_out(const aura_token_state *held, const uint8_t *stream, size_t size, size_t max_size, uint8_t *out,
                    size_t *length, aura_error *error);

/* Cut a message into tokens, greedily: the longest of match and phrase, which wins a tie, else a literal. `finder` is
 * at the start of the message, and `stream` has room for AURA_MAX_TOKEN_BYTES for each of its bytes. Gives the size of
 * the stream. */
size_t aura_write_tokens(const aura_phrases *phrases, aura_lz77_finder *finder, uint8_t *stream);

#endif
