/* Filing templates (chapter encoding). */
#include "template_index.h"

#include "sort.h"

#include <string.h>

/* Templates that may share a first or last literal before another key is sought for them. */
#define MAX_BUCKET 8

/* Grams of a template that are counted; bounds the time to file long patterns. */
#define MAX_GRAMS 256

/* What is under way: the numbers of templates that are not filed yet, and where they are sorted. */
typedef struct {
    const aura_template_list *list;
    const aura_allocator *allocator;
    uint32_t *rest;
    uint32_t *scratch;
    uint32_t count;
    bool is_last; /* whether keys are last literals, not first ones */
} filer;

uint32_t aura_hash_whole(const uint8_t *text, size_t size)
{
    uint32_t hash = AURA_HASH_START;
    size_t place = 0;
    for (; place + 4 <= size; place += 4) {
        hash = (hash ^ aura_load_32(text + place)) * AURA_HASH_MULTIPLIER;
        hash ^= hash >> 15;
    }
    for (; place < size; place++)
        hash = aura_hash_byte(hash, text[place]);
    return aura_hash_end(hash);
}

/* The first or last literal of a template, as far as it counts. */
static aura_bytes key_of(const aura_template_list *list, const aura_template *template, bool is_last)
{
    const uint8_t *text = aura_literals(list, template);
    size_t size = template->first_size;
    if (is_last) {
        size = list->places[template->places + template->place_count - 1u].literal_size;
        text += template->text_size - size;
        text += size > AURA_MAX_KEY ? size - AURA_MAX_KEY : 0;
    }
    return (aura_bytes){text, size < AURA_MAX_KEY ? size : AURA_MAX_KEY};
}

/* Compare keys: below 0 if one comes before the other, 0 if they are the same. */
static int compare_keys(const filer *self, uint32_t one, uint32_t other)
{
    const aura_bytes left = key_of(self->list, &self->list->templates[one], self->is_last);
    const aura_bytes right = key_of(self->list, &self->list->templates[other], self->is_last);
    if (left.size != right.size)
        return left.size < right.size ? -1 : 1;
    for (size_t at = 0; at < left.size; at++)
        if (left.text[at] != right.text[at])
            return left.text[at] < right.text[at] ? -1 : 1;
    return 0;
}

static bool is_key_before(const void *context, uint32_t one, uint32_t other)
{
    return compare_keys(context, one, other) < 0;
}

static bool is_filed_before(const void *context, uint32_t one, uint32_t other)
{
    const aura_filed *filed = context;
    return filed[one].key < filed[other].key;
}

/* Put filed templates into the order of their keys, and note where keys begin. */
static bool order_table(aura_key_table *table, const aura_allocator *allocator)
{
    uint32_t bits = 1;
    while (bits < 30 && table->count >> (bits - 1) > 0)
        bits++;
    table->shift = 32 - bits;
    const uint32_t count = table->count, slots = 1u << bits;
    uint32_t *order = aura_allocate(allocator, 2 * (size_t)count * sizeof *order);
    aura_filed *ordered = aura_allocate(allocator, (size_t)count * sizeof *ordered);
    table->starts = aura_allocate(allocator, ((size_t)slots + 1) * sizeof *table->starts);
    const bool has_memory = order != NULL && ordered != NULL && table->starts != NULL;
    if (has_memory) {
        for (uint32_t at = 0; at < count; at++)
            order[at] = at;
        aura_sort(order, count, order + count, is_filed_before, table->filed);
        for (uint32_t at = 0; at < count; at++)
            ordered[at] = table->filed[order[at]];
        for (uint32_t slot = 0, at = 0; slot <= slots; slot++) {
            while (at < count && ordered[at].key >> table->shift < slot)
                at++;
            table->starts[slot] = at;
        }
        aura_release(allocator, table->filed);
        table->filed = ordered;
    } else {
        aura_release(allocator, ordered);
    }
    aura_release(allocator, order);
    return has_memory;
}

static aura_filed filed_under(const filer *self, uint32_t number, uint32_t key, size_t size)
{
    const aura_template *template = &self->list->templates[number];
    return (aura_filed){
        .key = key, .template = number, .before = (uint32_t)size, .steps = (uint16_t)aura_steps_of(template)};
}

static uint32_t hash_of_key(aura_bytes key, bool is_last)
{
    uint32_t hash = AURA_HASH_START;
    for (size_t at = 0; at < key.size; at++)
        hash = aura_hash_byte(hash, key.text[is_last ? key.size - 1 - at : at]);
    return aura_hash_end(hash);
}

