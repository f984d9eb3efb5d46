/* Which template a message is close to, by windows of literals, and then by what they have in common. */
#include "near.h"

#include "frame.h"
#include "loads.h"
#include "sort.h"

#include <string.h>

#define WINDOW 8
#define MAX_PLACES 256 /* of a template that are looked at; bounds the time to file long patterns */
#define MAX_COMPARED 2

/* Puts windows into an order that has nothing to do with what they say; and the bit that those have that count. */
#define SCATTER 0x9E3779B97F4A7C15u
#define COUNTS ((uint64_t)1 << 48)

static uint64_t window_at(const uint8_t *bytes)
{
    return aura_load_64(bytes) * SCATTER;
}

/* The windows of a template that count, each once and in ascending order; how many there are. */
static uint32_t windows_of(const aura_template_list *list, const aura_template *template, uint64_t windows[MAX_PLACES])
{
    const uint8_t *literal = aura_literals(list, template);
    size_t size = template->first_size;
    uint32_t places = 0, count = 0, kept = 0;
    for (uint32_t number = 0; number <= template->place_count; number++) {
        for (size_t start = 0; start + WINDOW <= size && places < MAX_PLACES; start++, places++) {
            windows[count] = window_at(literal + start);
            count += (windows[count] & COUNTS) != 0;
        }
        literal += size;
        size = number < template->place_count ? list->places[template->places + number].literal_size : 0;
    }
    uint64_t scratch[MAX_PLACES];
    aura_sort_words(windows, count, scratch);
    for (uint32_t at = 0; at < count; at++)
        if (at == 0 || windows[at] != windows[at - 1])
            windows[kept++] = windows[at];
    return kept;
}

static bool is_window_before(const void *context, uint32_t one, uint32_t other)
{
    const uint64_t *windows = context;
    return windows[one] < windows[other];
}

/* Note by the highest bits of sorted windows where each begins. */
static bool note_starts(aura_near_index *index, const aura_allocator *allocator)
{
    uint32_t bits = 1;
    while (bits < 30 && index->count >> bits > 0)
        bits++;
    index->shift = 64 - bits;
    const uint32_t slots = 1u << bits;
    index->starts = aura_allocate(allocator, ((size_t)slots + 1) * sizeof *index->starts);
    for (uint32_t slot = 0, at = 0; index->starts != NULL && slot <= slots; slot++) {
        while (at < index->count && index->windows[at] >> index->shift < slot)
            at++;
        index->starts[slot] = at;
    }
    return index->starts != NULL;
}

/* Put templates into the order of their windows. */
static bool order_windows(aura_near_index *index, const aura_allocator *allocator)
{
    const uint32_t count = index->count;
    uint32_t *order = aura_allocate(allocator, 2 * (size_t)count * sizeof *order);
    uint32_t *numbers = aura_allocate(allocator, (size_t)count * sizeof *numbers);
    uint64_t *windows = aura_allocate(allocator, (size_t)count * sizeof *windows);
    const bool has_memory = order != NULL && numbers != NULL && windows != NULL;
    for (uint32_t at = 0; has_memory && at < count; at++)
        order[at] = at;
    if (has_memory)
        aura_sort(order, count, order + count, is_window_before, index->windows);
    for (uint32_t at = 0; has_memory && at < count; at++) {
        windows[at] = index->windows[order[at]];
        numbers[at] = index->numbers[order[at]];
    }
    aura_release(allocator, order);
    aura_release(allocator, index->windows);
    aura_release(allocator, index->numbers);
    index->windows = windows;
    index->numbers = numbers;
    return has_memory && note_starts(index, allocator);
}

bool aura_index_windows(aura_near_index *index, const aura_template_list *list, const aura_allocator *allocator)
{
    uint64_t windows[MAX_PLACES], room = 0;
    *index = (aura_near_index){0};
    for (uint32_t number = 0; number < list->count; number++)
        room += windows_of(list, &list->templates[number], windows);
    if (room > UINT32_MAX / 2)
        return false;
    index->windows = aura_allocate(allocator, (size_t)room * sizeof *index->windows);
    index->numbers = aura_allocate(allocator, (size_t)room * sizeof *index->numbers);
    if (index->windows == NULL || index->numbers == NULL)
        return false;
    for (uint32_t number = 0; number < list->count; number++) {
        const uint32_t count = windows_of(list, &list->templates[number], windows);
        for (uint32_t at = 0; at < count; at++) {
            index->windows[index->count] = windows[at];
            index->numbers[index->count++] = number;
        }
    }
    return order_windows(index, allocator);
}

