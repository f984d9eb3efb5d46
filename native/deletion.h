/* Lists without a block of the text, while a model is trained; see aura/models/training/deleted_estimation.py, which has
 * the same in numpy. */
#ifndef AURA_DELETION_H
#define AURA_DELETION_H

#include <stdbool.h>
#include <stdint.h>

/* All n-grams of a trie: which are kept, 0 or 1, how often each is used, and of each as a context the uses and the kinds
 * of its entries, the discounted uses of those that are kept, and their number. */
typedef struct {
    const uint8_t *kept;
    const float *uses;
    const float *totals;
    const float *kinds;
    const float *shown;
    const uint16_t *entries;
    uint32_t count;
} aura_ngram_uses;

/* What blocks contributed.
 *
 * keys: of each entry, its node times `blocks`, and its block.
 * owners: of each, the number of its context; taken: what its block has of it; gone: whether it is in no other, 0 or 1.
 * longer, suffixes, seen_coming: longer n-grams, of each the entry that is its suffix, and what it takes from that.
 * nodes, orders, spreads, stays: of each context, its node, its order, in about how many sources it occurs without the
 * block, and whether it is frequent enough without it.
 * rest, rest_kinds: of each context, what the block has of the n-grams that are left out of the trie; NULL for nothing. */
typedef struct {
    const int64_t *keys;
    const int32_t *owners;
    const float *taken;
    const uint8_t *gone;
    uint32_t entries;
    const int32_t *longer;
    const int32_t *suffixes;
    const float *seen_coming; /* NULL for plain counts */
    uint32_t longer_count;
    const int32_t *nodes;
    const uint8_t *orders;
    const uint16_t *spreads;
    const uint8_t *stays;
    const float *rest;
    const float *rest_kinds;
    uint32_t contexts;
    uint32_t blocks;
} aura_shares;

/* How lists are discounted, and contexts are classed. */
typedef struct {
    const double *bounds;
    double discount;
    double nothing;
} aura_discounting;

/* The lists without the block: the uses of each entry, and of each context its class, -1 for none, what its discounted
 * uses are divided by, and what the frequencies of its entries leave of 1. */
typedef struct {
    float *uses;
    int16_t *classes;
    float *whole;
    float *missing;
} aura_lists_without;

/* Leave the blocks out. `scratch` has room for a number for each entry and three for each context. False if numbers do
 * not belong together. */
bool aura_leave_out(const aura_ngram_uses *trie, const aura_shares *shares, const aura_discounting *discounting,
                    const aura_lists_without *lists, double *scratch);

/* What the lists say about the symbols after contexts of one order: of each symbol the context, the n-gram that it ends,
 * and its entry, or -1. */
typedef struct {
    const int32_t *contexts;
    const int32_t *targets;
    const int32_t *entries;
    uint32_t count;
} aura_chain;

/* Set the class of each symbol's context, its frequency there, and what is missing; these are 0 where there is no list.
 * `discount` is 0 for order 0. */
bool aura_look_into_lists(const aura_ngram_uses *trie, const aura_lists_without *lists, uint32_t contexts,
                          uint32_t entries, const aura_chain *chain, float discount, int16_t *classes, float *frequency,
                          float *missing);

#endif
