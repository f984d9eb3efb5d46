/* Which template a message matches. */
#include "template_library.h"

#include "typed.h"

#include <string.h>

/* Bytes that are looked at to match one message, at most, if it is short; in the time of a step, whatever the message;
 * and steps that any message is worth. */
#define MAX_WORK (1u << 20)
#define TRYING 256
#define MIN_STEPS 256

/* A search. Candidates are tried as they are found, up to so many steps; or, where there are marks, only marked. */
typedef struct {
    const uint8_t *message;
    size_t size;
    uint64_t bytes;                   /* of the message, as aura_bytes_of tells */
    const aura_template_layer *layer; /* that is looked at */
    uint64_t *marks;                  /* of this layer */
    aura_filled *best;                /* has no template if nothing was found yet */
    aura_filled *other;               /* to try the next one */
    size_t best_size;                 /* of its typed frame, 0 if that was not needed yet */
    size_t steps;                     /* that are left */
} search;

size_t aura_marks_of(const aura_template_library *library)
{
    size_t count = 0;
    for (uint32_t layer = 0; layer < library->count; layer++)
        count += (library->layers[layer]->list.count + 63u) / 64;
    return count;
}

bool aura_find_in_library(const aura_template_library *library, uint32_t id, aura_filled *filled)
{
    filled->template = NULL;
    for (uint32_t layer = 0; layer < library->count && filled->template == NULL; layer++) {
        filled->list = &library->layers[layer]->list;
        filled->template = aura_find_template(filled->list, id);
    }
    return filled->template != NULL;
}

/* Match a template, and keep it if it is the best so far. */
static void try_template(search *self, uint32_t number)
{
    const aura_template_list *list = &self->layer->list;
    aura_filled *found = self->other;
    found->list = list;
    found->template = &list->templates[number];
    if (found->template == self->best->template || (found->template->bytes & ~self->bytes) != 0 ||
        !aura_template_match(list, found->template, self->message, self->size, found->values))
        return;
    if (self->best->template != NULL) {
        if (self->best_size == 0)
            self->best_size = aura_typed_size(self->best);
        const size_t size = aura_typed_size(found);
        if (size > self->best_size || (size == self->best_size && found->template->id > self->best->template->id))
            return;
        self->best_size = size;
    }
    self->other = self->best;
    self->best = found;
}

static void mark(search *self, uint32_t number)
{
    self->marks[number / 64] |= (uint64_t)1 << number % 64;
}

/* A candidate is found; `is_possible` is whether it may match. False if too many steps are done. */
static bool visit(search *self, const aura_filed *filed, bool is_possible)
{
    if (self->marks != NULL) {
        mark(self, filed->template);
        return true;
    }
    if (filed->steps > self->steps)
        return false;
    self->steps -= filed->steps;
    if (is_possible)
        try_template(self, filed->template);
    return true;
}

/* Visit those filed under a first or last literal, which stands in the message at `text`. */
static bool visit_key(search *self, const aura_key_table *table, uint32_t key, const uint8_t *text, size_t size)
{
    for (uint32_t at = aura_find_key(table, key); at < table->count && table->filed[at].key == key; at++) {
        const aura_filed *filed = &table->filed[at];
        const aura_template *template = &self->layer->list.templates[filed->template];
        const uint8_t *literals = aura_literals(&self->layer->list, template);
        const uint8_t *literal = table == &self->layer->index.firsts ? literals : literals + template->text_size - size;
        if (filed->before == size && aura_are_equal(literal, text, size) && !visit(self, filed, true))
            return false;
    }
    return true;
}

static bool visit_ends(search *self)
{
    const aura_template_index *index = &self->layer->index;
    const uint8_t *message = self->message, *end = message + self->size;
    uint64_t lengths = index->first_lengths[message[0]];
    uint32_t hash = AURA_HASH_START;
    for (size_t size = 1; lengths != 0 && size <= self->size; size++, lengths >>= 1) {
        hash = aura_hash_byte(hash, message[size - 1]);
        if ((lengths & 1) && !visit_key(self, &index->firsts, aura_hash_end(hash), message, size))
            return false;
    }
    lengths = index->last_lengths[end[-1]];
    hash = AURA_HASH_START;
    for (size_t size = 1; lengths != 0 && size <= self->size; size++, lengths >>= 1) {
        hash = aura_hash_byte(hash, *(end - size));
        if ((lengths & 1) && !visit_key(self, &index->lasts, aura_hash_end(hash), end - size, size))
            return false;
    }
    return true;
}

/* Whether the bytes around a gram are in the message, where the gram is at `place`. */
static bool stands_at(const search *self, const aura_filed *filed, size_t place)
{
    if (place < filed->before_size || self->size - place - AURA_GRAM < filed->behind_size)
        return false;
    const uint8_t *gram = self->message + place;
    for (uint32_t at = 0; at < filed->behind_size; at++)
        if (gram[AURA_GRAM + at] != (uint8_t)(filed->behind >> 8 * at))
            return false;
    for (uint32_t at = 0; at < filed->before_size; at++)
        if (*(gram - 1 - at) != (uint8_t)(filed->before >> (24 - 8 * at)))
            return false;
    return true;
}

