/* What a message, and a stream, predicts of the next symbol (rules LOC-1 to LOC-13). */
#include "local_model.h"

#include "char_runs.h"
#include "prefix.h"

#include <string.h>

#define FOUR LOCAL_MODEL_CONTEXT_FOUR
#define MAX_CANDIDATES (2 + 2 * AURA_LOCAL_CONTEXTS + 1)

/* Rule LOC-2. */
static uint32_t hash(uint32_t value, uint32_t byte)
{
    value = (value + byte + 1) * LOCAL_MODEL_HASH_MULTIPLIER;
    return value ^ value >> 15;
}

/* Find the slots of the current symbol (rules LOC-3 and LOC-4). */
static void find_slots(aura_predictor *self)
{
    const uint32_t last = self->last_four & 0xFF;
    const uint32_t two = hash(hash(0, last), self->last_four >> 8 & 0xFF);
    const uint32_t numbers[AURA_LOCAL_CONTEXTS] = {
        [FOUR] = hash(hash(two, self->last_four >> 16 & 0xFF), self->last_four >> 24),
        [LOCAL_MODEL_CONTEXT_PLACE] = hash(hash(self->signs, self->since), LOCAL_MODEL_CLASS_OF_BYTE[last]),
        [LOCAL_MODEL_CONTEXT_ROW] = hash(self->row, self->since),
        [LOCAL_MODEL_CONTEXT_TWO] = two,
    };
    for (uint32_t context = 0; context < AURA_LOCAL_CONTEXTS; context++)
        self->slots[context] = aura_find_local_slot(&self->memory, context, numbers[context]);
}

/* The position of the slot of FOUR. */
static uint16_t *position_of(const aura_predictor *self)
{
    return self->memory.positions + (self->slots[FOUR].place - self->memory.slots);
}

/* The place in the window so far back, at most as far as bytes are held. */
static uint32_t place_before(const aura_local_memory *memory, uint32_t place, uint32_t back)
{
    return place >= back ? place - back : place + memory->window_size - back;
}

/* Look for a match if none is active (rule LOC-5). */
static void look_for_match(aura_predictor *self)
{
    const aura_local_memory *memory = &self->memory;
    if (self->evidence.match_length > 0 || (self->slots[FOUR].word & AURA_SLOT_STATE) == 0)
        return;
    const uint32_t back = (uint32_t)(uint16_t)(memory->end - 1 - *position_of(self)) + 1;
    if (back + LOCAL_MODEL_MIN_MATCH > memory->held)
        return;
    const uint32_t left = memory->held - back;
    const uint32_t longest = left < LOCAL_MODEL_MAX_MATCH_LENGTH ? left : LOCAL_MODEL_MAX_MATCH_LENGTH;
    const uint32_t pointer = place_before(memory, memory->at, back);
    uint32_t length = 0;
    for (uint32_t there = pointer, here = memory->at; length < longest; length++) {
        there = place_before(memory, there, 1);
        here = place_before(memory, here, 1);
        if (memory->window[there] != memory->window[here])
            break;
    }
    if (length >= LOCAL_MODEL_MIN_MATCH) {
        self->pointer = pointer;
        self->evidence.match_length = length;
        self->is_in_prefix = false;
    }
}

/* Look in the prefix if there is no match yet (rule LOC-13). */
static void look_in_prefix(aura_predictor *self)
{
    const aura_prefix *prefix = &self->model->prefix;
    if (self->evidence.match_length > 0 || prefix->size == 0 || self->size < PREFIX_LENGTH)
        return;
    const uint32_t there = aura_prefix_find(prefix, self->text + self->size - PREFIX_LENGTH);
    if (there != 0) {
        self->pointer = there;
        self->evidence.match_length = PREFIX_LENGTH;
        self->is_in_prefix = true;
    }
}

/* The candidates in their order (rule LOC-8), and how many; a symbol may come twice. */
static uint32_t find_candidates(const aura_predictor *self, uint16_t candidates[MAX_CANDIDATES])
{
    uint32_t count = 0;
    const uint32_t expected = aura_expected_digit(&self->numbers);
    if (expected != 0)
        candidates[count++] = (uint16_t)expected;
    if (self->evidence.match_length > 0)
        candidates[count++] = (uint16_t)self->evidence.matched;
    const uint32_t followed = self->evidence.count;
    for (uint32_t at = 0; at < followed; at++)
        candidates[count++] = self->evidence.slots[at].last;
    const uint32_t next = aura_next_digit(&self->numbers);
    if (next != 0)
        candidates[count++] = (uint16_t)next;
    for (uint32_t at = 0; at < followed; at++)
        if (self->evidence.slots[at].other < CONTEXT_MODEL_SYMBOLS)
            candidates[count++] = self->evidence.slots[at].other;
    return count;
}

