/* Interleaved rANS: how tables are laid out, and the two ends of a payload (rules IRN-3, IRN-5 and IRN-7). */
#include "interleaved_rans.h"

#include "loads.h"
#include "vectors.h"

#include <string.h>

/* Frequencies from codes (rule IRN-7); one of the codes is above 0. */
static void frequencies_of(const uint8_t *codes, uint32_t count, uint32_t frequencies[CONTEXT_MODEL_SYMBOLS])
{
    uint32_t total = 0;
    for (uint32_t symbol = 0; symbol < count; symbol++)
        total += codes[symbol] > 0 ? CONTEXT_MODEL_FREQUENCIES[codes[symbol] - 1] : 0;
    int32_t surplus = -INTERLEAVED_RANS_TOTAL;
    for (uint32_t symbol = 0; symbol < count; symbol++) {
        const uint32_t weight = codes[symbol] > 0 ? CONTEXT_MODEL_FREQUENCIES[codes[symbol] - 1] : 0;
        const uint32_t frequency = weight * INTERLEAVED_RANS_TOTAL / total;
        frequencies[symbol] = weight > 0 && frequency == 0 ? 1 : frequency;
        surplus += (int32_t)frequencies[symbol];
    }
    while (surplus != 0) {
        uint32_t largest = 0;
        for (uint32_t symbol = 1; symbol < count; symbol++)
            if (frequencies[symbol] > frequencies[largest])
                largest = symbol;
        /* what is missing all goes to the first of the largest, which stays the largest */
        const int32_t change = surplus > 0 ? 1 : surplus;
        frequencies[largest] -= (uint32_t)change;
        surplus -= change;
    }
}

bool aura_rans_lay_out(aura_rans_tables *tables, const uint8_t *data, size_t size, uint32_t count,
                       const aura_allocator *allocator, aura_error *error)
{
    uint32_t used = 0;
    const uint8_t *from = data;
    for (uint32_t table = 0; table < count; table++) {
        const uint32_t symbols = (uint32_t)from[0] << 8 | from[1];
        used += symbols > 0;
        from += 2 + symbols;
    }
    *tables = (aura_rans_tables){
        .places = aura_allocate(allocator, count * sizeof(aura_rans_place)),
        .intervals = aura_allocate(allocator, (1 + size) * sizeof(uint32_t)),
        .slots = aura_allocate(allocator, (size_t)INTERLEAVED_RANS_TOTAL * (1 + used) + sizeof(uint32_t)),
    };
    if (tables->places == NULL || tables->intervals == NULL || tables->slots == NULL)
        return aura_fail(error, AURA_NO_MEMORY, 0, "payload", "there is no memory for the tables");
    tables->intervals[0] = 0;
    memset(tables->slots, 0, INTERLEAVED_RANS_TOTAL);
    uint32_t first = 1, row = INTERLEAVED_RANS_TOTAL;
    from = data;
    for (uint32_t table = 0; table < count; table++) {
        const uint32_t symbols = (uint32_t)from[0] << 8 | from[1];
        tables->places[table] = (aura_rans_place){symbols > 0 ? first : 0, symbols > 0 ? row : 0};
        if (symbols > 0) {
            uint32_t frequencies[CONTEXT_MODEL_SYMBOLS], cumulative = 0;
            frequencies_of(from + 2, symbols, frequencies);
            for (uint32_t symbol = 0; symbol < symbols; symbol++) {
                tables->intervals[first + symbol] = frequencies[symbol] << 16 | cumulative;
                memset(tables->slots + row + cumulative, symbol < 256 ? (int)symbol : 255, frequencies[symbol]);
                cumulative += frequencies[symbol];
            }
            first += symbols;
            row += INTERLEAVED_RANS_TOTAL;
        }
        from += 2 + symbols;
    }
    return true;
}

