/* The contexts of a message's symbols, found before they are coded.
 *
 * A piece of the message is cut into parts, which are gone through side by side. All but the first begin at the root, as
 * if the message began there: contexts are too short, until they have caught up with those of the whole message. So each
 * part then goes on into the next one, up to the first symbol where both have the same context: from there on all is the
 * same, as a context and the text decide on what follows. */
#include "lookahead.h"

#define PARTS 8
#define PART_SIZE 16 /* the least symbols of a part, which few contexts need to catch up */

/* A part on its way up to `end`. */
typedef struct {
    uint32_t at;
    uint32_t end;
    uint32_t context; /* of the symbol */
    uint32_t list;    /* where the symbol is looked for: the context, or a suffix of it */
} part;

/* Whether a part has symbols left; one that goes on into the next one ends where that has caught up. */
static inline bool is_left(const part *self, const aura_step *steps, bool goes_on)
{
    return self->at < self->end && !(goes_on && steps[self->at].context == self->context);
}

/* Look for the symbol in a list; false once the part is done. */
static inline bool look(const uint64_t *words, const uint8_t *text, aura_step *steps, part *self, bool goes_on)
{
    const uint32_t symbol = text[self->at], list = self->list;
    const uint32_t place = aura_find_entry(words, list, symbol);
    if (list == self->context)
        steps[self->at] = (aura_step){list, place};
    self->list = place == 0 ? aura_suffix_of(words[list]) : aura_following_of(words[place]);
    aura_prefetch(words + self->list);
    if (place == 0)
        return true; /* up to the root, which has all symbols */
    self->context = self->list;
    self->at++;
    return is_left(self, steps, goes_on);
}

/* Go through parts, side by side. */
static inline void go_through(const uint64_t *words, const uint8_t *text, aura_step *steps, part *parts, uint32_t count,
                              bool goes_on)
{
    part *left[PARTS];
    uint32_t active = 0;
    for (uint32_t number = 0; number < count; number++)
        if (is_left(&parts[number], steps, goes_on))
            left[active++] = &parts[number];
    while (active > 0)
        for (uint32_t number = 0; number < active;)
            if (look(words, text, steps, left[number], goes_on))
                number++;
            else
                left[number] = left[--active];
}

uint32_t aura_look_ahead(const aura_context_model *model, const uint8_t *text, uint32_t size, uint32_t context,
                         aura_step steps[AURA_PIECE])
{
    part parts[PARTS];
    const uint32_t whole = size / PART_SIZE, count = whole < 1 ? 1 : whole < PARTS ? whole : PARTS, last = count - 1;
    for (uint32_t number = 0; number < count; number++) {
        const uint32_t first = number == 0 ? context : 0;
        parts[number] = (part){number * size / count, (number + 1) * size / count, first, first};
    }
    go_through(model->words, text, steps, parts, count, false);
    for (uint32_t number = 0; number < last; number++)
        parts[number].end = parts[number + 1].end;
    go_through(model->words, text, steps, parts, last, true);
    for (uint32_t number = 0; number < last; number++) {
        part *self = &parts[number];
        if (self->at < self->end)
            continue;
        /* The next part has not caught up in time, so that others went on from a wrong context. */
        self->end = size;
        go_through(model->words, text, steps, self, 1, false);
        return self->context;
    }
    return parts[last].context;
}
