/* The local model: how a message predicts its own next symbol, and the messages of a stream the next message (rules LOC-1
 * to LOC-13 and AUR-10 to AUR-12). */
#ifndef AURA_LOCAL_MODEL_H
#define AURA_LOCAL_MODEL_H

#include "context_model.h"
#include "mixer.h"
#include "range_coder.h"
#include "symbols.h"

/* The memory of a single message. Begins as zeros; `stamp` is that of the last message. */
typedef struct {
    uint32_t stamp;
    uint32_t slots[AURA_LOCAL_CONTEXTS << LOCAL_MODEL_SLOT_BITS];
    uint16_t positions[1 << LOCAL_MODEL_SLOT_BITS];
    aura_mixer sum;
    aura_number_fields fields;
} aura_local_tables;

/* A message on its way. There is either an encoder or a decoder, or none where a message is only learned. */
typedef struct {
    const aura_context_model *model;
    aura_local_memory memory;
    const uint8_t *text; /* the message */
    uint32_t size;       /* of it so far */
    aura_position position;
    aura_range_encoder *encoder;
    aura_range_decoder *decoder;
    uint32_t since, row, signs; /* rule LOC-2 */
    uint32_t last_four;         /* the last four bytes, the last one lowest */
    uint32_t pointer;           /* of the match, a place in the window */
    bool is_in_prefix;          /* or one in the prefix */
    aura_evidence evidence;
    aura_numbers numbers;
    aura_local_slot slots[AURA_LOCAL_CONTEXTS]; /* of the current symbol */
} aura_predictor;

/* The memory of a single message, empty (rule LOC-12); what it has for a window is up to the caller. */
aura_local_memory aura_empty_memory(aura_local_tables *tables);

/* Begin a message (rule LOC-10). The fields of `self` that are not named are zeros. */
void aura_predictor_start(aura_predictor *self, const aura_context_model *model, const aura_local_memory *memory,
                          const uint8_t *text);

/* Code the next symbol, and give it (rule LOC-9); all but what it teaches. A decoder is given any symbol. */
uint32_t aura_predictor_code(aura_predictor *self, uint32_t symbol);

/* Go past a byte, coded or not (rules LOC-2, LOC-7 and LOC-11). In a stream, the byte 0 stands for the end. */
void aura_predictor_pass(aura_predictor *self, uint8_t byte, uint32_t symbol);

/* Write a text of at most LIMITS_MAX_ADAPTIVE bytes and its end, and finish the string. Returns the length of the
 * string, or 0 with AURA_NO_SPACE if it does not fit. */
size_t aura_predictor_encode(aura_predictor *self, const uint8_t *data, size_t size, aura_range_encoder *encoder,
                             aura_error *error);

/* Read a text up to its end, and check that the string ends there. `out` is where the predictor looks for the text. */
bool aura_predictor_decode(aura_predictor *self, aura_range_decoder *decoder, size_t max_size, uint8_t *out,
                           size_t capacity, size_t *length, aura_error *error);

/* Let a byte enter that is not coded (rule STR-11). */
void aura_predictor_learn(aura_predictor *self, uint8_t byte);

/* Write the string of an adaptive message, and read one; as aura_encode and aura_decode say. */
size_t aura_local_model_encode(const aura_context_model *model, aura_local_tables *tables, const uint8_t *data,
                               size_t size, uint8_t *out, size_t capacity, aura_error *error);
bool aura_local_model_decode(const aura_context_model *model, aura_local_tables *tables, const uint8_t *string,
                             size_t size, size_t max_size, uint8_t *out, size_t capacity, size_t *length,
                             aura_error *error);

#endif