void aura_rans_free(aura_rans_tables *tables, const aura_allocator *allocator)
{
    aura_release(allocator, tables->places);
    aura_release(allocator, tables->intervals);
    aura_release(allocator, tables->slots);
}

bool aura_rans_open(aura_rans_reader *reader, const aura_rans_tables *tables, const uint8_t *words, size_t size,
                    uint32_t lanes, aura_error *error)
{
    reader->tables = tables;
    reader->words = words;
    reader->size = size;
    reader->position = 4 * (size_t)lanes;
    reader->lanes = lanes;
    if (size < reader->position)
        return aura_fail(error, AURA_TRUNCATED, size, "words", "the payload is too short for its lanes");
    for (uint32_t lane = 0; lane < lanes; lane++, words += 4) {
        const uint32_t high = (uint32_t)words[1] << 8 | words[0], low = (uint32_t)words[3] << 8 | words[2];
        reader->states[lane] = high << INTERLEAVED_RANS_WORD_BITS | low;
        if (reader->states[lane] < INTERLEAVED_RANS_LOWER_BOUND)
            return aura_fail(error, AURA_MALFORMED, 0, "words", "a state is out of range");
    }
    return true;
}

/* Where words are read, and how many of a group of lanes take one. */
typedef struct {
    const uint8_t *next;
    const uint8_t *end;
} word_source;

/* Decode the symbols of some lanes with the tables in `symbols` (rule IRN-4). */
static bool read_lanes(const aura_rans_tables *tables, uint32_t *states, uint16_t *symbols, size_t count,
                       word_source *words, size_t size, aura_error *error)
{
    for (size_t lane = 0; lane < count; lane++) {
        const aura_rans_place place = tables->places[symbols[lane]];
        uint32_t state = states[lane];
        const uint32_t slot = state % INTERLEAVED_RANS_TOTAL;
        uint32_t symbol = tables->slots[place.row + slot];
        uint32_t interval = tables->intervals[place.first + symbol];
        uint32_t rest = slot - (interval & 0xFFFF);
        if (rest >= interval >> 16) { /* so it is 256, or the table has no symbols */
            if (place.first == 0)
                return aura_fail(error, AURA_MALFORMED, 0, "words", "a table without symbols is used");
            interval = tables->intervals[place.first + ++symbol];
            rest = slot - (interval & 0xFFFF);
        }
        state = (interval >> 16) * (state >> INTERLEAVED_RANS_SCALE_BITS) + rest;
        if (state < INTERLEAVED_RANS_LOWER_BOUND) {
            if (words->next == words->end)
                return aura_fail(error, AURA_TRUNCATED, size, "words", "the payload runs out of words");
            state = state << INTERLEAVED_RANS_WORD_BITS | aura_load_16(words->next);
            words->next += 2;
        }
        states[lane] = state;
        symbols[lane] = (uint16_t)symbol;
    }
    return true;
}

#ifdef AURA_HAS_AVX2

/* The same for as many groups of eight lanes as have nothing special: no symbol 256, no table without symbols, and at
 * least eight words left. Gives the number of lanes. Each group reads its words at once; `order` tells which of these
 * belong to the lanes that take one, by the set of these. */
