/* Which messages are tried, and which is taken. */
#include "selection.h"

#include "fuzzy.h"
#include "modelled.h"
#include "typed.h"

/* A choice that is under way: the smallest message so far, and room for the next one. */
typedef struct {
    const aura_context_model *model;
    const aura_trying *trying;
    const aura_policy *policy;
    const uint8_t *data;
    size_t size;
    uint8_t *room;  /* for the next message */
    uint8_t *other; /* the other half of the room */
    aura_choice choice;
} chooser;

/* A message of `length` bytes stands in the room; 0 if it does not fit there, and so is too long. */
static void consider(chooser *self, size_t length)
{
    if (length == 0 || length >= self->choice.size)
        return;
    self->choice.wire = self->room;
    self->choice.size = length;
    self->room = self->other;
    self->other = (uint8_t *)(uintptr_t)self->choice.wire;
}

static size_t room_of(const chooser *self)
{
    return aura_room_for_choice(self->size) / 2;
}

static bool tries_adaptive(const chooser *self)
{
    const aura_policy *policy = self->policy;
    if (self->size > policy->max_adaptive || self->size > AURA_MAX_TRIGRAMS)
        return false;
    size_t least = policy->min_repeats;
    if (policy->repeats_share > 0 && self->size / policy->repeats_share > least)
        least = self->size / policy->repeats_share;
    return aura_repeats(self->trying->trigrams, self->data, self->size, least);
}

static void try_method(chooser *self, aura_method method)
{
    aura_error error; /* there is no room for a longer string */
    self->choice.has_auralite = true;
    consider(self, aura_encode(self->model, self->trying->tables, method, self->data, self->size, self->room,
                               self->size + 1 + RANGE_CODER_MAX_OMITTED, &error));
}

/* Try AURALITE, whose string may be written before or later. */
static void try_auralite(chooser *self)
{
    const aura_job *known = self->trying->auralite;
    self->choice.has_auralite = true;
    if (known == NULL && self->trying->defers) {
        self->choice.is_deferred = true;
    } else if (known == NULL) {
        try_method(self, AURA_AURALITE);
    } else if (known->length > 0 && known->length < self->choice.size) {
        self->choice.wire = known->out;
        self->choice.size = known->length;
    }
}

static bool tries_frame(const chooser *self, uint32_t marker)
{
    return self->policy->frames >> marker & 1;
}

static void try_typed(chooser *self, const aura_filled *match)
{
    if (tries_frame(self, MARKER_TYPED) && 1 + aura_typed_size(match) < self->choice.size)
        consider(self, aura_typed_encode(match, self->room));
}

/* Whether a modelled frame may have less than `size` bytes, by an estimate: it spares the share of them for all that is
 * no text in a slot for texts, and half as much again must exceed its cost. */
static bool is_worth_modelling(const chooser *self, const aura_filled *match, size_t size)
{
    uint64_t texts = 0;
    for (uint32_t index = 0; index < match->template->slot_count; index++)
        if (aura_is_text_only(aura_slot_of(match->list, match->template, index)))
            texts += match->values[index].size;
    const uint64_t cost = 1 + (uint64_t)aura_typed_size(match) - texts + 1;
    return 3 * (uint64_t)size * (self->size - texts) > 2 * cost * self->size;
}

static void try_modelled(chooser *self, const aura_filled *match, size_t size)
{
    aura_error error; /* no value is a text, or it is too long */
    if (tries_frame(self, MARKER_MODELLED) && self->size <= self->policy->max_auralite &&
        is_worth_modelling(self, match, size))
        consider(self, aura_modelled_encode(self->model, &self->trying->tables->match, match, self->data, self->size,
                                            self->room, room_of(self), &error));
}

/* Bytes that a fuzzy frame takes beside the id of its template where a message differs a little. */
#define FUZZY_HEAD 3

/* Try the fuzzy frame of a template that the message is close to, if by an estimate it may be smallest: it spares the share
 * of the bytes for what the two have in common. */
static void try_fuzzy(chooser *self, const aura_template_library *library)
{
    aura_near near;
    aura_error error; /* it is too long */
    if (!tries_frame(self, MARKER_FUZZY) || self->size > self->policy->max_fuzzy ||
        self->choice.size < self->policy->min_fuzzy ||
        !aura_find_near(library, self->data, self->size, self->trying->near, &near))
        return;
    const uint64_t head = FUZZY_HEAD + aura_varint_write(NULL, near.template->id);
    if ((uint64_t)self->choice.size * near.shared > head * near.size)
        consider(self, aura_fuzzy_encode(self->model, self->trying->tables, near.list, near.template, self->data,
                                         self->size, self->room, room_of(self), &error));
}

static bool is_halved(const chooser *self)
{
    return 2 * self->choice.size <= self->size;
}

aura_choice aura_choose(const aura_context_model *model, const aura_trying *trying, const aura_policy *policy,
                        const aura_template_library *library, const uint8_t *data, size_t size, uint8_t *out)
{
    chooser self = {.model = model,
                    .trying = trying,
                    .policy = policy,
                    .data = data,
                    .size = size,
                    .room = out,
                    .choice = {.size = size + 1}};
    self.other = out + room_of(&self);
    const aura_filled *match = library == NULL ? NULL : aura_match_library(library, data, size, trying->match);
    if (policy->is_quick && match != NULL) {
        try_typed(&self, match);
        self.choice.is_settled = is_halved(&self);
        if (self.choice.is_settled)
            return self.choice;
    }
    const bool adapts = tries_adaptive(&self);
    if (size <= policy->max_auralite && !(policy->is_quick && adapts))
        try_auralite(&self);
    if (adapts)
        try_method(&self, AURA_ADAPTIVE);
    const size_t without_template = self.choice.size;
    if (!policy->is_quick && match != NULL)
        try_typed(&self, match);
    self.choice.is_settled = size <= policy->max_settled && is_halved(&self);
    if (!policy->is_quick && match != NULL)
        try_modelled(&self, match, without_template);
    if (match == NULL && library != NULL)
        try_fuzzy(&self, library);
    return self.choice;
}

void aura_choose_deferred(aura_choice *choice, const aura_policy *policy, const aura_job *auralite)
{
    choice->is_deferred = false;
    if (auralite->length > 0 && auralite->length < choice->size) {
        choice->wire = auralite->out;
        choice->size = auralite->length;
    }
    choice->is_settled = auralite->size <= policy->max_settled && 2 * choice->size <= auralite->size;
}
