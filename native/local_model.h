/* The local model: how a message predicts its own next symbol (rules LOC-1 to LOC-13 and AUR-10 to AUR-12). */
#ifndef AURA_LOCAL_MODEL_H
#define AURA_LOCAL_MODEL_H

#include "context_model.h"
#include "local_number.h"

#define AURA_LOCAL_CONTEXTS 4

/* What followed a context (rule LOC-4). A slot that another message filled has another stamp, and counts as empty. */
typedef struct {
    uint16_t stamp;
    uint16_t position; /* of the last byte */
    uint8_t check;
    uint8_t run; /* 0 if nothing followed yet */
    uint8_t last;
    uint8_t other; /* the byte before the last one */
    uint8_t has_other;
} aura_local_slot;

/* Weights and biases (rules MIX-3 and MIX-6). They may grow beyond 32 bits in long messages. */
typedef struct {
    int64_t weights[2][2][4][3];
    int64_t set[2][2][4][3];
    int64_t context[AURA_LOCAL_CONTEXTS][3][LOCAL_MODEL_MAX_RUN][2];
    int64_t match[2][11];
    int64_t number[2][LOCAL_MODEL_MAX_CONFIDENCE + 1];
    int64_t field[13][MIXER_MAX_LEFT + 1];
    int64_t miss[LOCAL_MODEL_MAX_MISSES + 1][2][AURA_LOCAL_CONTEXTS + 1];
    int64_t length[MIXER_MAX_SINCE + 1][LOCAL_MODEL_CLASSES];
} aura_mixer;

/* What a message learns. Begins as zeros; `stamp` is that of the last message. */
typedef struct {
    uint16_t stamp;
    aura_local_slot slots[AURA_LOCAL_CONTEXTS][1 << LOCAL_MODEL_SLOT_BITS];
    aura_mixer sum;
    aura_numbers numbers;
} aura_local_tables;

/* Write the string of an adaptive message, and read one; as aura_encode and aura_decode say. */
size_t aura_local_model_encode(const aura_context_model *model, aura_local_tables *tables, const uint8_t *data,
                               size_t size, uint8_t *out, size_t capacity, aura_error *error);
bool aura_local_model_decode(const aura_context_model *model, aura_local_tables *tables, const uint8_t *string,
                             size_t size, size_t max_size, uint8_t *out, size_t capacity, size_t *length,
                             aura_error *error);

#endif
