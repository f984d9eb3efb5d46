/* What a thread writes to while it codes a message; one at a time has it. It may be kept from message to message. */
#ifndef AURA_WORKSPACE_H
#define AURA_WORKSPACE_H

#include "local_model.h"
#include "match.h"

/* Begins as zeros. */
typedef struct {
    aura_match_table match;
    aura_local_tables local;
    uint8_t window[LIMITS_MAX_ADAPTIVE]; /* of the local model, where it remembers more than the message */
} aura_workspace;

#endif
