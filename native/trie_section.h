/* The trie section before its levels: the fixed part, the tables, and bounds (rules TRI-1 to TRI-3, TRI-8). */
#ifndef AURA_TRIE_SECTION_H
#define AURA_TRIE_SECTION_H

#include "constants.h"
#include "errors.h"

/* The fixed part of the section (rule TRI-1). */
typedef struct {
    uint32_t order;
    const uint8_t *root_codes;
    uint32_t lanes;
    uint32_t tables_length;
    const uint8_t *payload;
    uint32_t payload_length;
    const uint8_t *words;
    size_t words_size;
    uint16_t frequencies[RANS_SYMBOLS];
} aura_trie_section;

/* Read the fixed part of the section, each field judged when it has been read. */
bool aura_trie_read_section(aura_trie_section *section, const uint8_t *data, size_t size, aura_error *error);

/* Check the decoded tables (rule TRI-2). */
bool aura_trie_check_tables(const uint8_t *data, size_t size, aura_error *error);

/* Fill in the classes of lengths of lists (rule TRI-3). */
void aura_trie_classify(uint8_t classes[CONTEXT_MODEL_SYMBOLS + 1]);

/* The most entries that a section of this size may hold (rule TRI-8). */
uint32_t aura_trie_entry_limit(size_t size);

#endif
