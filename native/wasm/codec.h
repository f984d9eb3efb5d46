/* A codec: what a host holds, and which messages are tried. */
#ifndef AURA_WASM_CODEC_H
#define AURA_WASM_CODEC_H

#include "../brio.h"
#include "host.h"

/* Immutable. What it refers to has to stay. */
typedef struct {
    const aura_held_model *model; /* the implied one, or NULL */
    const aura_held_library *library;
    aura_phrases *phrases; /* its own, or NULL */
    aura_policy policy;
    bool stores; /* whether all messages are stored */
    uint32_t count;
    const aura_held_model *models[]; /* those that messages may name */
} aura_codec;

/* The two bytes of a tag (rules TAG-3 and TAG-4). */
uint8_t aura_model_tag(const aura_codec *codec);
uint8_t aura_content_check(const uint8_t *content, size_t size);

/* Read a message whose model is implied, or none. Gives the length of the result, or FAILED. */
ptrdiff_t aura_read_message(const aura_codec *codec, const aura_held_model *implied, const uint8_t *wire, size_t size,
                            size_t max_size);

/* Read a BRIO container of version 1. As above. */
ptrdiff_t aura_read_tokens(const aura_codec *codec, const uint8_t *body, size_t size, size_t max_size);

/* Read a BRIO container of version 2 behind a window of bytes. As above. */
ptrdiff_t aura_read_container(const uint8_t *body, size_t size, const uint8_t *window, size_t window_size,
                              size_t max_size);

#endif
