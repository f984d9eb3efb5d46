/* AURALITE messages of a batch, some of them side by side. */
#ifndef AURA_AURALITE_BATCH_H
#define AURA_AURALITE_BATCH_H

#include "auralite.h"

/* How many messages are coded side by side. A symbol waits for a context to come from memory; the symbols of other
 * messages are coded meanwhile. More messages than these gain nothing. */
#define AURA_TOGETHER 6

/* A message or a string, room for what becomes of it, its length, and why there is none. */
typedef struct {
    const uint8_t *data;
    size_t size;
    uint8_t *out;
    size_t capacity;
    size_t length;
    aura_error error;
} aura_job;

/* Do with each message what aura_auralite_encode does. The tables, AURA_TOGETHER of them, begin as zeros. */
void aura_auralite_encode_batch(const aura_context_model *model, aura_match_table *tables, aura_job *jobs,
                                size_t count);

/* Do with each string what aura_auralite_decode does. */
void aura_auralite_decode_batch(const aura_context_model *model, aura_match_table *tables, aura_job *jobs,
                                size_t count, size_t max_size);

#endif
