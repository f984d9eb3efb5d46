/* Which template a message is close to, by windows of literals, and then by what they have in common. */
#include "near.h"

#include "frame.h"
#include "sort.h"

#include <string.h>

#define WINDOW 8
#define STRIDE 4
#define STEP 2 /* a message is looked at in windows that begin at every other byte */
#define MIN_LITERAL (WINDOW + STRIDE - 1)
#define MAX_LITERAL 256 /* bytes of a literal that are looked at; bounds the time to file long patterns */
#define MAX_COMPARED 2

/* Puts windows into an order that has nothing to do with their own. */
#define SCATTER 0x9E3779B97F4A7C15u

static uint64_t window_at(const uint8_t *bytes)
{
    return ((uint64_t)aura_load(bytes + 4) << 32 | aura_load(bytes)) * SCATTER;
}

/* What is under way. */
typedef struct {
    const aura_template_list *list;
    const aura_allocator *allocator;
    bool is_whole;  /* whether templates without slots are looked at, not those with slots */
    uint64_t *all;  /* every window of every literal */
    uint32_t count; /* of them */
    uint32_t *starts;
    uint32_t shift;
} window_filer;

/* The next literal of a template that is long enough, from a place on: `place` is 0 for the first literal. */
static bool next_literal(const aura_template_list *list, const aura_template *template, uint32_t *place, size_t *at,
                         aura_bytes *literal)
{
    while (*place <= template->place_count) {
        const size_t size = *place == 0 ? template->first_size
                                        : list->places[template->places + *place - 1].literal_size;
        *literal = (aura_bytes){aura_literals(list, template) + *at, size < MAX_LITERAL ? size : MAX_LITERAL};
        *at += size;
        ++*place;
        if (size >= MIN_LITERAL)
            return true;
    }
    return false;
}

/* Put all windows behind each other, or only count them. */
static uint64_t collect(const window_filer *self, uint64_t *all)
{
    uint64_t count = 0;
    for (uint32_t number = 0; number < self->list->count; number++) {
        const aura_template *template = &self->list->templates[number];
        uint32_t place = 0;
        size_t at = 0;
        aura_bytes literal;
        while ((template->slot_count == 0) == self->is_whole &&
               next_literal(self->list, template, &place, &at, &literal))
            for (size_t start = 0; start + WINDOW <= literal.size; start++, count++)
                if (all != NULL)
                    all[count] = window_at(literal.text + start);
    }
    return count;
}

/* Note by the highest bits of sorted windows where each begins. */
static uint32_t *starts_of(const uint64_t *windows, uint32_t count, uint32_t *shift, const aura_allocator *allocator)
{
    uint32_t bits = 1;
    while (bits < 30 && count >> bits > 0)
        bits++;
    *shift = 64 - bits;
    const uint32_t slots = 1u << bits;
    uint32_t *starts = aura_allocate(allocator, ((size_t)slots + 1) * sizeof *starts);
    for (uint32_t slot = 0, at = 0; starts != NULL && slot <= slots; slot++) {
        while (at < count && windows[at] >> *shift < slot)
            at++;
        starts[slot] = at;
    }
    return starts;
}

