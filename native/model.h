/* The model file (rules MDL-1 to MDL-5 and MDL-9). */
#ifndef AURA_MODEL_H
#define AURA_MODEL_H

#include "context_model.h"

#define AURA_MAX_SECTIONS 7

/* A section of a model file: its type, and where its content stands in the file. */
typedef struct {
    uint8_t type;
    uint32_t offset;
    uint32_t size;
    uint32_t crc;
} aura_section;

/* The sections of known types, in order. */
typedef struct {
    uint32_t count;
    aura_section sections[AURA_MAX_SECTIONS];
} aura_model_file;

/* Read a model file: the places of its sections, and the context model. Templates and the dictionary are left to the
 * caller, and so is the id, which is the caller's SHA-256 over the sections (rule MDL-4). Codes are kept for those who
 * want to see them: words have frequencies, and some codes have the same. `model` has to be freed only after success. */
bool aura_model_read(aura_context_model *model, aura_model_file *file, const uint8_t *data, size_t size,
                     bool keeps_codes, const aura_allocator *allocator, aura_error *error);

#endif