__attribute__((target("avx2"))) static size_t read_eights(const aura_rans_tables *tables, const uint64_t *order,
                                                          uint32_t *states, uint16_t *symbols, size_t count,
                                                          word_source *words)
{
    const int *places = (const int *)(const void *)tables->places, *slots = (const int *)(const void *)tables->slots;
    const int *intervals = (const int *)(const void *)tables->intervals;
    const __m256i slot_mask = _mm256_set1_epi32(INTERLEAVED_RANS_TOTAL - 1);
    size_t lane = 0;
    for (; lane + 8 <= count && words->end - words->next >= 16; lane += 8) {
        __m128i *const group = (__m128i *)(void *)(symbols + lane);
        __m256i *const held = (__m256i *)(void *)(states + lane);
        const __m256i table = _mm256_cvtepu16_epi32(_mm_loadu_si128(group));
        const __m256i first = _mm256_i32gather_epi32(places, table, sizeof(aura_rans_place));
        const __m256i row = _mm256_i32gather_epi32(places + 1, table, sizeof(aura_rans_place));
        const __m256i state = _mm256_loadu_si256(held), slot = _mm256_and_si256(state, slot_mask);
        const __m256i symbol = _mm256_and_si256(_mm256_i32gather_epi32(slots, _mm256_add_epi32(row, slot), 1),
                                                _mm256_set1_epi32(0xFF));
        const __m256i interval = _mm256_i32gather_epi32(intervals, _mm256_add_epi32(first, symbol), 4);
        const __m256i frequency = _mm256_srli_epi32(interval, 16);
        const __m256i rest = _mm256_sub_epi32(slot, _mm256_and_si256(interval, _mm256_set1_epi32(0xFFFF)));
        if (_mm256_movemask_epi8(_mm256_cmpgt_epi32(frequency, rest)) != -1)
            break;
        const __m256i decoded = _mm256_add_epi32(
            _mm256_mullo_epi32(frequency, _mm256_srli_epi32(state, INTERLEAVED_RANS_SCALE_BITS)), rest);
        const __m256i takes = _mm256_cmpeq_epi32(_mm256_srli_epi32(decoded, 16), _mm256_setzero_si256());
        const unsigned taking = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(takes));
        const __m256i read = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)words->next));
        const __m256i places_of_words = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)order[taking]));
        const __m256i filled = _mm256_or_si256(_mm256_slli_epi32(decoded, INTERLEAVED_RANS_WORD_BITS),
                                               _mm256_permutevar8x32_epi32(read, places_of_words));
        _mm256_storeu_si256(held, _mm256_blendv_epi8(decoded, filled, takes));
        const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(symbol, symbol), 8);
        _mm_storeu_si128(group, _mm256_castsi256_si128(packed));
        words->next += 2 * __builtin_popcount(taking);
    }
    return lane;
}

/* For each set of eight lanes the places of their words, a byte for each lane. */
static void write_order(uint64_t order[256])
{
    for (uint32_t set = 0; set < 256; set++) {
        uint64_t places = 0, next = 0;
        for (uint32_t lane = 0; lane < 8; lane++)
            if (set >> lane & 1)
                places |= next++ << 8 * lane;
        order[set] = places;
    }
}

#endif

bool aura_rans_read(aura_rans_reader *reader, uint16_t *symbols, size_t count, aura_error *error)
{
    word_source words = {reader->words + reader->position, reader->words + reader->size};
#ifdef AURA_HAS_AVX2
    uint64_t order[256];
    const bool has_avx2 = aura_has_avx2();
    if (has_avx2)
        write_order(order);
#endif
    while (count > 0) {
        const size_t step = count < reader->lanes ? count : reader->lanes;
        for (size_t lane = 0; lane < step;) {
            size_t some = step - lane;
#ifdef AURA_HAS_AVX2
            if (has_avx2) {
                lane += read_eights(reader->tables, order, reader->states + lane, symbols + lane, some, &words);
                some = step - lane < 8 ? step - lane : 8;
            }
#endif
            if (!read_lanes(reader->tables, reader->states + lane, symbols + lane, some, &words, reader->size, error))
                return false;
            lane += some;
        }
        symbols += step;
        count -= step;
    }
    reader->position = (size_t)(words.next - reader->words);
    return true;
}

bool aura_rans_close(const aura_rans_reader *reader, aura_error *error)
{
    bool is_done = reader->position == reader->size;
    for (uint32_t lane = 0; lane < reader->lanes; lane++)
        is_done = is_done && reader->states[lane] == INTERLEAVED_RANS_LOWER_BOUND;
    return is_done || aura_fail(error, AURA_MALFORMED, reader->position, "words",
                                "the payload does not end where its symbols do");
}
