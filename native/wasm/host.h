/* What the sources of the WebAssembly module share: its memory, and how a host and the module hand bytes to each other.
 *
 * A host asks for the input, writes there, and calls. What a call gives, it says by its length, or FAILED; the bytes
 * stand where aura_result says, up to the next call. A module serves one caller at a time, so that all this is its own:
 * the globals of the core, so to speak. */
#ifndef AURA_WASM_HOST_H
#define AURA_WASM_HOST_H

#include "../model.h"
#include "../selection.h"

#define EXPORT(name) __attribute__((export_name(#name))) name

#define FAILED (-1)

/* Memory that is kept from call to call, and grows. */
typedef struct {
    void *start;
    size_t size;
} aura_room;

/* What calls write to, the input, and the last error. */
typedef struct {
    aura_room input;
    aura_room output;
    aura_error error;
    const uint8_t *result;
    aura_workspace tables;
    aura_trigrams trigrams;
    aura_match_space match;
    aura_room marks;
    aura_near_space near;
    aura_room grams;
    uint64_t salt; /* which nobody can guess, so that no text makes the search for matches slow */
} aura_host;

extern aura_host aura_here;

/* The memory of the module. */
extern const aura_allocator AURA_MEMORY;

/* A model, the sections of its file, and its id, which the host knows (rule MDL-4). */
typedef struct {
    aura_context_model context;
    aura_model_file file;
    uint8_t id[AURALITE_MODEL_ID_SIZE];
} aura_held_model;

/* Templates, filed, with the windows of those that messages may be close to. */
typedef struct {
    aura_template_layer layer;
    aura_near_index near;
    aura_template_library library;
} aura_held_library;

/* So many bytes of a room, whose content is lost; NULL, and an error noted, if there is no memory. */
void *aura_take_room(aura_room *room, size_t size);

/* Note that there is no memory. Gives FAILED. */
ptrdiff_t aura_no_memory(void);

/* Take `length` bytes as the result, and give their number. */
ptrdiff_t aura_give(const uint8_t *bytes, size_t length);

/* Room for what a search in a library writes to; false, and an error noted, if there is no memory. */
bool aura_make_search_rooms(const aura_template_library *library, size_t size);

/* The input as numbers of 32 bits, the lowest byte first, and texts, which stand behind their lengths. What is read
 * beyond its end is 0 and empty. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
    bool is_cut; /* whether anything was read beyond the end */
} aura_parts;

uint32_t aura_next_number(aura_parts *parts);
aura_bytes aura_next_text(aura_parts *parts);

#endif
