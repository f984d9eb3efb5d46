/* A trie section while its levels are read: what the sources for its batches share. */
#ifndef AURA_TRIE_READER_H
#define AURA_TRIE_READER_H

#include "context_model.h"
#include "interleaved_rans.h"

/* A level of the trie, while the one below it is read. */
typedef struct {
    uint32_t first;  /* the place of its first context */
    uint16_t *notes; /* by word, as below; the words of an index have none */
} aura_trie_level;

/* A note is what later tables and the lists of the next level depend on: the code that names tables, and of the first
 * word of a list, its length above it. The code of an entry is min(code, 49), that of a list of one entry 50 + the code
 * of the escape, and that of the first word of a longer list the code of the escape, or 64 for the root. */
#define TRIE_LENGTH_SHIFT 7

static inline uint32_t aura_trie_code_of(uint32_t note)
{
    return note & ((1 << TRIE_LENGTH_SHIFT) - 1);
}

/* A context of the next level. */
typedef struct {
    uint32_t suffix;  /* its place */
    uint32_t origin;  /* the place of the suffix entry of the first entry */
    uint32_t lengths; /* from the low bits up: 9 length of the list, 9 length of the suffix's list */
} aura_trie_child;

#define TRIE_LONGEST_SHIFT 9

/* The contexts of the next level. Until CHILD is read they are the entries that may have a child, with the tables for
 * their flags. Entries are named by their places behind the first context of their level. A parent of 0 at level 1
 * stands for that of the context in which messages begin. */
typedef struct {
    uint32_t count;
    uint32_t *parents;     /* the entries that lead to them */
    uint16_t *tables;      /* for CHILD, then for COUNT */
    aura_trie_child *list; /* and TRIE_AHEAD more, which are no contexts */
    uint64_t entries;      /* of all their lists */
    uint32_t end;          /* the place behind their lists */
} aura_trie_children;

static inline uint32_t aura_trie_length(uint32_t lengths)
{
    return lengths & 0x1FF;
}

static inline uint32_t aura_trie_longest(uint32_t lengths)
{
    return lengths >> TRIE_LONGEST_SHIFT;
}

/* Memory that levels use one after the other. */
typedef struct {
    void *start;
    size_t size;
} aura_trie_room;

/* Notes, which two levels use at once, have a room for even levels, and behind it one for odd ones. */
enum {
    TRIE_PARENTS,
    TRIE_FLAGS,
    TRIE_CHILDREN,
    TRIE_NOTES,
    TRIE_ROOMS = TRIE_NOTES + 2,
};

#define TRIE_CLASSES (sizeof TRIE_SIZE_BOUNDS + 1)
#define TRIE_AHEAD 16 /* contexts whose suffix entries are fetched ahead */
#define TRIE_SHORT 8 /* the longest lists whose tables for ranks are copied */

typedef struct {
    aura_context_model *model;
    aura_rans_reader reader;
    uint32_t level;              /* that is read */
    aura_trie_level above;
    aura_trie_level own;
    aura_trie_children children; /* the contexts of the level */
    aura_trie_children next;     /* those of the one below, as far as they are gathered */
    uint32_t limit;              /* of entries */
    const aura_allocator *allocator;
    aura_error *error;
    uint8_t classes[CONTEXT_MODEL_SYMBOLS + 1];    /* by the length of a list, its class */
    uint16_t firsts[CONTEXT_MODEL_SYMBOLS + 1];    /* by the length of a list, words before its entries */
    uint16_t widths[CONTEXT_MODEL_SYMBOLS + 1];    /* and all its words */
    uint16_t child_tables[1 << TRIE_LENGTH_SHIFT]; /* of the level, by the code of an entry */
    /* by the class of the suffix's list and the length of the list */
    uint16_t rank_tables[TRIE_CLASSES][TRIE_SHORT + 1][TRIE_SHORT];
    uint16_t own_ranks[CONTEXT_MODEL_SYMBOLS]; /* of lists that have all of their suffix's entries */
    aura_trie_room rooms[TRIE_ROOMS];
} aura_trie_reader;

/* Words that the symbols of the level's lists take: ranks, codes, and TRIE_SHORT more that are written beyond. */
static inline size_t aura_trie_symbol_words(const aura_trie_children *children)
{
    return (2 * (size_t)children->entries + children->count + TRIE_SHORT + 3) / 4;
}

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

/* Make room for the codes of words behind those of `size` words, if codes are kept. */
bool aura_trie_keep_codes(aura_trie_reader *trie, uint32_t size);

/* Begin to gather the entries of the level that may have a child, of which there are `most`. */
bool aura_trie_begin_next(aura_trie_reader *trie, uint32_t most);

/* Read CHILD for the entries that were gathered, and keep those with a child (rules TRI-4 to TRI-6). */
bool aura_trie_read_children(aura_trie_reader *trie);

/* Read COUNT, make room for the level, and behind it for the symbols of its lists, and link the entries above to it. */
bool aura_trie_read_counts(aura_trie_reader *trie);

/* Name the tables for the ranks of short lists. */
void aura_trie_name_ranks(aura_trie_reader *trie);

/* Write the list of the root and its notes, and gather its entries (rules TRI-1 and CTX-7). */
void aura_trie_write_root(aura_trie_reader *trie, const uint8_t root_codes[CONTEXT_MODEL_SYMBOLS]);

/* Read RANK, CODE, ONE and MANY, write the words and notes of the level, and gather its entries. */
bool aura_trie_read_lists(aura_trie_reader *trie);

#endif