static bool contains(const uint16_t *symbols, uint32_t count, uint32_t symbol)
{
    for (uint32_t at = 0; at < count; at++)
        if (symbols[at] == symbol)
            return true;
    return false;
}

/* Code a choice of hit and miss, p for a hit. */
static bool code_hit(aura_predictor *self, uint32_t p, bool is_hit)
{
    if (self->decoder != NULL)
        return aura_range_decode_bit(self->decoder, p, MIXER_PROB_ONE);
    aura_range_encode(self->encoder, is_hit ? 0 : p, is_hit ? p : MIXER_PROB_ONE - p, MIXER_PROB_ONE);
    return is_hit;
}

/* Code a symbol among candidates or else in the lists, and give it (rule LOC-9). A decoder is given any symbol. */
static uint32_t code_symbol(aura_predictor *self, uint32_t symbol, const uint16_t *candidates, uint32_t count)
{
    aura_escapes escapes;
    aura_escapes_start(&escapes, self->model, self->position);
    uint32_t following;
    for (uint32_t at = 0; at < count && escapes.predicted_count < LOCAL_MODEL_MAX_TRIED; at++) {
        const uint32_t candidate = candidates[at];
        if (contains(candidates, at, candidate))
            continue;
        const uint32_t share = aura_share_of(&escapes, candidate, &following);
        aura_prefetch(self->model->words + following); /* if this is the symbol, the next one is coded there */
        self->evidence.is_later = escapes.predicted_count > 0;
        aura_trial trial;
        aura_local_trial(&self->evidence, candidate, share, &trial);
        if (trial.probability < LOCAL_MODEL_MIN_TRIED)
            continue;
        const bool is_hit = code_hit(self, trial.probability, candidate == symbol);
        aura_local_learn(&trial, is_hit);
        if (is_hit) {
            self->position.context = following;
            return candidate;
        }
        aura_exclude(&escapes, candidate);
    }
    if (self->decoder != NULL)
        return aura_decode_symbol(&escapes, self->decoder, &self->position.context);
    self->position.context = aura_encode_symbol(&escapes, symbol, self->encoder);
    return symbol;
}

/* Whether a row begins with a sign. */
static bool starts_row(uint8_t byte)
{
    for (uint32_t at = 0; at < sizeof LOCAL_MODEL_ROW_STARTS; at++)
        if (LOCAL_MODEL_ROW_STARTS[at] == byte)
            return true;
    return false;
}

/* Rule LOC-2. */
static void pass_place(aura_predictor *self, uint8_t byte)
{
    if (LOCAL_MODEL_CLASS_OF_BYTE[byte] != 0) {
        self->since++;
        return;
    }
    if (self->since > 0)
        self->row = hash(self->row, LOCAL_MODEL_WORD);
    self->row = starts_row(byte) ? byte : hash(self->row, byte);
    self->signs = self->signs << 8 | byte;
    self->since = 0;
}

/* Go on with an active match, or end it (rule LOC-11). */
static void pass_match(aura_predictor *self, uint32_t symbol)
{
    aura_evidence *evidence = &self->evidence;
    self->pointer++;
    if (!self->is_in_prefix && self->pointer == self->memory.window_size)
        self->pointer = 0;
    if (evidence->matched != symbol || (self->is_in_prefix && self->pointer == self->model->prefix.size))
        evidence->match_length = 0;
    else if (evidence->match_length < LOCAL_MODEL_MAX_MATCH_LENGTH)
        evidence->match_length++;
}

void aura_predictor_pass(aura_predictor *self, uint8_t byte, uint32_t symbol)
{
    *position_of(self) = self->memory.end;
    for (uint32_t context = 0; context < AURA_LOCAL_CONTEXTS; context++)
        aura_local_slot_learn(self->slots[context], byte);
    if (self->evidence.match_length > 0)
        pass_match(self, symbol);
    aura_numbers_pass(&self->numbers, byte);
    pass_place(self, byte);
    aura_remember(&self->memory, byte);
    self->size++;
    self->last_four = self->last_four << 8 | byte;
    self->position.state = aura_after(self->position.state, byte);
}

void aura_predictor_learn(aura_predictor *self, uint8_t byte)
{
    find_slots(self);
    aura_predictor_pass(self, byte, byte);
}

uint32_t aura_predictor_code(aura_predictor *self, uint32_t symbol)
{
    /* the list of the context is at hand by now; the next one comes while candidates are looked for */
    aura_prefetch(self->model->words + aura_suffix_of(self->model->words[self->position.context]));
    find_slots(self);
    look_for_match(self);
    look_in_prefix(self);
    aura_evidence *evidence = &self->evidence;
    evidence->matched = CONTEXT_MODEL_SYMBOLS;
    if (evidence->match_length > 0) {
        const uint8_t *source = self->is_in_prefix ? self->model->prefix.text : self->memory.window;
        evidence->matched = aura_symbol_of_byte(&self->memory, source[self->pointer]);
    }
    aura_gather_evidence(evidence, &self->memory, &self->numbers, self->slots, self->since);
    uint16_t candidates[MAX_CANDIDATES];
    const uint32_t count = find_candidates(self, candidates);
    symbol = code_symbol(self, symbol, candidates, count);
    aura_prefetch(self->model->words + self->position.context);
    if (count > 0) {
        if (candidates[0] == symbol)
            evidence->misses = 0;
        else if (evidence->misses < LOCAL_MODEL_MAX_MISSES)
            evidence->misses++;
    }
    return symbol;
}

