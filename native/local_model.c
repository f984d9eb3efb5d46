/* What a message predicts of its own next symbol (rules LOC-1 to LOC-13). */
#include "local_model.h"

#include "char_runs.h"
#include "mixer.h"
#include "prefix.h"
#include "range_coder.h"
#include "symbols.h"

#include <string.h>

#define FOUR LOCAL_MODEL_CONTEXT_FOUR
#define MAX_CANDIDATES (2 + 2 * AURA_LOCAL_CONTEXTS + 1)

/* A message that predicts itself. There is either an encoder or a decoder. */
typedef struct {
    const aura_context_model *model;
    aura_local_tables *tables;
    const uint8_t *text; /* the message */
    aura_position position;
    aura_range_encoder *encoder;
    aura_range_decoder *decoder;
    uint32_t since, row, signs; /* rule LOC-2 */
    uint32_t last_four;         /* the last four bytes, the last one lowest */
    uint32_t pointer;           /* of the match */
    bool is_in_prefix;          /* whether that is a place in the prefix */
    aura_evidence evidence;
    aura_local_slot *slots[AURA_LOCAL_CONTEXTS]; /* of the current symbol */
} predictor;

/* Rule LOC-2. */
static uint32_t hash(uint32_t value, uint32_t byte)
{
    value = (value + byte + 1) * LOCAL_MODEL_HASH_MULTIPLIER;
    return value ^ value >> 15;
}

static aura_local_slot *find_slot(aura_local_tables *tables, uint32_t context, uint32_t number)
{
    const uint32_t value = number * LOCAL_MODEL_HASH_MULTIPLIER_2;
    aura_local_slot *slot = &tables->slots[context][value >> (32 - LOCAL_MODEL_SLOT_BITS)];
    const uint8_t check = value >> (24 - LOCAL_MODEL_SLOT_BITS) & 0xFF;
    if (slot->stamp != tables->stamp || slot->check != check)
        *slot = (aura_local_slot){.stamp = tables->stamp, .check = check};
    return slot;
}

/* Find the slots of the current symbol (rules LOC-3 and LOC-4). */
static void find_slots(predictor *self)
{
    const uint32_t last = self->last_four & 0xFF;
    const uint32_t two = hash(hash(0, last), self->last_four >> 8 & 0xFF);
    const uint32_t four = hash(hash(two, self->last_four >> 16 & 0xFF), self->last_four >> 24);
    const uint32_t place = hash(hash(self->signs, self->since), LOCAL_MODEL_CLASS_OF_BYTE[last]);
    self->slots[FOUR] = find_slot(self->tables, FOUR, four);
    self->slots[LOCAL_MODEL_CONTEXT_PLACE] = find_slot(self->tables, LOCAL_MODEL_CONTEXT_PLACE, place);
    self->slots[LOCAL_MODEL_CONTEXT_ROW] =
        find_slot(self->tables, LOCAL_MODEL_CONTEXT_ROW, hash(self->row, self->since));
    self->slots[LOCAL_MODEL_CONTEXT_TWO] = find_slot(self->tables, LOCAL_MODEL_CONTEXT_TWO, two);
}

/* Look for a match if none is active (rule LOC-5). */
static void look_for_match(predictor *self, uint32_t here)
{
    if (self->evidence.match_length > 0 || self->slots[FOUR]->run == 0)
        return;
    const uint32_t there = self->slots[FOUR]->position;
    const uint32_t longest = there < LOCAL_MODEL_MAX_MATCH_LENGTH ? there : LOCAL_MODEL_MAX_MATCH_LENGTH;
    uint32_t length = 0;
    while (length < longest && self->text[there - 1 - length] == self->text[here - 1 - length])
        length++;
    if (length >= LOCAL_MODEL_MIN_MATCH) {
        self->pointer = there;
        self->evidence.match_length = length;
        self->is_in_prefix = false;
    }
}

/* Look in the prefix if there is no match yet (rule LOC-13). */
static void look_in_prefix(predictor *self, uint32_t here)
{
    if (self->evidence.match_length > 0 || self->model->prefix.size == 0 || here < PREFIX_LENGTH)
        return;
    const uint32_t there = aura_prefix_find(&self->model->prefix, self->text + here - PREFIX_LENGTH);
    if (there != 0) {
        self->pointer = there;
        self->evidence.match_length = PREFIX_LENGTH;
        self->is_in_prefix = true;
    }
}

/* The candidates in their order (rule LOC-8), and how many; a byte may come twice. */
static uint32_t find_candidates(const predictor *self, uint8_t candidates[MAX_CANDIDATES])
{
    uint32_t count = 0;
    const uint32_t expected = aura_expected_digit(&self->tables->numbers);
    if (expected != 0)
        candidates[count++] = (uint8_t)expected;
    if (self->evidence.match_length > 0)
        candidates[count++] = (uint8_t)self->evidence.matched;
    for (uint32_t context = 0; context < AURA_LOCAL_CONTEXTS; context++)
        if (self->slots[context]->run > 0)
            candidates[count++] = self->slots[context]->last;
    const uint32_t next = aura_next_digit(&self->tables->numbers);
    if (next != 0)
        candidates[count++] = (uint8_t)next;
    for (uint32_t context = 0; context < AURA_LOCAL_CONTEXTS; context++)
        if (self->slots[context]->has_other)
            candidates[count++] = self->slots[context]->other;
    return count;
}

static bool contains(const uint8_t *bytes, uint32_t count, uint8_t byte)
{
    for (uint32_t at = 0; at < count; at++)
        if (bytes[at] == byte)
            return true;
    return false;
}

