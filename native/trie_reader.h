/* A trie section while its levels are read: what the sources for its batches share. */
#ifndef AURA_TRIE_READER_H
#define AURA_TRIE_READER_H

#include "context_model.h"
#include "interleaved_rans.h"

/* A level of the trie, while the one below it is read. */
typedef struct {
    uint32_t first; /* the place of its first context */
    uint8_t *codes; /* by word: min(code, 49) of an entry, 50 + code of the escape where it is alone; for the word of a
                       longer list itself TRIE_IS_LIST + the code of the escape; TRIE_NO_ENTRY for words of its index */
} aura_trie_level;

#define TRIE_IS_LIST 128
#define TRIE_AHEAD 16 /* children whose suffixes are fetched ahead */
#define TRIE_NO_ENTRY 255

/* Contexts of the next level. First their suffixes and the entries that lead to them, as places; 0 stands for the entry
 * of the context in which messages begin. From RANK on their own places, apart by the lengths of their lists. */
typedef struct {
    uint32_t count;
    union {
        uint32_t *suffixes;
        uint32_t *many;
    };
    union {
        uint32_t *parents;
        uint32_t *ones;
    };
    uint32_t *lengths; /* of their lists; 16 bits above them the lengths of the suffixes' lists */
    uint32_t ones_count, many_count;
} aura_trie_children;

/* Memory that levels use one after the other. */
typedef struct {
    void *start;
    size_t size;
} aura_trie_room;

enum {
    TRIE_SUFFIXES,
    TRIE_PARENTS,
    TRIE_LENGTHS,
    TRIE_BATCH,
    TRIE_CODES, /* of even levels, and behind it of odd ones */
    TRIE_ROOMS = TRIE_CODES + 2,
};

typedef struct {
    aura_context_model *model;
    aura_rans_reader reader;
    aura_trie_level above;
    aura_trie_children children;
    uint32_t level; /* of the children */
    uint32_t limit; /* of entries */
    const aura_allocator *allocator;
    aura_error *error;
    uint8_t classes[CONTEXT_MODEL_SYMBOLS + 1]; /* by the length of a list, its class */
    uint16_t firsts[CONTEXT_MODEL_SYMBOLS + 1];  /* by the length of a list, words before its entries */
    uint16_t child_tables[256]; /* of the level, by the code beside an entry */
    uint16_t *batch;            /* of symbols, or of their tables before they are read */
    aura_trie_room rooms[TRIE_ROOMS];
} aura_trie_reader;

/* Where the parts of words begin while lists are read, as trie_lists.c says. */
#define TRIE_CODE_ABOVE_SHIFT 33
#define TRIE_RANK_SHIFT 40
#define TRIE_LIST_CODE_SHIFT 49

static inline uint32_t aura_least(uint32_t one, uint32_t other)
{
    return one < other ? one : other;
}

static inline bool aura_trie_out_of_memory(aura_trie_reader *trie)
{
    return aura_fail(trie->error, AURA_NO_MEMORY, 0, "words", "there is no memory for the model");
}

/* So many bytes of a room, whose content is lost; NULL, and an error noted, if there is no memory. */
void *aura_trie_take(aura_trie_reader *trie, uint32_t room, size_t size);

/* Make room for a batch, and one symbol more. */
bool aura_trie_make_batch(aura_trie_reader *trie, size_t size);

/* Read CHILD for the level above, and gather its children (rules TRI-4 to TRI-6). */
bool aura_trie_read_children(aura_trie_reader *trie);

/* Read COUNT, make room for the level, and link the entries above to it. */
bool aura_trie_read_counts(aura_trie_reader *trie);

/* Read RANK, CODE, ONE and MANY of the level whose first context is to stand at `first`; its codes go to `codes`. */
bool aura_trie_read_lists(aura_trie_reader *trie, uint32_t first, uint8_t *codes);

/* Sort the words of a list, which are different numbers. Most lists are short. */
void aura_trie_sort(uint64_t *words, uint32_t count);

/* End a list of more than one entry, whose words stand in their order; `escape` is the frequency of its escape, 0 at
 * the root. The codes of its entries go to `codes`, which stand beside its words. */
void aura_trie_pack_list(uint64_t *words, uint32_t context, uint32_t escape, uint8_t *codes);

#endif
