/* Cuts a message into units and matches (rules PAR-1 to PAR-6). */
#include "optimal_parser.h"

#include "units.h"
#include "vectors.h"

/* The loops are short, and it pays to unroll them and to keep what they need in registers. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#define WIDTH (PARSE_BLOCK + PARSE_OVERLAP)
#define UNREACHED (INT32_MAX / 2)

/* A choice is packed: its length, and above it where it comes from: 0 for a unit, then recent distances by place,
 * then candidates by search length, or by their place among those that are left of them. */
#define SOURCE_SHIFT 8
#define FIRST_RECENT 1
#define FIRST_SEARCH 4

void aura_parse_workspace_make(aura_parse_workspace *workspace)
{
    aura_static_dictionary_make(&workspace->dictionary);
    aura_cost_model_make(&workspace->costs);
}

static uint32_t searches_of(uint32_t level)
{
    return level > 0 ? sizeof PARSE_SEARCH_LENGTHS_1 : sizeof PARSE_SEARCH_LENGTHS_0;
}

/* A sequence takes BRIO2_MIN_MATCH bytes or more. */
static uint32_t most_sequences(uint32_t most)
{
    return most / BRIO2_MIN_MATCH + 1;
}

size_t aura_parser_room(uint32_t level, uint32_t capacity, uint32_t most)
{
    const uint64_t searches = searches_of(level), sequences = most_sequences(most);
    const uint64_t numbers = aura_match_finder_room((uint32_t)searches, capacity) + searches * most + most + 1;
    const uint64_t shorts = (uint64_t)(UNIT_MAX_UNIT - 1 + 3) * most;
    const uint64_t room = 4 * numbers + 2 * shorts + searches * most + sequences * sizeof(aura_sequence) +
                          (level > 0 ? sequences * sizeof(aura_latest) : 0) + capacity + AURA_MARGIN;
    return room <= SIZE_MAX / 2 ? (size_t)room : 0;
}

void aura_parser_start(aura_parser *parser, uint32_t level, uint32_t capacity, uint32_t most, uint64_t salt,
                       void *room)
{
    const size_t searches = searches_of(level);
    uint32_t *numbers = room;
    parser->level = level;
    parser->most = most;
    aura_match_finder_start(&parser->finder, level, capacity, salt, numbers);
    numbers += aura_match_finder_room((uint32_t)searches, capacity);
    parser->distances = numbers;
    numbers += searches * most;
    parser->phrase_ends = numbers;
    numbers += most + 1;
    parser->cut.sequences = (aura_sequence *)(void *)numbers;
    parser->latest = (aura_latest *)(void *)(parser->cut.sequences + most_sequences(most));
    uint16_t *shorts = (uint16_t *)(void *)(parser->latest + (level > 0 ? most_sequences(most) : 0));
    parser->cut.units = shorts;
    parser->choices[0] = shorts + most;
    parser->choices[1] = shorts + 2 * (size_t)most;
    parser->phrases = shorts + 3 * (size_t)most;
    parser->lengths = (uint8_t *)(parser->phrases + (size_t)(UNIT_MAX_UNIT - 1) * most);
    parser->text = parser->lengths + searches * most;
    parser->low = parser->begin = parser->size = 0;
}

void aura_parser_clear(aura_parser *parser)
{
    aura_match_finder_clear(&parser->finder);
    parser->low = parser->begin = parser->size = 0;
}

static void append(aura_parser *parser, const uint8_t *data, uint32_t size, uint32_t window)
{
    parser->low = parser->size > window ? parser->size - window : 0;
    if (parser->finder.capacity - parser->size < size) {
        const uint32_t forgotten = parser->low;
        parser->size -= forgotten;
        parser->low = 0;
        memmove(parser->text, parser->text + forgotten, parser->size);
        aura_match_finder_move(&parser->finder, forgotten);
    }
    memcpy(parser->text + parser->size, data, size);
    parser->begin = parser->size;
    parser->size += size;
    memset(parser->text + parser->size, 0, AURA_MARGIN);
}

/* Find the phrases of all places. */
static void find_phrases(aura_parser *parser, const aura_static_dictionary *dictionary)
{
    uint32_t end = 0;
    for (uint32_t place = parser->begin; place < parser->size; place++) {
        parser->phrase_ends[place - parser->begin] = end;
        end += aura_find_phrases(dictionary, aura_load_64(parser->text + place), parser->phrases + end);
    }
    parser->phrase_ends[parser->size - parser->begin] = end;
}

/* Leave of the candidates of each place those that are longer than all before: others give no option in further
 * passes. They move to the front, and a length of 0 stands behind them. */
