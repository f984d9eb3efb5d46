/* The mixer: how likely a candidate of the local model hits (rules MIX-1 to MIX-6). */
#include "mixer.h"

/* All divisions of the chapter round down: shifts of negative numbers do, with every compiler in use. */
_Static_assert((-1 >> 1) == -1, "right shifts of negative numbers round down");

static void widen(int64_t *to, const int16_t *from, size_t count, int bits)
{
    for (size_t at = 0; at < count; at++)
        to[at] = (int64_t)from[at] * ((int64_t)1 << bits);
}

#define WIDEN(to, from, bits) widen((int64_t *)(to), (const int16_t *)(from), sizeof(from) / sizeof(int16_t), bits)

void aura_mixer_start(aura_mixer *sum)
{
    WIDEN(sum->weights, MIXER_WEIGHTS, 10);
    WIDEN(sum->set, MIXER_SET_BIASES, 12);
    WIDEN(sum->context, MIXER_CONTEXT_BIASES, 12);
    WIDEN(sum->match, MIXER_MATCH_BIASES, 12);
    WIDEN(sum->number, MIXER_NUMBER_BIASES, 12);
    WIDEN(sum->field, MIXER_FIELD_BIASES, 12);
    WIDEN(sum->miss, MIXER_MISS_BIASES, 12);
    WIDEN(sum->length, MIXER_LENGTH_BIASES, 12);
}

/* The level of a match (rule LOC-5). */
static uint32_t level_of(uint32_t match_length)
{
    uint32_t level = 0;
    while (level < sizeof LOCAL_MODEL_LENGTH_STEPS && match_length >= LOCAL_MODEL_LENGTH_STEPS[level])
        level++;
    return level;
}

void aura_gather_evidence(aura_evidence *evidence, const aura_local_memory *memory, const aura_numbers *numbers,
                          const aura_local_slot slots[AURA_LOCAL_CONTEXTS], uint32_t since)
{
    evidence->sum = memory->sum;
    evidence->numbers = numbers;
    evidence->since = since < MIXER_MAX_SINCE ? since : MIXER_MAX_SINCE;
    evidence->level = level_of(evidence->match_length);
    uint32_t count = 0;
    for (uint32_t context = 0; context < AURA_LOCAL_CONTEXTS; context++) {
        const uint32_t word = slots[context].word, state = word & AURA_SLOT_STATE;
        if (state == 0)
            continue;
        aura_slot_evidence *slot = &evidence->slots[count++];
        slot->last = (uint16_t)aura_symbol_of_byte(memory, word >> AURA_SLOT_LAST & 0xFF);
        slot->other = aura_has_other(word) ? (uint16_t)aura_symbol_of_byte(memory, word >> AURA_SLOT_OTHER & 0xFF)
                                           : UINT16_MAX;
        slot->row = &memory->sum->context[context][0][state - 1];
    }
    evidence->count = count;
}

/* Take note of a bias, and give it. */
static int64_t take(aura_trial *trial, int64_t *bias)
{
    trial->biases[trial->count++] = bias;
    return *bias;
}

void aura_local_trial(const aura_evidence *evidence, uint32_t candidate, uint32_t share, aura_trial *trial)
{
    aura_mixer *sum = evidence->sum;
    const aura_numbers *numbers = evidence->numbers;
    const size_t kinds = sizeof sum->context[0][0] / sizeof(int64_t);
    int64_t total = 0;
    uint32_t votes = 0;
    trial->count = 0;
    for (uint32_t at = 0; at < evidence->count; at++) {
        const aura_slot_evidence *slot = &evidence->slots[at];
        const bool is_last = slot->last == candidate, is_other = slot->other == candidate;
        votes += is_last;
        total += take(trial, slot->row + (is_last ? 0 : 2 - is_other) * kinds);
    }
    const bool agrees = evidence->matched == candidate;
    uint32_t match = 0;
    if (evidence->match_length > 0) {
        match = !agrees ? 3 : evidence->level > MIXER_LONG_LEVEL ? 2 : 1;
        total += take(trial, &sum->match[agrees][evidence->level]);
    }
    const uint32_t expected = aura_expected_digit(numbers);
    if (expected != 0)
        total += take(trial, &sum->number[expected == candidate][numbers->confidence]);
    if (numbers->relation != LOCAL_MODEL_RELATION_NONE)
        total += take(trial, &sum->field[aura_relation_of(numbers, candidate)][aura_digits_left(numbers)]);
    total += take(trial, &sum->miss[evidence->misses][agrees][votes]);
    total += take(trial, &sum->length[evidence->since][LOCAL_MODEL_CLASS_OF_BYTE[candidate & 0xFF]]);
    const uint32_t common = share < MIXER_SHARE_STEPS[0] ? 0 : share < MIXER_SHARE_STEPS[1] ? 1 : 2;
    const uint32_t later = evidence->is_later, digit = aura_is_digit(candidate);
    total += take(trial, &sum->set[later][digit][match][common]);
    trial->stretched = MIXER_STRETCH[share >> 4];
    trial->weight = &sum->weights[later][digit][match][common];
    total += *trial->weight * trial->stretched >> 4;
    total >>= 12;
    const int64_t place = total < -MIXER_LIMIT  ? 0
                          : total > MIXER_LIMIT ? 2 * MIXER_LIMIT
                                                : total + MIXER_LIMIT;
    const uint32_t p = MIXER_SQUASH[place];
    trial->probability = p < MIXER_MIN_PROBABILITY ? MIXER_MIN_PROBABILITY
                         : p > MIXER_PROB_ONE - MIXER_MIN_PROBABILITY
                             ? MIXER_PROB_ONE - MIXER_MIN_PROBABILITY
                             : p;
}

void aura_local_learn(const aura_trial *trial, bool is_hit)
{
    const int32_t p = (int32_t)trial->probability;
    const int64_t error = is_hit ? MIXER_PROB_ONE - p : -p;
    if (-MIXER_MIN_ERROR < error && error < MIXER_MIN_ERROR)
        return;
    *trial->weight += error * trial->stretched >> 14;
    for (uint32_t at = 0; at < trial->count; at++)
        *trial->biases[at] += error;
}