static bool is_marked(const search *self, uint32_t number)
{
    return self->marks != NULL && self->marks[number / 64] >> number % 64 & 1;
}

static bool visit_grams(search *self)
{
    const aura_key_table *table = &self->layer->index.grams;
    for (size_t place = 0; place + AURA_GRAM <= self->size && table->count > 0; place++) {
        const uint32_t key = aura_load_32(self->message + place) * AURA_HASH_MULTIPLIER, slot = key >> table->shift;
        if (table->starts[slot] == table->starts[slot + 1])
            continue;
        uint32_t at = aura_find_key(table, key);
        if (at < table->count && is_marked(self, table->filed[at].template)) /* the gram is there a second time */
            continue;
        for (; at < table->count && table->filed[at].key == key; at++)
            if (!visit(self, &table->filed[at], stands_at(self, &table->filed[at], place)))
                return false;
    }
    return true;
}

/* Visit the candidates of a layer. */
static bool visit_candidates(search *self)
{
    const aura_template_index *index = &self->layer->index;
    for (uint32_t at = 0; at < index->always_count; at++) {
        const uint32_t number = index->always[at];
        const aura_filed filed = {
            .template = number, .steps = (uint16_t)aura_steps_of(&self->layer->list.templates[number])};
        if (!visit(self, &filed, true))
            return false;
    }
    return self->size == 0 || (visit_ends(self) && visit_grams(self));
}

/* The next marked template from a number on; the count of templates if there is none. */
static uint32_t next_marked(const uint64_t *marks, uint32_t number, uint32_t count)
{
    for (; number < count && marks[number / 64] >> number % 64 == 0; number = (number / 64 + 1) * 64) {
    }
    for (; number < count && !(marks[number / 64] >> number % 64 & 1); number++) {
    }
    return number < count ? number : count;
}

/* Mark all candidates, and try them in ascending order of ids until the steps are done. */
static void try_in_order(search *self, const aura_template_library *library, uint64_t *marks)
{
    uint64_t *marks_of[AURA_MAX_LAYERS];
    uint32_t next[AURA_MAX_LAYERS];
    memset(marks, 0, aura_marks_of(library) * sizeof *marks);
    for (uint32_t layer = 0; layer < library->count; layer++) {
        self->layer = library->layers[layer];
        self->marks = marks_of[layer] = marks;
        marks += (self->layer->list.count + 63u) / 64;
        visit_candidates(self);
        next[layer] = next_marked(self->marks, 0, self->layer->list.count);
    }
    self->marks = NULL;
    while (self->steps > 0) {
        const aura_template *lowest = NULL;
        uint32_t its_layer = 0;
        for (uint32_t layer = 0; layer < library->count; layer++) {
            const aura_template_list *list = &library->layers[layer]->list;
            if (next[layer] < list->count && (lowest == NULL || list->templates[next[layer]].id < lowest->id)) {
                lowest = &list->templates[next[layer]];
                its_layer = layer;
            }
        }
        if (lowest == NULL)
            return;
        self->layer = library->layers[its_layer];
        try_template(self, next[its_layer]);
        const uint32_t cost = aura_steps_of(lowest);
        self->steps -= cost < self->steps ? cost : self->steps;
        next[its_layer] = next_marked(marks_of[its_layer], next[its_layer] + 1, self->layer->list.count);
    }
}

/* The template without slots that is a message, that of the lowest id. */
static bool find_whole(const aura_template_library *library, const uint8_t *message, size_t size, aura_filled *found)
{
    const uint32_t key = size > LIMITS_MAX_PATTERN ? 0 : aura_hash_whole(message, size);
    found->template = NULL;
    for (uint32_t layer = 0; layer < library->count && size <= LIMITS_MAX_PATTERN; layer++) {
        const aura_key_table *table = &library->layers[layer]->index.wholes;
        const aura_template_list *list = &library->layers[layer]->list;
        for (uint32_t at = aura_find_key(table, key); at < table->count && table->filed[at].key == key; at++) {
            const aura_template *template = &list->templates[table->filed[at].template];
            if (template->text_size == size && aura_are_equal(aura_literals(list, template), message, size) &&
                (found->template == NULL || template->id < found->template->id)) {
                found->template = template;
                found->list = list;
            }
        }
    }
    return found->template != NULL;
}

const aura_filled *aura_match_library(const aura_template_library *library, const uint8_t *message, size_t size,
                                      aura_match_space *space)
{
    if (find_whole(library, message, size, &space->filled[0]))
        return &space->filled[0];
    size_t steps = MAX_WORK / (size > MAX_WORK ? MAX_WORK : size + TRYING);
    if (steps < MIN_STEPS)
        steps = MIN_STEPS;
    search self = {.message = message,
                   .size = size,
                   .bytes = aura_bytes_of(message, size),
                   .best = &space->filled[0],
                   .other = &space->filled[1],
                   .steps = steps};
    bool is_done = true;
    for (uint32_t layer = 0; layer < library->count && is_done; layer++) {
        self.layer = library->layers[layer];
        is_done = visit_candidates(&self);
    }
    if (!is_done) {
        self.best->template = NULL;
        self.best_size = 0;
        self.steps = steps;
        try_in_order(&self, library, space->marks);
    }
    return self.best->template != NULL ? self.best : NULL;
}