/* File templates under their first or last literals, where few have the same; the others stay in the rest. */
static bool file_under_literal(filer *self, aura_key_table *table, uint64_t lengths[256])
{
    table->filed = aura_allocate(self->allocator, (size_t)self->count * sizeof *table->filed);
    if (table->filed == NULL)
        return false;
    aura_sort(self->rest, self->count, self->scratch, is_key_before, self);
    uint32_t left = 0;
    for (uint32_t begin = 0, end; begin < self->count; begin = end) {
        for (end = begin + 1; end < self->count && compare_keys(self, self->rest[begin], self->rest[end]) == 0;)
            end++;
        const aura_bytes key = key_of(self->list, &self->list->templates[self->rest[begin]], self->is_last);
        const bool is_filed = key.size > 0 && end - begin <= MAX_BUCKET;
        for (uint32_t at = begin; at < end; at++) {
            if (is_filed)
                table->filed[table->count++] =
                    filed_under(self, self->rest[at], hash_of_key(key, self->is_last), key.size);
            else
                self->scratch[left++] = self->rest[at];
        }
        if (is_filed)
            lengths[key.text[self->is_last ? key.size - 1 : 0]] |= (uint64_t)1 << (key.size - 1);
    }
    memcpy(self->rest, self->scratch, left * sizeof *self->rest);
    self->count = left;
    return order_table(table, self->allocator);
}

/* Where a gram stands: its literal, and the place in it. */
typedef struct {
    const uint8_t *literal;
    uint32_t size;
    uint32_t place;
} gram;

