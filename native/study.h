/* What the sample of a block needs of its n-grams; see aura/models/training/study.py, which has the same in numpy. */
#ifndef AURA_STUDY_H
#define AURA_STUDY_H

#include <stdbool.h>
#include <stdint.h>

/* The n-grams of one length in a block, and what the length before left.
 *
 * size: symbols of the block.
 * places, index: symbols at which n-grams end, ascending, and for each its place in a run; `place_count` of them.
 * group: of each in the run its group, of which there are `groups`; groups are n-grams of this length.
 * kept: of each group its place among those that are kept, or -1.
 * sample: symbols that are looked up; none is the first.
 * context, entry: of each symbol, its context and its entry of the length before, or -1; NULL for the first length. */
typedef struct {
    const int32_t *places;
    const int32_t *index;
    const int32_t *group;
    const int32_t *kept;
    const int64_t *sample;
    const int32_t *context;
    const int32_t *entry;
    uint32_t size;
    uint32_t place_count;
    uint32_t run;
    uint32_t groups;
    uint32_t sample_count;
} aura_study;

/* What a sample needs of one length. The first five arrays have room for as many as there are groups.
 *
 * contexts, entries, longer: the groups of each role; `counts` says how many.
 * owners, suffixes: of each entry its context, and of each of `longer` its entry, of the length before.
 * context, entry: of each symbol, its context and its entry of this length, or -1.
 * ends, end_entries: of each of the sample, the place among those kept of the n-gram that ends there, and its entry.
 * before, before_contexts: of the n-gram that ends one symbol before, likewise, and its context. */
typedef struct {
    int32_t *contexts;
    int32_t *entries;
    int32_t *owners;
    int32_t *longer;
    int32_t *suffixes;
    int32_t *context;
    int32_t *entry;
    int32_t *ends;
    int32_t *end_entries;
    int32_t *before;
    int32_t *before_contexts;
    uint32_t counts[3];
} aura_study_row;

/* Find what the sample needs. `example` and `number` have room for as many as there are groups. False if a number names
 * nothing. */
bool aura_study_length(const aura_study *study, aura_study_row *row, int32_t *example, int32_t *number);

#endif
