/* Values of typed slots, from their characters to the wire and back (rules SLT-1 to SLT-13). */
#ifndef AURA_SLOT_H
#define AURA_SLOT_H

#include "template.h"
#include "varint.h"

/* Bytes of the longest head with its parts, and of the characters that it means; of another type than hex. */
#define AURA_MAX_SPELT 40
#define AURA_MAX_RENDERED 64

/* A value as it stands in a frame. */
typedef struct {
    uint64_t head;    /* 0 for a text, else as the type defines it */
    aura_bytes wire;  /* the head and its parts, of a text nothing */
    aura_bytes data;  /* the bytes of a text, or of the content behind a head */
    uint64_t numbers[3]; /* the varints behind a head */
} aura_spelt;

static inline bool aura_is_text_only(const aura_slot *slot)
{
    return slot->kind == TEMPLATE_TEXT || slot->kind == TEMPLATE_WORD;
}

/* Bytes of the head and parts of a value, which are written if `out` is not NULL; 0 if it does not fit the type of its
 * slot, and so is a text. `out` has room for AURA_MAX_SPELT bytes, and half the bytes of the value. */
size_t aura_slot_spell(const aura_template_list *list, const aura_slot *slot, aura_bytes value, uint8_t *out);

/* Read a head and its parts, but not the text that may follow a head of 0 (rule SLT-4). `index` is the slot's number. */
bool aura_slot_parse(const aura_slot *slot, aura_reader *reader, uint32_t index, aura_spelt *spelt);

/* Write the characters of a value with a head, and give their number: at most AURA_MAX_RENDERED, or of hex two for each
 * byte of content. A value that has none is Malformed (rule SLT-12), and gives 0. */
size_t aura_slot_render(const aura_template_list *list, const aura_slot *slot, const aura_spelt *spelt, uint8_t *out,
                        uint32_t index, aura_error *error);

/* Check that a value has no other spelling (rule SLT-5), and give how many characters it has. */
bool aura_slot_check(const aura_template_list *list, const aura_slot *slot, const aura_spelt *spelt, uint32_t index,
                     size_t *size, aura_error *error);

#endif
