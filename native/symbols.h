/* One symbol, down the escapes, where no match is followed (rules AUR-2 to AUR-4, RUN-4 and RUN-5).
 *
 * The lists of a context and of its suffixes contain each other. So what is excluded in a list is what the list before
 * it holds, and the symbols that matches or candidates predicted and that did not come: each of these once, in the
 * first list that has it. For the same reason a list of one entry can only be the first: the context that follows an
 * escape has a longer list. */
#ifndef AURA_SYMBOLS_H
#define AURA_SYMBOLS_H

#include "context_model.h"
#include "number_set.h"
#include "range_coder.h"

#define AURA_MAX_PREDICTED LOCAL_MODEL_MAX_TRIED

/* Where a symbol is coded: the context, and the state of the character run. */
typedef struct {
    uint32_t context;
    uint32_t state;
} aura_position;

/* A list on the way down the escapes. */
typedef struct {
    uint32_t context;
    uint32_t first; /* the place of its first entry; the context itself if it has one only */
    uint32_t total; /* of the options, the escape included */
    uint32_t left;  /* options, the escape not included */
    uint32_t share; /* of the way to it (rule MIX-1) */
    uint32_t first_out; /* where the symbol of the list before stands, if it has one */
} aura_list_left;

/* Where the lists have a symbol. */
typedef struct {
    uint32_t list;  /* the number of the first list that has it; AURA_NO_LIST if no list on the way does */
    uint32_t place; /* of its entry */
} aura_found;

#define AURA_NO_LIST 0xFF

/* The way down the escapes at a position, as far as it was looked at, and the symbols that are excluded because they
 * were predicted. */
typedef struct {
    const aura_context_model *model;
    aura_position position; /* the context is the one behind the lists so far */
    uint32_t bound;         /* of the character run */
    uint32_t count;         /* lists so far */
    uint32_t shares;        /* lists whose share is known; the first one's always is */
    aura_found last_found;  /* where the symbol is whose share was asked for last */
    uint32_t predicted_count;
    uint16_t predicted[AURA_MAX_PREDICTED];
    aura_found found[AURA_MAX_PREDICTED]; /* of the predicted symbols */
    aura_list_left lists[CONTEXT_MODEL_MAX_ORDER + 2]; /* and the share of the way behind the last one */
} aura_escapes;

/* Begin at a position. */
static inline void aura_escapes_start(aura_escapes *escapes, const aura_context_model *model, aura_position position)
{
    escapes->model = model;
    escapes->position = position;
    escapes->bound = model->char_runs[position.state].bound;
    escapes->count = 0;
    escapes->shares = 1;
    escapes->predicted_count = 0;
    escapes->lists[0].share = MIXER_PROB_ONE;
}

/* Decode a choice among the entries of a list of more than one, from `first` to before `end`, but for those whose
 * places, counted from `first`, are out. The place of the entry; 0, with nothing taken, if the offset of the decoder is
 * behind them all. */
static inline uint32_t aura_decode_entry(const uint64_t *words, uint32_t first, uint32_t end, const aura_number_set *out,
                                         uint32_t unit, aura_range_decoder *decoder)
{
    for (uint32_t place = first, lower = 0, before = 0; place < end; place++) {
        const uint32_t upper = aura_upper_of(words[place]), frequency = upper - lower;
        lower = upper;
        if (aura_has(out, place - first))
            continue;
        if (decoder->offset < (before + frequency) * unit) {
            aura_range_take(decoder, before, frequency, unit);
            return place;
        }
        before += frequency;
    }
    return 0;
}

/* Exclude the symbol whose share was asked for last, which was predicted and is not excluded so far; at most
 * AURA_MAX_PREDICTED of them. */
void aura_exclude(aura_escapes *escapes, uint32_t symbol);

/* The share of a symbol that is not excluded (rule MIX-1); the context that follows it goes to `following`. */
uint32_t aura_share_of(aura_escapes *escapes, uint32_t symbol, uint32_t *following);

/* Code a symbol that is not excluded, and give the context that follows it. */
uint32_t aura_encode_symbol(aura_escapes *escapes, uint32_t symbol, aura_range_encoder *encoder);

/* Decode a symbol, and give it; the context that follows it goes to `following`. After an error, which the decoder
 * notes, both are of no use, but there are such ones. */
uint32_t aura_decode_symbol(aura_escapes *escapes, aura_range_decoder *decoder, uint32_t *following);

#endif