static void leave_longest(aura_parser *parser)
{
    const uint32_t searches = parser->finder.searches, count = parser->size - parser->begin;
    const size_t most = parser->most;
    for (uint32_t at = 0; at < count; at++) {
        uint32_t longest = BRIO2_MIN_MATCH - 1, left = 0;
        for (uint32_t search = 0; search < searches; search++) {
            const uint8_t length = parser->lengths[search * most + at];
            if (length == 0)
                break; /* nor has any further search a candidate */
            if (length > longest) {
                longest = length;
                parser->lengths[left * most + at] = length;
                parser->distances[left++ * most + at] = parser->distances[search * most + at];
            }
        }
        if (left < searches)
            parser->lengths[left * most + at] = 0;
    }
}

/* Costs of lengths and costs ahead are summed together with the length in the low bits, so that the least sum tells the
 * shortest of the cheapest lengths. */
#define KEY 256
#define PADDING 8 /* keys that are read, though they do not count */

typedef int32_t least_function(const int32_t *one, const int32_t *other, uint32_t count);

/* The least sum of keys that stand side by side; there is one at least. */
static int32_t least_sum(const int32_t *one, const int32_t *other, uint32_t count)
{
    int32_t least = INT32_MAX;
    for (uint32_t at = 0; at < count; at++)
        least = one[at] + other[at] < least ? one[at] + other[at] : least;
    return least;
}

#ifdef AURA_HAS_AVX2

