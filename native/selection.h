/* Which messages are tried, and which is taken: with the model and with templates, as far as no general method is tried
 * (chapter encoding). What is tried for which message is up to the caller, who gives the bounds. */
#ifndef AURA_SELECTION_H
#define AURA_SELECTION_H

#include "auralite_batch.h"
#include "content.h"
#include "message.h"
#include "near.h"
#include "slot.h"

/* What is tried. */
typedef struct {
    uint32_t max_auralite;  /* bytes of the longest message that AURALITE and modelled frames are tried on */
    uint32_t max_adaptive;  /* bytes of the longest adaptive message, at most AURA_MAX_TRIGRAMS */
    uint32_t min_repeats;   /* trigrams that occurred before, from which an adaptive message is tried, */
    uint32_t repeats_share; /* and one in so many trigrams besides; 0 if that does not matter */
    uint32_t max_settled;   /* bytes up to which a message that is halved is settled */
    uint32_t frames;        /* the template frames that are tried, each a bit by its marker */
    uint32_t min_fuzzy;     /* bytes that the message takes otherwise, from which a fuzzy frame is tried, */
    uint32_t max_fuzzy;     /* up to so many bytes of the message */
    bool is_quick;          /* whether a typed frame that halves the message is taken unseen, and an adaptive message is
                             * tried in place of AURALITE, not beside it */
} aura_policy;

/* What a message is tried with: what its methods write to; and for messages of a batch, whose AURALITE strings are
 * written side by side, the string where it is written before, or that it is written later. */
typedef struct {
    aura_workspace *tables;
    aura_trigrams *trigrams;
    aura_match_space *match;
    aura_near_space *near;
    const aura_job *auralite; /* NULL if it is not written yet */
    bool defers;
} aura_trying;

/* The smallest message that was tried, the first of equally small ones. */
typedef struct {
    const uint8_t *wire; /* NULL for a stored message */
    size_t size;
    bool is_settled;   /* whether no general method is tried */
    bool has_auralite; /* whether a model coded one of the messages, adaptive or not */
    bool is_deferred;  /* whether AURALITE is yet to be tried, as the last method */
} aura_choice;

/* Bytes of room for the messages that are tried. */
static inline size_t aura_room_for_choice(size_t size)
{
    return 2 * (size + 1 + RANGE_CODER_MAX_OMITTED + AURA_MAX_SPELT + size / 2);
}

/* Try messages, which go to `out`, which has the room. Without a library no template is looked for. */
aura_choice aura_choose(const aura_context_model *model, const aura_trying *trying, const aura_policy *policy,
                        const aura_template_library *library, const uint8_t *data, size_t size, uint8_t *out);

/* Whether a quick policy tries AURALITE last, so that it may be deferred; otherwise it is tried first. */
static inline bool aura_defers(const aura_policy *policy)
{
    return policy->is_quick;
}

/* Try AURALITE that was deferred, on a message of `size` bytes; the string is written. */
void aura_choose_deferred(aura_choice *choice, const aura_policy *policy, const aura_job *auralite);

#endif
