/* Deleted estimation. Sums are added up in doubles, in the order in which numpy does; all else is in single precision. */
#include "deletion.h"

#include "mixing.h"

#include <stddef.h>
#include <string.h>

static float at_most_one(float uses)
{
    return uses < 1.0F ? uses : 1.0F;
}

/* Add up what kept longer n-grams take from each entry. */
static bool add_seen_coming(const aura_ngram_uses *trie, const aura_shares *shares, double *of_entries)
{
    memset(of_entries, 0, shares->entries * sizeof *of_entries);
    for (uint32_t at = 0; shares->seen_coming != NULL && at < shares->longer_count; at++) {
        const uint32_t node = (uint32_t)shares->longer[at], suffix = (uint32_t)shares->suffixes[at];
        if (node >= trie->count || suffix >= shares->entries)
            return false;
        if (trie->kept[node] != 0)
            of_entries[suffix] += (double)shares->seen_coming[at];
    }
    return true;
}

/* Find the uses of entries without their blocks, and add up what contexts lose: uses, kinds, and what is shown. */
static bool take_from_entries(const aura_ngram_uses *trie, const aura_shares *shares, float discount,
                              const double *of_entries, float *uses, double *lost)
{
    memset(lost, 0, 3 * (size_t)shares->contexts * sizeof *lost);
    for (uint32_t at = 0; at < shares->entries; at++) {
        const int64_t key = shares->keys[at];
        const uint32_t owner = (uint32_t)shares->owners[at];
        if (key < 0 || key / shares->blocks >= trie->count || owner >= shares->contexts)
            return false;
        const uint32_t node = (uint32_t)(key / shares->blocks);
        float taken = shares->taken[at];
        if (shares->seen_coming != NULL)
            taken -= (float)of_entries[at];
        const float whole = trie->uses[node], rest = whole - taken, least = at_most_one(whole);
        const float left = shares->gone[at] != 0 || !(whole > 0.0F) ? 0.0F : rest > least ? rest : least;
        const float less = whole - left, fewer = at_most_one(whole) - at_most_one(left);
        uses[at] = left;
        double *of_context = lost + 3 * (size_t)owner;
        of_context[0] += (double)less;
        of_context[1] += (double)fewer;
        if (trie->kept[node] != 0)
            of_context[2] += (double)(less - discount * fewer);
    }
    return true;
}

/* The list of a context without the block. */
static void class_context(const aura_ngram_uses *trie, const aura_shares *shares, const aura_discounting *discounting,
                          const double *lost, uint32_t at, const aura_lists_without *lists)
{
    const uint32_t node = (uint32_t)shares->nodes[at];
    double totals = (double)trie->totals[node] - lost[0], kinds = (double)trie->kinds[node] - lost[1];
    const double shown = (double)trie->shown[node] - lost[2];
    if (shares->rest != NULL) {
        totals -= (double)shares->rest[at];
        kinds -= (double)shares->rest_kinds[at];
    }
    const bool is_root = node == 0;
    const bool has_list = is_root || (trie->entries[node] > 0 && kinds > 0.0 && shares->stays[at] != 0);
    double whole = totals > 1.0 ? totals : 1.0, missing = 0.0;
    if (!is_root) {
        whole = totals - discounting->discount * kinds;
        whole = whole > discounting->nothing ? whole : discounting->nothing;
        missing = 1.0 - shown / whole;
        missing = missing < 0.0 ? 0.0 : missing > 1.0 ? 1.0 : missing;
    }
    const aura_context_shape shape = {totals, kinds, totals / (kinds > 1.0 ? kinds : 1.0), (double)shares->spreads[at],
                                      shares->orders[at]};
    lists->classes[at] = has_list ? (int16_t)aura_class_of(&shape, discounting->bounds) : -1;
    lists->whole[at] = (float)whole;
    lists->missing[at] = (float)missing;
}

bool aura_leave_out(const aura_ngram_uses *trie, const aura_shares *shares, const aura_discounting *discounting,
                    const aura_lists_without *lists, double *scratch)
{
    double *lost = scratch + shares->entries;
    if (!add_seen_coming(trie, shares, scratch) ||
        !take_from_entries(trie, shares, (float)discounting->discount, scratch, lists->uses, lost))
        return false;
    for (uint32_t at = 0; at < shares->contexts; at++) {
        if ((uint32_t)shares->nodes[at] >= trie->count)
            return false;
        class_context(trie, shares, discounting, lost + 3 * (size_t)at, at, lists);
    }
    return true;
}

bool aura_look_into_lists(const aura_ngram_uses *trie, const aura_lists_without *lists, uint32_t contexts,
                          uint32_t entries, const aura_chain *chain, float discount, int16_t *classes, float *frequency,
                          float *missing)
{
    for (uint32_t at = 0; at < chain->count; at++) {
        const int32_t context = chain->contexts[at], target = chain->targets[at], entry = chain->entries[at];
        if (context >= (int32_t)contexts || target >= (int32_t)trie->count || entry >= (int32_t)entries)
            return false;
        classes[at] = context >= 0 ? lists->classes[context] : -1;
        frequency[at] = missing[at] = 0.0F;
        if (classes[at] < 0)
            continue;
        missing[at] = lists->missing[context];
        if (target < 0 || trie->kept[target] == 0)
            continue;
        const float uses = entry >= 0 ? lists->uses[entry] : trie->uses[target];
        frequency[at] = (uses - discount * at_most_one(uses)) / lists->whole[context];
    }
    return true;
}
