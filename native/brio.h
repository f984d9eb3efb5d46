/* The BRIO container, version 1 (rules BRI-1 to BRI-5). */
#ifndef AURA_BRIO_H
#define AURA_BRIO_H

#include "rans.h"
#include "token.h"

/* Bytes of the longest message that is written: its lengths fit their fields, as a token byte takes about twelve bits
 * of the payload at most. */
#define AURA_BRIO_MAX_MESSAGE ((size_t)1 << 30)

/* The head of a container that is read. */
typedef struct {
    uint32_t token_length;
    uint32_t payload_size;
    const uint8_t *payload;
    size_t offset; /* of the payload in the message */
    uint16_t frequencies[RANS_SYMBOLS];
} aura_brio_container;

/* Read the head of a container of `size` bytes for a message of at most `max_size` bytes. Offsets of errors, here and
 * below, count the marker in front of it. */
bool aura_brio_open(aura_brio_container *container, const uint8_t *body, size_t size, size_t max_size,
                    aura_error *error);

/* Decode the token stream, of container->token_length bytes (rules RNS-5 and RNS-6), and give the length of its
 * message, of at most `max_size` bytes; aura_carry_out writes that. */
bool aura_brio_decode(const aura_brio_container *container, const aura_token_state *held, size_t max_size,
                      uint8_t *stream, size_t *length, aura_error *error);

/* What a container is written in. */
typedef struct {
    aura_lz77_finder finder;
    uint32_t token_length;
    uint32_t payload_size;
    uint16_t frequencies[RANS_SYMBOLS];
} aura_brio_writer;

/* Cut a message of at most AURA_BRIO_MAX_MESSAGE bytes into tokens, which `stream` has room for, and give the size of
 * its container. `salt` is any number that nobody can guess. */
size_t aura_brio_cut(aura_brio_writer *writer, const aura_phrases *phrases, aura_bytes message, uint64_t salt,
                     uint8_t *stream);

/* Write the container of that stream. */
void aura_brio_write(const aura_brio_writer *writer, const uint8_t *stream, uint8_t *out);

#endif
