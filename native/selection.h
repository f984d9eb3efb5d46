/* Which messages are tried first: with the model, as far as nothing but the message decides. What is tried for which
 * message is up to the caller, who gives the bounds. */
#ifndef AURA_SELECTION_H
#define AURA_SELECTION_H

#include "content.h"
#include "message.h"

/* What is tried. */
typedef struct {
    uint32_t max_auralite;  /* bytes of the longest message that AURALITE is tried on */
    uint32_t max_adaptive;  /* bytes of the longest adaptive message, at most AURA_MAX_TRIGRAMS */
    uint32_t min_repeats;   /* trigrams that occurred before, from which an adaptive message is tried, */
    uint32_t repeats_share; /* and one in so many trigrams besides; 0 if that does not matter */
    bool is_instead;        /* whether that is in place of AURALITE, not beside it */
} aura_policy;

/* What was tried: bytes of the strings, 0 where there is none. A string with more bytes than a stored message is none,
 * as it is never taken. */
typedef struct {
    size_t auralite;
    size_t adaptive;
    bool tries_auralite;
    bool tries_adaptive;
} aura_tried;

/* Bytes of room for the strings of a message. */
static inline size_t aura_room_for_strings(size_t size)
{
    return 2 * (size + 1 + RANGE_CODER_MAX_OMITTED);
}

/* Write the strings of a message that are tried into `out`, which has the room: that of AURALITE from its beginning
 * on, that of an adaptive message from its middle on. */
aura_tried aura_try(const aura_context_model *model, aura_workspace *workspace, aura_trigrams *trigrams,
                    const aura_policy *policy, const uint8_t *data, size_t size, uint8_t *out);

#endif
