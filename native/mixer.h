/* The mixer: how likely a candidate of the local model hits (rules MIX-1 to MIX-6). */
#ifndef AURA_MIXER_H
#define AURA_MIXER_H

#include "local_memory.h"

/* What followed a context, as symbols, and what the candidates choose from for it. */
typedef struct {
    uint16_t last;
    uint16_t other; /* above 256 if there is none */
    int64_t *row;   /* of CONTEXT_BIASES for a candidate that is the last byte */
} aura_slot_evidence;

/* What all candidates of a symbol have in common. */
typedef struct {
    uint32_t matched;      /* the symbol that the match predicts; above 256 without a match */
    uint32_t match_length; /* 0 without a match */
    uint32_t misses;
    bool is_later; /* whether a candidate was tried before */
    uint32_t level; /* of the match; that and what follows is gathered */
    uint32_t count; /* contexts that something followed */
    aura_slot_evidence slots[AURA_LOCAL_CONTEXTS];
    uint32_t since;
    aura_mixer *sum;
    const aura_numbers *numbers;
} aura_evidence;

#define AURA_MAX_EVIDENCE (1 + AURA_LOCAL_CONTEXTS + 5)

/* A candidate that may be tried: its probability of MIXER_PROB_ONE, and what that was made of. */
typedef struct {
    uint32_t probability;
    int32_t stretched;
    int64_t *weight;
    uint32_t count;
    int64_t *biases[AURA_MAX_EVIDENCE];
} aura_trial;

/* Begin a message (rule MIX-6). */
void aura_mixer_start(aura_mixer *sum);

/* Gather the evidence for all candidates of a symbol, whose slots these are. */
void aura_gather_evidence(aura_evidence *evidence, const aura_local_memory *memory, const aura_numbers *numbers,
                          const aura_local_slot slots[AURA_LOCAL_CONTEXTS], uint32_t since);

/* Find the probability of a candidate with this share, of PROB_ONE (rules MIX-3 and MIX-4). */
void aura_local_trial(const aura_evidence *evidence, uint32_t candidate, uint32_t share, aura_trial *trial);

/* Learn whether it was a hit (rule MIX-5). */
void aura_local_learn(const aura_trial *trial, bool is_hit);

#endif