void aura_near_index_free(aura_near_index *index, const aura_allocator *allocator)
{
    aura_release(allocator, index->windows);
    aura_release(allocator, index->numbers);
    aura_release(allocator, index->starts);
    *index = (aura_near_index){0};
}

size_t aura_near_index_size(const aura_near_index *index)
{
    return sizeof *index + index->count * (sizeof *index->windows + sizeof *index->numbers) +
           (((size_t)1 << (64 - index->shift)) + 1) * sizeof *index->starts;
}

/* The templates of an index that have a window. */
typedef struct {
    const uint32_t *numbers;
    uint32_t count; /* at most one more than may share a window */
} sharers;

static sharers find_window(const aura_near_index *index, uint64_t window)
{
    uint32_t begin = index->starts[window >> index->shift], end = index->starts[(window >> index->shift) + 1];
    const uint32_t behind = end;
    while (begin < end) {
        const uint32_t middle = begin + (end - begin) / 2;
        if (index->windows[middle] < window)
            begin = middle + 1;
        else
            end = middle;
    }
    uint32_t count = 0;
    while (begin + count < behind && count <= AURA_MAX_SHARED && index->windows[begin + count] == window)
        count++;
    return (sharers){index->numbers + begin, count};
}

/* Append the templates that have a window to the hits; false if none has it, or too many have. The number of a template
 * counts those of the layers before. */
static bool add_hits(const aura_template_library *library, uint64_t window, aura_near_space *space, uint32_t *hits)
{
    const uint32_t before = *hits;
    for (uint32_t layer = 0, base = 0; layer < library->count; layer++) {
        const sharers found = find_window(library->nears[layer], window);
        if (*hits - before + found.count > AURA_MAX_SHARED) {
            *hits = before;
            return false;
        }
        for (uint32_t at = 0; at < found.count; at++)
            space->hits[(*hits)++] = base + found.numbers[at];
        base += library->layers[layer]->list.count;
    }
    return *hits > before;
}

/* Gather the templates that have the windows of a message, each window once; how many hits there are, 0 if far too many
 * windows are of templates. */
static uint32_t gather(const aura_template_library *library, const uint8_t *message, size_t size,
                       aura_near_space *space)
{
    uint64_t found[AURA_MAX_NEAR_WINDOWS];
    uint32_t count = 0, hits = 0;
    for (size_t place = 0; place + WINDOW <= size; place++) {
        const uint64_t window = window_at(message + place);
        const uint32_t hits_before = hits;
        if ((window & COUNTS) == 0 || !add_hits(library, window, space, &hits))
            continue;
        uint32_t before = 0;
        while (before < count && found[before] != window)
            before++;
        if (before < count)
            hits = hits_before;
        else if (count == AURA_MAX_NEAR_WINDOWS)
            return 0;
        else
            found[count++] = window;
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

/* The template of a number that counts those of the layers before. */
static candidate candidate_of(const aura_template_library *library, uint32_t number, uint32_t hits)
{
    uint32_t layer = 0;
    while (number >= library->layers[layer]->list.count)
        number -= library->layers[layer++]->list.count;
    const aura_template_list *list = &library->layers[layer]->list;
    return (candidate){list, &list->templates[number], hits};
}

/* Keep the templates with the most windows, of equals those with the lowest ids. */
static void keep_best(const aura_template_library *library, uint32_t hits, aura_near_space *space,
                      candidate best[MAX_COMPARED])
{
    aura_sort_numbers(space->hits, hits, space->scratch);
    for (uint32_t begin = 0, end; begin < hits; begin = end) {
        for (end = begin + 1; end < hits && space->hits[end] == space->hits[begin];)
            end++;
        const candidate next = candidate_of(library, space->hits[begin], end - begin);
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
        grams[place] = aura_load_32(text + place);
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
    if (library->count == 0 || library->nears[0] == NULL)
        return false; /* nothing is filed by windows */
    keep_best(library, gather(library, message, size, space), space, best);
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