/* Code a choice of hit and miss, p for a hit. */
static bool code_hit(predictor *self, uint32_t p, bool is_hit)
{
    if (self->decoder != NULL)
        return aura_range_decode_bit(self->decoder, p, MIXER_PROB_ONE);
    aura_range_encode(self->encoder, is_hit ? 0 : p, is_hit ? p : MIXER_PROB_ONE - p, MIXER_PROB_ONE);
    return is_hit;
}

/* Code a symbol among candidates or else in the lists, and give it (rule LOC-9). A decoder is given any symbol. */
static uint32_t code_symbol(predictor *self, uint32_t symbol, const uint8_t *candidates, uint32_t count)
{
    aura_escapes escapes;
    aura_escapes_start(&escapes, self->model, self->position);
    uint32_t following;
    for (uint32_t at = 0; at < count && escapes.predicted_count < LOCAL_MODEL_MAX_TRIED; at++) {
        const uint8_t candidate = candidates[at];
        if (contains(candidates, at, candidate))
            continue;
        const uint32_t share = aura_share_of(&escapes, candidate, &following);
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

static void learn_slot(aura_local_slot *slot, uint8_t byte)
{
    if (slot->run > 0 && slot->last == byte) {
        slot->run = (uint8_t)(slot->run + (slot->run < LOCAL_MODEL_MAX_RUN));
        return;
    }
    if (slot->run > 0) {
        slot->other = slot->last;
        slot->has_other = 1;
    }
    slot->last = byte;
    slot->run = 1;
}

/* Rule LOC-2. */
static void pass_place(predictor *self, uint8_t byte)
{
    if (LOCAL_MODEL_CLASS_OF_BYTE[byte] != 0) {
        self->since++;
        return;
    }
    if (self->since > 0)
        self->row = hash(self->row, LOCAL_MODEL_WORD);
    self->row = contains(LOCAL_MODEL_ROW_STARTS, sizeof LOCAL_MODEL_ROW_STARTS, byte) ? byte : hash(self->row, byte);
    self->signs = self->signs << 8 | byte;
    self->since = 0;
}

/* Go past a byte at `place` (rules LOC-7 and LOC-11). */
static void pass(predictor *self, uint8_t byte, uint32_t place)
{
    for (uint32_t context = 0; context < AURA_LOCAL_CONTEXTS; context++)
        learn_slot(self->slots[context], byte);
    self->slots[FOUR]->position = (uint16_t)place;
    aura_evidence *evidence = &self->evidence;
    if (evidence->match_length > 0) {
        self->pointer++;
        if (evidence->matched != byte || (self->is_in_prefix && self->pointer == self->model->prefix.size))
            evidence->match_length = 0;
        else if (evidence->match_length < LOCAL_MODEL_MAX_MATCH_LENGTH)
            evidence->match_length++;
    }
    aura_numbers_pass(&self->tables->numbers, byte);
    pass_place(self, byte);
    self->last_four = self->last_four << 8 | byte;
    self->position.state = aura_after(self->position.state, byte);
}

/* Code the symbol at `place`, and give it; all but what it teaches. */
static uint32_t code(predictor *self, uint32_t symbol, uint32_t place)
{
    find_slots(self);
    look_for_match(self, place);
    look_in_prefix(self, place);
    aura_evidence *evidence = &self->evidence;
    evidence->matched = CONTEXT_MODEL_SYMBOLS;
    if (evidence->match_length > 0)
        evidence->matched = (self->is_in_prefix ? self->model->prefix.text : self->text)[self->pointer];
    uint8_t candidates[MAX_CANDIDATES];
    const uint32_t count = find_candidates(self, candidates);
    aura_gather_evidence(evidence, self->tables, self->slots, self->since);
    symbol = code_symbol(self, symbol, candidates, count);
    aura_prefetch(self->model->words, self->position.context);
    if (count > 0) {
        if (candidates[0] == symbol)
            evidence->misses = 0;
        else if (evidence->misses < LOCAL_MODEL_MAX_MISSES)
            evidence->misses++;
    }
    return symbol;
}

static predictor start(const aura_context_model *model, aura_local_tables *tables, const uint8_t *text)
{
    if (++tables->stamp == 0) { /* once in 2^16 messages: no slot may seem to be of this one */
        memset(tables->slots, 0, sizeof tables->slots);
        tables->stamp = 1;
    }
    aura_mixer_start(&tables->sum);
    aura_numbers_start(&tables->numbers);
    return (predictor){.model = model, .tables = tables, .text = text, .position = {model->initial, CHAR_RUNS_NO_RUN}};
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
    predictor self = start(model, tables, data);
    self.encoder = &encoder;
    for (uint32_t place = 0; place < size && !encoder.is_full; place++) {
        code(&self, data[place], place);
        pass(&self, data[place], place);
    }
    code(&self, CONTEXT_MODEL_END, (uint32_t)size);
    const size_t length = aura_range_finish(&encoder);
    if (length == 0)
        aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
    return length;
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
    const uint32_t longest = max_size < LIMITS_MAX_ADAPTIVE ? (uint32_t)max_size : LIMITS_MAX_ADAPTIVE;
    predictor self = start(model, tables, out);
    self.decoder = &decoder;
    uint32_t place = 0;
    for (;; place++) {
        const uint32_t symbol = code(&self, CONTEXT_MODEL_SYMBOLS, place);
        if (error->code != AURA_OK || symbol == CONTEXT_MODEL_END || !aura_has_room(error, place, longest, capacity))
            break;
        out[place] = (uint8_t)symbol;
        pass(&self, (uint8_t)symbol, place);
    }
    if (error->code == AURA_OK)
        aura_range_check_end(&decoder);
    *length = place;
    return error->code == AURA_OK;
}