/* The first of sorted windows that is not below one. */
static uint32_t find_window(const uint64_t *windows, const uint32_t *starts, uint32_t shift, uint64_t window)
{
    uint32_t begin = starts[window >> shift], end = starts[(window >> shift) + 1];
    while (begin < end) {
        const uint32_t middle = begin + (end - begin) / 2;
        if (windows[middle] < window)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

/* How often a window is there. */
static uint32_t count_shared(const window_filer *self, uint64_t window)
{
    const uint32_t first = find_window(self->all, self->starts, self->shift, window);
    uint32_t begin = first, end = self->starts[(window >> self->shift) + 1];
    while (begin < end) {
        const uint32_t middle = begin + (end - begin) / 2;
        if (self->all[middle] == window)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin - first;
}

/* For each remainder of the places in a literal its rarest window; and how often they are there. */
static void choose_windows(const window_filer *self, aura_bytes literal, uint64_t windows[STRIDE], uint64_t *sum,
                           uint32_t *most)
{
    *sum = 0;
    *most = 0;
    for (size_t remainder = 0; remainder < STRIDE; remainder++) {
        uint32_t fewest = UINT32_MAX;
        for (size_t start = remainder; start + WINDOW <= literal.size; start += STRIDE) {
            const uint64_t window = window_at(literal.text + start);
            const uint32_t shared = count_shared(self, window);
            if (shared < fewest || (shared == fewest && window < windows[remainder])) {
                fewest = shared;
                windows[remainder] = window;
            }
        }
        *sum += fewest;
        *most = fewest > *most ? fewest : *most;
    }
}

/* The windows of the literal of a template whose windows are rarest, each once; 0 if too many share them. */
static uint32_t windows_of(const window_filer *self, const aura_template *template, uint64_t windows[STRIDE])
{
    uint64_t least = UINT64_MAX, found[STRIDE];
    uint32_t place = 0, its_most = AURA_MAX_SHARED + 1, kept = 0;
    size_t at = 0;
    aura_bytes literal;
    while (next_literal(self->list, template, &place, &at, &literal)) {
        uint64_t sum;
        uint32_t most;
        choose_windows(self, literal, found, &sum, &most);
        if (sum < least) {
            least = sum;
            its_most = most;
            memcpy(windows, found, sizeof found);
        }
    }
    for (uint32_t one = 0; its_most <= AURA_MAX_SHARED && one < STRIDE; one++) {
        bool is_there = false;
        for (uint32_t other = 0; other < kept; other++)
            is_there = is_there || windows[other] == windows[one];
        if (!is_there)
            windows[kept++] = windows[one];
    }
    return kept;
}

static bool is_window_before(const void *context, uint32_t one, uint32_t other)
{
    const uint64_t *windows = context;
    return windows[one] < windows[other];
}

/* Put a table into the order of its windows. */
static bool order_windows(aura_window_table *table, const aura_allocator *allocator)
{
    const uint32_t count = table->count;
    uint32_t *order = aura_allocate(allocator, 2 * (size_t)count * sizeof *order);
    uint32_t *numbers = aura_allocate(allocator, (size_t)count * sizeof *numbers);
    uint64_t *windows = aura_allocate(allocator, (size_t)count * sizeof *windows);
    const bool has_memory = order != NULL && numbers != NULL && windows != NULL;
    for (uint32_t at = 0; has_memory && at < count; at++)
        order[at] = at;
    if (has_memory)
        aura_sort(order, count, order + count, is_window_before, table->windows);
    for (uint32_t at = 0; has_memory && at < count; at++) {
        windows[at] = table->windows[order[at]];
        numbers[at] = table->numbers[order[at]];
    }
    aura_release(allocator, order);
    aura_release(allocator, table->windows);
    aura_release(allocator, table->numbers);
    table->windows = windows;
    table->numbers = numbers;
    if (has_memory)
        table->starts = starts_of(windows, count, &table->shift, allocator);
    return has_memory && table->starts != NULL;
}

/* File templates under the windows that were chosen. */
static bool file_windows(const window_filer *self, aura_window_table *table)
{
    const size_t room = (size_t)STRIDE * self->list->count;
    table->windows = aura_allocate(self->allocator, room * sizeof *table->windows);
    table->numbers = aura_allocate(self->allocator, room * sizeof *table->numbers);
    if (table->windows == NULL || table->numbers == NULL)
        return false;
    for (uint32_t number = 0; number < self->list->count; number++) {
        const aura_template *template = &self->list->templates[number];
        uint64_t windows[STRIDE];
        const uint32_t count =
            (template->slot_count == 0) == self->is_whole ? windows_of(self, template, windows) : 0;
        for (uint32_t at = 0; at < count; at++) {
            table->windows[table->count] = windows[at];
            table->numbers[table->count++] = number;
        }
    }
    return order_windows(table, self->allocator);
}

static bool make_table(window_filer *self, aura_window_table *table)
{
    const uint64_t count = collect(self, NULL);
    if (count > UINT32_MAX / 2)
        return false;
    self->count = (uint32_t)count;
    self->all = aura_allocate(self->allocator, 2 * (size_t)count * sizeof *self->all);
    if (self->all == NULL)
        return false;
    collect(self, self->all);
    aura_sort_words(self->all, self->count, self->all + count);
    self->starts = starts_of(self->all, self->count, &self->shift, self->allocator);
    const bool is_done = self->starts != NULL && file_windows(self, table);
    aura_release(self->allocator, self->all);
    aura_release(self->allocator, self->starts);
    return is_done;
}

bool aura_index_windows(aura_near_index *index, const aura_template_list *list, const aura_allocator *allocator)
{
    *index = (aura_near_index){0};
    for (uint32_t at = 0; at < 2; at++) {
        window_filer self = {.list = list, .allocator = allocator, .is_whole = at == 1};
        if (!make_table(&self, &index->tables[at]))
            return false;
    }
    return true;
}

void aura_near_index_free(aura_near_index *index, const aura_allocator *allocator)
{
    for (uint32_t at = 0; at < 2; at++) {
        aura_release(allocator, index->tables[at].windows);
        aura_release(allocator, index->tables[at].numbers);
        aura_release(allocator, index->tables[at].starts);
    }
    *index = (aura_near_index){0};
}

size_t aura_near_index_size(const aura_near_index *index)
{
    size_t size = sizeof *index;
    for (uint32_t at = 0; at < 2; at++)
        size += index->tables[at].count * (sizeof *index->tables[at].windows + sizeof *index->tables[at].numbers) +
                (((size_t)1 << (64 - index->tables[at].shift)) + 1) * sizeof *index->tables[at].starts;
    return size;
}

/* Gather the templates of the windows that a message has, each window once; how many there are, 0 if it has far too many
 * windows. */
static uint32_t gather(const aura_window_table *table, const uint8_t *message, size_t size, aura_near_space *space)
{
    uint32_t found[AURA_MAX_NEAR_WINDOWS], count = 0, hits = 0;
    for (size_t place = 0; place + WINDOW <= size && table->count > 0; place += STEP) {
        const uint64_t window = window_at(message + place);
        const uint32_t first = find_window(table->windows, table->starts, table->shift, window);
        if (first == table->count || table->windows[first] != window)
            continue;
        uint32_t before = 0;
        while (before < count && found[before] != first)
            before++;
        if (before < count)
            continue;
        if (count == AURA_MAX_NEAR_WINDOWS)
            return 0;
        found[count++] = first;
        for (uint32_t at = first; at < table->count && table->windows[at] == window; at++)
            space->hits[hits++] = table->numbers[at];
    }
    return hits;
}

/* A template that has windows of the message. */
typedef struct {
    const aura_template_list *list;
    const aura_template *template;
    uint32_t hits;
} candidate;

static bool is_better(const candidate *one, const candidate *other)
{
    return other->template == NULL || one->hits > other->hits ||
           (one->hits == other->hits && one->template->id < other->template->id);
}

/* Keep the templates with the most windows, of equals those with the lowest ids. */
static void keep_best(const aura_template_list *list, uint32_t hits, aura_near_space *space,
                      candidate best[MAX_COMPARED])
{
    aura_sort_numbers(space->hits, hits, space->scratch);
    for (uint32_t begin = 0, end; begin < hits; begin = end) {
        for (end = begin + 1; end < hits && space->hits[end] == space->hits[begin];)
            end++;
        const candidate next = {list, &list->templates[space->hits[begin]], end - begin};
        if (is_better(&next, &best[0])) {
            best[1] = best[0];
            best[0] = next;
        } else if (is_better(&next, &best[1])) {
            best[1] = next;
        }
    }
}

/* The different four bytes in a row of a text, in ascending order; how many there are. */
static uint32_t distinct_grams(const uint8_t *text, size_t size, uint32_t *grams)
{
    const uint32_t count = size < AURA_GRAM ? 0 : (uint32_t)size - AURA_GRAM + 1;
    uint32_t kept = 0;
    for (uint32_t place = 0; place < count; place++)
        grams[place] = aura_load(text + place);
    aura_sort_numbers(grams, count, grams + count);
    for (uint32_t place = 0; place < count; place++)
        if (place == 0 || grams[place] != grams[place - 1])
            grams[kept++] = grams[place];
    return kept;
}

size_t aura_grams_of(size_t size)
{
    return 2 * size + 2 * LIMITS_MAX_PATTERN;
}

/* How many grams a message shares with the example of a template. */
static uint32_t count_common(const uint32_t *held, uint32_t count, const candidate *compared, uint32_t *grams)
{
    uint8_t example[LIMITS_MAX_PATTERN];
    const size_t size = aura_example(compared->list, compared->template, example);
    const uint32_t others = distinct_grams(example, size, grams);
    uint32_t common = 0;
    for (uint32_t at = 0, other = 0; at < count && other < others;) {
        common += held[at] == grams[other];
        const bool is_first = held[at] <= grams[other];
        other += grams[other] <= held[at];
        at += is_first;
    }
    return common;
}

bool aura_find_near(const aura_template_library *library, const uint8_t *message, size_t size, aura_near_space *space,
                    aura_near *near)
{
    candidate best[MAX_COMPARED] = {{0}, {0}};
    near->template = NULL;
    for (uint32_t layer = 0; layer < library->count; layer++)
        for (uint32_t at = 0; at < 2 && library->nears[layer] != NULL; at++)
            keep_best(&library->layers[layer]->list,
                      gather(&library->nears[layer]->tables[at], message, size, space), space, best);
    if (best[0].template == NULL)
        return false;
    const uint32_t count = distinct_grams(message, size, space->grams);
    uint32_t *others = space->grams + count;
    near->shared = 0;
    near->size = count;
    for (uint32_t at = 0; at < MAX_COMPARED && best[at].template != NULL; at++) {
        const uint32_t common = count_common(space->grams, count, &best[at], others);
        if (common > near->shared) {
            near->shared = common;
            near->list = best[at].list;
            near->template = best[at].template;
        }
    }
    return near->template != NULL;
}