/* The same, eight at a time. */
__attribute__((target("avx2"))) static int32_t least_sum_of_eights(const int32_t *one, const int32_t *other,
                                                                   uint32_t count)
{
    __m256i least = _mm256_set1_epi32(INT32_MAX);
    __m256i left = _mm256_sub_epi32(_mm256_set1_epi32((int32_t)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    for (uint32_t at = 0; at < count; at += 8) {
        const __m256i sum = _mm256_add_epi32(_mm256_loadu_si256((const __m256i *)(const void *)(one + at)),
                                             _mm256_loadu_si256((const __m256i *)(const void *)(other + at)));
        const __m256i counts = _mm256_cmpgt_epi32(left, _mm256_setzero_si256());
        least = _mm256_min_epi32(least, _mm256_blendv_epi8(least, sum, counts));
        left = _mm256_sub_epi32(left, _mm256_set1_epi32(8));
    }
    __m128i four = _mm_min_epi32(_mm256_castsi256_si128(least), _mm256_extracti128_si256(least, 1));
    four = _mm_min_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    four = _mm_min_epi32(four, _mm_shuffle_epi32(four, 0xB1));
    return _mm_cvtsi128_si32(four);
}

#endif

static least_function *choose_least(void)
{
#ifdef AURA_HAS_AVX2
    if (aura_has_avx2())
        return least_sum_of_eights;
#endif
    return least_sum;
}

/* What is known while a block is judged. Costs stand by place in the block, behind a match and behind a unit. */
typedef struct {
    const aura_parser *parser;
    const aura_prices *prices;
    uint32_t latest; /* how many matches of the pass before ended at the place or earlier */
    int32_t matched[WIDTH + PARSE_LONG + 1];
    int32_t united[WIDTH + PARSE_LONG + 1];
    int32_t matched_keys[WIDTH + PARSE_LONG + 1 + PADDING]; /* KEY times as much */
    int32_t length_keys[PARSE_LONG + PADDING];              /* by length */
    least_function *least;
} judge;

/* The cheapest option so far. */
typedef struct {
    int32_t cost;
    uint32_t choice;
} option;

static inline void consider(option *best, int32_t cost, uint32_t choice)
{
    if (cost < best->cost)
        *best = (option){cost, choice};
}

/* Consider a match of any length, at a price for its distance. */
static inline void consider_match(const judge *self, option *best, uint32_t place, int32_t price, uint32_t length,
                                  uint32_t source)
{
    const uint32_t counted = length < PARSE_LONG ? length : PARSE_LONG;
    const int32_t cost = price + self->prices->lengths[length] + self->matched[place + counted] -
                         PARSE_AVERAGE * (int32_t)(length - counted);
    consider(best, cost, source << SOURCE_SHIFT | length);
}

/* Consider the candidates as they are, every `step`-th search length (rule PAR-3). */
static option judge_candidates(const judge *self, uint32_t place, uint32_t at, uint32_t step)
{
    const aura_parser *parser = self->parser;
    option best = {UNREACHED, 0};
    for (uint32_t search = 0; search < parser->finder.searches; search += step) {
        const uint32_t distance = parser->distances[(size_t)search * parser->most + at];
        if (distance > 0)
            consider_match(self, &best, place, self->prices->distances[aura_number_symbol(distance - 1)],
                           parser->lengths[(size_t)search * parser->most + at], FIRST_SEARCH + search);
    }
    return best;
}

/* Consider the candidates with all their lengths, from `shortest` on. */
static inline void consider_lengths(const judge *self, option *best, uint32_t place, int32_t price, uint32_t shortest,
                                    uint32_t length, uint32_t source)
{
    const uint32_t end = length < PARSE_LONG ? length + 1 : PARSE_LONG;
    if (shortest < end) {
        const int32_t least =
            self->least(self->length_keys + shortest, self->matched_keys + place + shortest, end - shortest);
        const uint32_t found = (uint32_t)least % KEY;
        consider(best, price + (least - (int32_t)found) / KEY, source << SOURCE_SHIFT | found);
    }
    if (length >= PARSE_LONG && shortest <= PARSE_LONG)
        consider_match(self, best, place, price, length, source);
}

/* Consider recent distances, and candidates (rule PAR-6). */
static option judge_matches(judge *self, uint32_t place, uint32_t at)
{
    const aura_parser *parser = self->parser;
    const uint32_t here = parser->begin + at;
    option best = {UNREACHED, 0};
    while (self->latest > 0 && parser->latest[self->latest - 1].end > here)
        self->latest--;
    static const uint32_t FIRST[] = {1, 2, 4}; /* BRIO2_RECENT */
    const uint32_t *recent = self->latest > 0 ? parser->latest[self->latest - 1].recent : FIRST;
    const uint8_t *text = parser->text + here;
    const uint32_t first = aura_load_32(text) << 8;
    for (uint32_t each = 0; each < AURA_RECENT; each++) {
        if (recent[each] > here - parser->low || aura_load_32(text - recent[each]) << 8 != first)
            continue; /* the first BRIO2_MIN_MATCH bytes say most */
        const uint32_t length = aura_agreeing(parser->text, here, recent[each], PARSE_LONG, parser->size);
        if (length >= BRIO2_MIN_MATCH)
            consider_match(self, &best, place, self->prices->recent[each], length, FIRST_RECENT + each);
    }
    uint32_t shortest = BRIO2_MIN_MATCH;
    for (uint32_t search = 0; search < parser->finder.searches; search++) {
        const uint32_t length = parser->lengths[(size_t)search * parser->most + at];
        if (length == 0)
            break;
        const uint32_t distance = parser->distances[(size_t)search * parser->most + at];
        consider_lengths(self, &best, place, self->prices->distances[aura_number_symbol(distance - 1)], shortest,
                         length, FIRST_SEARCH + search);
        shortest = length + 1;
    }
    return best;
}

/* Consider the units that stand at a place, in two contexts. */
static inline void judge_units(const judge *self, uint32_t place, uint32_t at, const uint32_t contexts[2],
                               option best[2])
{
    const aura_parser *parser = self->parser;
    const int32_t *first = self->prices->units[contexts[0]], *second = self->prices->units[contexts[1]];
    const uint32_t byte = parser->text[parser->begin + at], end = parser->phrase_ends[at + 1];
    best[0] = (option){first[byte] + self->united[place + 1], 1};
    best[1] = (option){second[byte] + self->united[place + 1], 1};
    for (uint32_t next = parser->phrase_ends[at]; next < end; next++) {
        const uint32_t phrase = parser->phrases[next], size = aura_phrase_size(phrase);
        const int32_t ahead = self->united[place + size];
        consider(&best[0], first[aura_phrase_symbol(phrase)] + ahead, size);
        consider(&best[1], second[aura_phrase_symbol(phrase)] + ahead, size);
    }
}

/* Judge the block that begins `start` bytes behind `begin` (rule PAR-3). `step` is 0 in further passes. */
static void judge_block(judge *self, uint32_t start, uint32_t step)
{
    const aura_parser *parser = self->parser;
    const uint32_t left = parser->size - parser->begin - start, width = left < WIDTH ? left : WIDTH;
    memset(self->matched, 0, (WIDTH + 1) * sizeof *self->matched);
    memset(self->united, 0, (WIDTH + 1) * sizeof *self->united);
    memset(self->matched_keys, 0, (WIDTH + 1) * sizeof *self->matched_keys);
    const uint32_t last = parser->begin + start + width - 1;
    while (self->latest < parser->latest_count && parser->latest[self->latest].end <= last)
        self->latest++;
    for (uint32_t place = width; place-- > 0;) {
        const uint32_t at = start + place, here = parser->begin + at;
        const option match = step > 0 ? judge_candidates(self, place, at, step) : judge_matches(self, place, at);
        const uint32_t after = here > parser->low ? UNIT_CONTEXT_AFTER[parser->text[here - 1]] : 0;
        option best[2];
        judge_units(self, place, at, (const uint32_t[]){0, after}, best);
        consider(&best[0], match.cost + self->prices->literal_runs[0], match.choice);
        consider(&best[1], match.cost + self->prices->literal_runs[1], match.choice);
        self->matched[place] = best[0].cost;
        self->united[place] = best[1].cost;
        self->matched_keys[place] = best[0].cost * KEY;
        if (place < PARSE_BLOCK) {
            parser->choices[0][at] = (uint16_t)best[0].choice;
            parser->choices[1][at] = (uint16_t)best[1].choice;
        }
    }
}

static void judge_all(const aura_parser *parser, const aura_prices *prices, uint32_t step)
{
    judge self = {.parser = parser, .prices = prices, .least = choose_least()};
    for (int32_t beyond = 1; beyond <= PARSE_LONG; beyond++) {
        self.matched[WIDTH + beyond] = self.united[WIDTH + beyond] = -PARSE_AVERAGE * beyond;
        self.matched_keys[WIDTH + beyond] = -PARSE_AVERAGE * beyond * KEY;
    }
    for (int32_t length = 0; length < PARSE_LONG; length++)
        self.length_keys[length] = prices->lengths[length] * KEY + length;
    for (uint32_t start = 0; start < parser->size - parser->begin; start += PARSE_BLOCK)
        judge_block(&self, start, step);
}

/* Follow the choices (rules PAR-4 and PAR-5). */
static void walk(aura_parser *parser, const aura_static_dictionary *dictionary)
{
    aura_cut *cut = &parser->cut;
    cut->units_count = cut->sequences_count = 0;
    uint32_t literal_run = 0, last = 0, latest = 0;
    for (uint32_t place = parser->begin; place < parser->size;) {
        const uint32_t at = place - parser->begin, choice = parser->choices[literal_run > 0][at];
        const uint32_t source = choice >> SOURCE_SHIFT;
        uint32_t length = choice & ((1 << SOURCE_SHIFT) - 1), distance = 0;
        while (latest < parser->latest_count && parser->latest[latest].end <= place)
            latest++;
        if (source >= FIRST_SEARCH)
            distance = parser->distances[(size_t)(source - FIRST_SEARCH) * parser->most + at];
        else if (source >= FIRST_RECENT)
            distance = latest > 0 ? parser->latest[latest - 1].recent[source - FIRST_RECENT]
                                  : BRIO2_RECENT[source - FIRST_RECENT];
        if (last > 0 && distance != last) {
            const uint32_t again = aura_agreeing(parser->text, place, last, parser->size, parser->size);
            if (again >= BRIO2_MIN_MATCH && again + (distance > 0 ? PARSE_ADVANTAGE : 0) >= length) {
                length = again;
                distance = last;
            }
        }
        if (distance == 0) {
            const uint8_t *text = parser->text + place;
            cut->units[cut->units_count++] =
                (uint16_t)(length > 1 ? aura_find_phrase(dictionary, aura_load_64(text), length) : *text);
            literal_run++;
        } else if (distance == last && literal_run == 0) {
            cut->sequences[cut->sequences_count - 1].length += length;
        } else {
            cut->sequences[cut->sequences_count++] = (aura_sequence){literal_run, length, distance};
            literal_run = 0;
            last = distance;
        }
        place += length;
    }
}

void aura_parse(aura_parser *parser, aura_parse_workspace *workspace, const uint8_t *data, uint32_t size,
                uint32_t window)
{
    append(parser, data, size, window);
    const uint32_t *before = parser->distances;
    for (uint32_t search = 0; search < parser->finder.searches; search++) {
        uint32_t *distances = parser->distances + (size_t)search * parser->most;
        aura_find_candidates(&parser->finder, search, parser->text, parser->low, parser->begin, parser->size, before,
                             distances, parser->lengths + (size_t)search * parser->most);
        before = distances;
    }
    find_phrases(parser, &workspace->dictionary);
    aura_cost_model *costs = &workspace->costs;
    aura_cost_model_begin(costs);
    parser->latest_count = 0;
    judge_all(parser, &costs->prices, parser->level > 0 ? 3 : 1);
    walk(parser, &workspace->dictionary);
    if (parser->level > 0)
        leave_longest(parser);
    for (uint32_t pass = 0; pass < (parser->level > 0 ? PARSE_TIMES : 0); pass++) {
        aura_cost_model_learn(costs, &parser->cut, parser->begin, parser->latest);
        parser->latest_count = parser->cut.sequences_count;
        judge_all(parser, &costs->prices, 0);
        walk(parser, &workspace->dictionary);
    }
}
