/* The mixer: how likely a candidate of the local model hits (rules MIX-1 to MIX-6). */
#ifndef AURA_MIXER_H
#define AURA_MIXER_H

#include "local_model.h"

/* What all candidates of a symbol have in common. */
typedef struct {
    uint32_t matched;      /* the byte that the match predicts; above 255 without a match */
    uint32_t match_length; /* 0 without a match */
    uint32_t misses;
    bool is_later; /* whether a candidate was tried before */
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

/* Find the probability of a candidate with this share, of PROB_ONE (rules MIX-3 and MIX-4). */
aura_trial aura_local_trial(aura_local_tables *tables, const aura_evidence *evidence,
                            aura_local_slot *const slots[AURA_LOCAL_CONTEXTS], uint32_t since, uint32_t candidate,
                            uint32_t share);

/* Learn whether it was a hit (rule MIX-5). */
void aura_local_learn(const aura_trial *trial, bool is_hit);

#endif