static uint32_t spelt(const gram *found)
{
    const uint8_t *bytes = found->literal + found->place;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The first grams of a template, MAX_GRAMS at most; how many there are. */
static uint32_t grams_of(const aura_template_list *list, const aura_template *template, gram grams[MAX_GRAMS])
{
    const uint8_t *literal = aura_literals(list, template);
    uint32_t count = 0, size = template->first_size;
    for (uint32_t place = 0; place <= template->place_count; place++) {
        for (uint32_t at = 0; at + AURA_GRAM <= size && count < MAX_GRAMS; at++)
            grams[count++] = (gram){literal, size, at};
        literal += size;
        size = place < template->place_count ? list->places[template->places + place].literal_size : 0;
    }
    return count;
}

/* The different grams of a template, as numbers in ascending order; how many there are. */
static uint32_t distinct_grams(const gram grams[MAX_GRAMS], uint32_t count, uint32_t numbers[MAX_GRAMS])
{
    uint32_t scratch[MAX_GRAMS], kept = 0;
    for (uint32_t at = 0; at < count; at++)
        numbers[at] = spelt(&grams[at]);
    aura_sort_numbers(numbers, count, scratch);
    for (uint32_t at = 0; at < count; at++)
        if (at == 0 || numbers[at] != numbers[at - 1])
            numbers[kept++] = numbers[at];
    return kept;
}

/* The place of the first of sorted numbers that is not below a number. */
static uint32_t lower_bound(const uint32_t *numbers, uint32_t count, uint64_t number)
{
    uint32_t begin = 0;
    while (begin < count) {
        const uint32_t middle = begin + (count - begin) / 2;
        if (numbers[middle] < number)
            begin = middle + 1;
        else
            count = middle;
    }
    return begin;
}

/* The gram that the fewest templates share, the lowest of such. */
static gram rarest_gram(const gram grams[MAX_GRAMS], uint32_t count, const uint32_t *all, uint32_t all_count)
{
    gram rarest = grams[0];
    uint32_t fewest = UINT32_MAX;
    for (uint32_t at = 0; at < count; at++) {
        const uint32_t number = spelt(&grams[at]), first = lower_bound(all, all_count, number);
        uint32_t shared = 1; /* it is there; most are rare */
        while (first + shared < all_count && all[first + shared] == number && shared < 8)
            shared++;
        if (shared == 8)
            shared = lower_bound(all, all_count, (uint64_t)number + 1) - first;
        if (shared < fewest || (shared == fewest && number < spelt(&rarest))) {
            fewest = shared;
            rarest = grams[at];
        }
    }
    return rarest;
}

static aura_filed filed_under_gram(const filer *self, uint32_t number, const gram *found)
{
    const uint8_t *bytes = found->literal + found->place;
    const uint32_t behind = found->size - found->place - AURA_GRAM;
    aura_filed filed = filed_under(self, number, aura_load_32(bytes) * AURA_HASH_MULTIPLIER, 0);
    filed.before_size = (uint8_t)(found->place < 4 ? found->place : 4);
    filed.behind_size = (uint8_t)(behind < 4 ? behind : 4);
    for (uint32_t at = 0; at < filed.before_size; at++)
        filed.before |= (uint32_t) * (bytes - 1 - at) << (24 - 8 * at);
    for (uint32_t at = 0; at < filed.behind_size; at++)
        filed.behind |= (uint32_t)bytes[AURA_GRAM + at] << 8 * at;
    return filed;
}

/* File the rest under their grams, or under nothing. */
static bool file_under_grams(filer *self, aura_template_index *index)
{
    gram grams[MAX_GRAMS];
    uint32_t numbers[MAX_GRAMS];
    uint64_t room = 0;
    for (uint32_t at = 0; at < self->count; at++)
        room += grams_of(self->list, &self->list->templates[self->rest[at]], grams);
    index->grams.filed = aura_allocate(self->allocator, (size_t)self->count * sizeof *index->grams.filed);
    index->always = aura_allocate(self->allocator, (size_t)self->count * sizeof *index->always);
    uint32_t *all = room > UINT32_MAX / 2 ? NULL : aura_allocate(self->allocator, 2 * (size_t)room * sizeof *all);
    if (index->grams.filed == NULL || index->always == NULL || all == NULL) {
        aura_release(self->allocator, all);
        return false;
    }
    uint32_t all_count = 0;
    for (uint32_t at = 0; at < self->count; at++) {
        const uint32_t count = grams_of(self->list, &self->list->templates[self->rest[at]], grams);
        const uint32_t kept = distinct_grams(grams, count, numbers);
        memcpy(all + all_count, numbers, kept * sizeof *all);
        all_count += kept;
    }
    aura_sort_numbers(all, all_count, all + room);
    for (uint32_t at = 0; at < self->count; at++) {
        const uint32_t number = self->rest[at];
        const uint32_t count = grams_of(self->list, &self->list->templates[number], grams);
        if (count > 0) {
            const gram rarest = rarest_gram(grams, count, all, all_count);
            index->grams.filed[index->grams.count++] = filed_under_gram(self, number, &rarest);
        } else {
            index->always[index->always_count++] = number;
            index->always_steps += aura_steps_of(&self->list->templates[number]);
        }
    }
    aura_release(self->allocator, all);
    return order_table(&index->grams, self->allocator);
}

/* Put templates with slots into the rest, and file the others by their text. */
static bool file_wholes(filer *self, aura_key_table *table)
{
    table->filed = aura_allocate(self->allocator, (size_t)self->list->count * sizeof *table->filed);
    if (table->filed == NULL)
        return false;
    for (uint32_t number = 0; number < self->list->count; number++) {
        const aura_template *template = &self->list->templates[number];
        if (template->slot_count > 0)
            self->rest[self->count++] = number;
        else
            table->filed[table->count++] = filed_under(
                self, number, aura_hash_whole(aura_literals(self->list, template), template->text_size), 0);
    }
    return order_table(table, self->allocator);
}

bool aura_index_templates(aura_template_index *index, const aura_template_list *list, const aura_allocator *allocator)
{
    *index = (aura_template_index){.list = list};
    filer self = {.list = list, .allocator = allocator};
    self.rest = aura_allocate(allocator, (size_t)list->count * sizeof *self.rest);
    self.scratch = aura_allocate(allocator, (size_t)list->count * sizeof *self.scratch);
    bool is_done = self.rest != NULL && self.scratch != NULL && file_wholes(&self, &index->wholes) &&
                   file_under_literal(&self, &index->firsts, index->first_lengths);
    self.is_last = true;
    is_done = is_done && file_under_literal(&self, &index->lasts, index->last_lengths) &&
              file_under_grams(&self, index);
    aura_release(allocator, self.rest);
    aura_release(allocator, self.scratch);
    return is_done;
}

void aura_template_index_free(aura_template_index *index, const aura_allocator *allocator)
{
    aura_key_table *const tables[] = {&index->firsts, &index->lasts, &index->grams, &index->wholes};
    for (size_t at = 0; at < sizeof tables / sizeof *tables; at++) {
        aura_release(allocator, tables[at]->filed);
        aura_release(allocator, tables[at]->starts);
    }
    aura_release(allocator, index->always);
    *index = (aura_template_index){0};
}

size_t aura_template_index_size(const aura_template_index *index)
{
    const aura_key_table *const tables[] = {&index->firsts, &index->lasts, &index->grams, &index->wholes};
    size_t size = sizeof *index + index->always_count * sizeof *index->always;
    for (size_t at = 0; at < sizeof tables / sizeof *tables; at++)
        size += tables[at]->count * sizeof *tables[at]->filed +
                (((size_t)1 << (32 - tables[at]->shift)) + 1) * sizeof *tables[at]->starts;
    return size;
}
