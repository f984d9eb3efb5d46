/* What the local model remembers: of a message, or of all messages of a stream (rules LOC-1, LOC-4 and LOC-12). */
#ifndef AURA_LOCAL_MEMORY_H
#define AURA_LOCAL_MEMORY_H

#include "local_number.h"

#define AURA_LOCAL_CONTEXTS 4

/* What followed a context (rule LOC-4) is a word. From the low bits up:
 *
 *     3 state, 8 the last byte, 8 the byte before it, 8 check, 5 stamp.
 *
 * The state is 0 in an empty slot; else 2 · run - 1, and one more if there is a byte before the last. A slot with another
 * stamp than that of the memory is empty, too. */
#define AURA_SLOT_STATE 7
#define AURA_SLOT_STATES (2 * LOCAL_MODEL_MAX_RUN)
#define AURA_SLOT_LAST 3
#define AURA_SLOT_OTHER 11
#define AURA_SLOT_CHECK 19
#define AURA_SLOT_STAMPS 32

/* Weights and biases (rules MIX-3 and MIX-6). They may grow beyond 32 bits in long messages. */
typedef struct {
    int64_t weights[2][2][4][3];
    int64_t set[2][2][4][3];
    int64_t context[AURA_LOCAL_CONTEXTS][3][AURA_SLOT_STATES];
    int64_t match[2][11];
    int64_t number[2][LOCAL_MODEL_MAX_CONFIDENCE + 1];
    int64_t field[13][MIXER_MAX_LEFT + 1];
    int64_t miss[LOCAL_MODEL_MAX_MISSES + 1][2][AURA_LOCAL_CONTEXTS + 1];
    int64_t length[MIXER_MAX_SINCE + 1][LOCAL_MODEL_CLASSES];
} aura_mixer;

/* Where all of it stands. */
typedef struct {
    aura_mixer *sum;
    aura_number_fields *fields;
    uint32_t *slots;       /* 2^slot_bits for each context */
    uint16_t *positions;   /* 2^slot_bits: low bits of where the last bytes of the slots of FOUR stand */
    uint32_t slot_bits;
    uint32_t stamp;
    uint32_t zero;         /* the symbol of a byte 0 */
    const uint8_t *window; /* the bytes that are held: those of the message, or a ring */
    uint8_t *ring;         /* the same if it is a ring, else NULL */
    uint32_t window_size;
    uint32_t at;           /* the place of the next byte in the window */
    uint32_t held;         /* bytes that are held */
    uint16_t end;          /* the number of the next byte mod 2^16 */
} aura_local_memory;

/* A slot, and what it holds. */
typedef struct {
    uint32_t *place;
    uint32_t word;
} aura_local_slot;

/* Whether a slot that is not empty has a byte before the last one. */
static inline bool aura_has_other(uint32_t word)
{
    return (word & 1) == 0;
}

/* The slot of a context (rule LOC-4). */
static inline aura_local_slot aura_find_local_slot(const aura_local_memory *memory, uint32_t context, uint32_t number)
{
    const uint32_t value = number * LOCAL_MODEL_HASH_MULTIPLIER_2;
    uint32_t *place = memory->slots + (context << memory->slot_bits) + (value >> (32 - memory->slot_bits));
    const uint32_t head = memory->stamp << 8 | (value >> (24 - memory->slot_bits) & 0xFF);
    const bool is_it = *place >> AURA_SLOT_CHECK == head;
    return (aura_local_slot){place, is_it ? *place : head << AURA_SLOT_CHECK};
}

/* Let a slot learn the byte that followed (rule LOC-11). */
static inline void aura_local_slot_learn(aura_local_slot slot, uint32_t byte)
{
    const uint32_t state = slot.word & AURA_SLOT_STATE, last = slot.word >> AURA_SLOT_LAST & 0xFF;
    const uint32_t head = slot.word >> AURA_SLOT_CHECK << AURA_SLOT_CHECK;
    if (state == 0)
        *slot.place = head | byte << AURA_SLOT_LAST | 1;
    else if (last != byte)
        *slot.place = head | last << AURA_SLOT_OTHER | byte << AURA_SLOT_LAST | 2;
    else
        *slot.place = slot.word + (state < AURA_SLOT_STATES - 1 ? 2 : 0);
}

/* The symbol of a byte (rule LOC-1). */
static inline uint32_t aura_symbol_of_byte(const aura_local_memory *memory, uint32_t byte)
{
    return byte == 0 ? memory->zero : byte;
}

/* Let the next byte join the window (rule LOC-11). */
static inline void aura_remember(aura_local_memory *memory, uint8_t byte)
{
    if (memory->ring != NULL)
        memory->ring[memory->at] = byte;
    memory->at = memory->at + 1 == memory->window_size ? 0 : memory->at + 1;
    memory->held += memory->held < memory->window_size;
    memory->end++;
}

#endif