void aura_predictor_start(aura_predictor *self, const aura_context_model *model, const aura_local_memory *memory,
                          const uint8_t *text)
{
    *self = (aura_predictor){.model = model, .memory = *memory, .text = text,
                             .position = {model->initial, CHAR_RUNS_NO_RUN}};
    aura_numbers_start(&self->numbers, memory->fields);
}

aura_local_memory aura_empty_memory(aura_local_tables *tables)
{
    if (++tables->stamp == AURA_SLOT_STAMPS) { /* no slot may seem to be of this message */
        memset(tables->slots, 0, sizeof tables->slots);
        tables->stamp = 1;
    }
    aura_mixer_start(&tables->sum);
    memset(&tables->fields, 0, sizeof tables->fields);
    return (aura_local_memory){
        .sum = &tables->sum,
        .fields = &tables->fields,
        .slots = tables->slots,
        .positions = tables->positions,
        .slot_bits = LOCAL_MODEL_SLOT_BITS,
        .stamp = tables->stamp,
    };
}

size_t aura_predictor_encode(aura_predictor *self, const uint8_t *data, size_t size, aura_range_encoder *encoder,
                             aura_error *error)
{
    self->encoder = encoder;
    for (size_t place = 0; place < size && !encoder->is_full; place++) {
        aura_predictor_code(self, data[place]);
        aura_predictor_pass(self, data[place], data[place]);
    }
    aura_predictor_code(self, CONTEXT_MODEL_END);
    const size_t length = aura_range_finish(encoder);
    if (length == 0)
        aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
    return length;
}

bool aura_predictor_decode(aura_predictor *self, aura_range_decoder *decoder, size_t max_size, uint8_t *out,
                           size_t capacity, size_t *length, aura_error *error)
{
    const uint32_t longest = max_size < LIMITS_MAX_ADAPTIVE ? (uint32_t)max_size : LIMITS_MAX_ADAPTIVE;
    self->decoder = decoder;
    for (;;) {
        const uint32_t symbol = aura_predictor_code(self, CONTEXT_MODEL_SYMBOLS);
        if (error->code != AURA_OK || symbol == CONTEXT_MODEL_END ||
            !aura_has_room(error, self->size, longest, capacity))
            break;
        out[self->size] = (uint8_t)symbol;
        aura_predictor_pass(self, (uint8_t)symbol, symbol);
    }
    if (error->code == AURA_OK)
        aura_range_check_end(decoder);
    *length = self->size;
    return error->code == AURA_OK;
}

/* Begin a single message. */
static void start(aura_predictor *self, const aura_context_model *model, aura_local_tables *tables, const uint8_t *text)
{
    aura_local_memory memory = aura_empty_memory(tables);
    memory.window = text;
    memory.window_size = UINT32_MAX; /* all of it: a message has at most 2^16 bytes */
    aura_predictor_start(self, model, &memory, text);
}

size_t aura_local_model_encode(const aura_context_model *model, aura_local_tables *tables, const uint8_t *data,
                               size_t size, uint8_t *out, size_t capacity, aura_error *error)
{
    *error = (aura_error){0};
    if (size > LIMITS_MAX_ADAPTIVE) {
        aura_fail(error, AURA_TOO_LONG, 0, "", "an adaptive message has at most 65536 bytes");
        return 0;
    }
    aura_range_encoder encoder = aura_range_encoder_of(out, capacity, RANGE_CODER_ADAPTIVE_START,
                                                       RANGE_CODER_ADAPTIVE_END - RANGE_CODER_ADAPTIVE_START);
    aura_predictor self;
    start(&self, model, tables, data);
    return aura_predictor_encode(&self, data, size, &encoder, error);
}

bool aura_local_model_decode(const aura_context_model *model, aura_local_tables *tables, const uint8_t *string,
                             size_t size, size_t max_size, uint8_t *out, size_t capacity, size_t *length,
                             aura_error *error)
{
    *error = (aura_error){0};
    aura_range_decoder decoder;
    if (!aura_range_start(&decoder, string, size, RANGE_CODER_ADAPTIVE_START,
                          RANGE_CODER_ADAPTIVE_END - RANGE_CODER_ADAPTIVE_START, error))
        return false;
    aura_predictor self;
    start(&self, model, tables, out);
    return aura_predictor_decode(&self, &decoder, max_size, out, capacity, length, error);
}
