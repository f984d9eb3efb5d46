/* The Python module aura_native: lists while a model is trained, mixed, and without a block of the text. */
#include "module.h"

#include "../deletion.h"
#include "../mixing.h"
#include "arrays.h"

/* Whether arrays from `first` to before `end` have at least so many items, or are None. */
static bool all_reach(const aura_arrays *arrays, uint32_t first, uint32_t end, uint32_t count)
{
    for (uint32_t number = first; number < end; number++)
        if (!aura_reaches(arrays, number, count))
            return false;
    return true;
}

PyObject *aura_py_mix_level(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {
        AURA_READ(1), AURA_READ(4), AURA_READ(4), AURA_READ(4), AURA_READ(2), AURA_READ(2), /* of contexts */
        AURA_READ(4), AURA_READ(4),                                                         /* of kept entries */
        AURA_READ(1), AURA_READ(4),                                                         /* of all entries */
        AURA_READ_OR_NONE(4), AURA_READ(8), AURA_READ(8),                                   /* lower, and weights */
        AURA_WRITTEN(4), AURA_WRITTEN(4)};
    enum { PARENTS = 6, ENTRY_KEPT = 8, LOWER = 10, GROUPS, BOUNDS, WEIGHTS, PROBABILITY };
    enum { FIRST, ORDER, DISCOUNT, NOTHING, UNIFORM, NUMBERS };
    aura_arrays arrays;
    double numbers[NUMBERS];
    if (!aura_begin_with_floats(arguments, count, KINDS, AURA_LENGTH(KINDS), &arrays, numbers, NUMBERS))
        return NULL;
    bool is_well = numbers[FIRST] >= 0.0 && numbers[FIRST] <= INT32_MAX && numbers[ORDER] >= 0.0 &&
                   numbers[ORDER] <= INT32_MAX;
    const aura_mixed_level level = {
        aura_items(&arrays, 0),
        aura_items(&arrays, 1),
        aura_items(&arrays, 2),
        aura_items(&arrays, 3),
        aura_items(&arrays, 4),
        aura_items(&arrays, 5),
        aura_length(&arrays, 0),
        aura_items(&arrays, PARENTS),
        aura_items(&arrays, PARENTS + 1),
        aura_length(&arrays, PARENTS),
        aura_items(&arrays, ENTRY_KEPT),
        aura_items(&arrays, ENTRY_KEPT + 1),
        aura_length(&arrays, ENTRY_KEPT),
        aura_items(&arrays, LOWER),
        aura_length(&arrays, WEIGHTS),
        aura_items(&arrays, GROUPS),
        aura_items(&arrays, BOUNDS),
        is_well ? (uint32_t)numbers[FIRST] : 0,
        is_well ? (uint32_t)numbers[ORDER] : 0,
        (float)numbers[DISCOUNT],
        (float)numbers[NOTHING],
        (float)numbers[UNIFORM],
    };
    is_well = is_well && all_reach(&arrays, 0, PARENTS, level.contexts) &&
              all_reach(&arrays, PARENTS, ENTRY_KEPT, level.kept_entries) &&
              all_reach(&arrays, ENTRY_KEPT, LOWER, level.all_entries) &&
              aura_reaches(&arrays, LOWER, level.kept_contexts) && aura_reaches(&arrays, GROUPS, AURA_CLASSES) &&
              aura_reaches(&arrays, BOUNDS, AURA_CLASS_BOUNDS) && aura_reaches(&arrays, PROBABILITY, level.kept_entries);
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        is_well = aura_mix_level(&level, aura_items(&arrays, WEIGHTS), aura_items(&arrays, PROBABILITY));
        Py_END_ALLOW_THREADS
    }
    return aura_end_arrays(&arrays, is_well);
}

PyObject *aura_py_leave_out(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {
        AURA_READ(1), AURA_READ(4), AURA_READ(4), AURA_READ(4), AURA_READ(4), AURA_READ(2), /* of n-grams */
        AURA_READ(8), AURA_READ(4), AURA_READ(4), AURA_READ(1),                             /* of entries */
        AURA_READ(4), AURA_READ(4), AURA_READ_OR_NONE(4),                                   /* of longer n-grams */
        AURA_READ(4), AURA_READ(1), AURA_READ(2), AURA_READ(1), AURA_READ_OR_NONE(4), AURA_READ_OR_NONE(4), /* of contexts */
        AURA_READ(8), AURA_WRITTEN(4), AURA_WRITTEN(2), AURA_WRITTEN(4), AURA_WRITTEN(4), AURA_WRITTEN(8)};
    enum { KEYS = 6, LONGER = 10, NODES = 13, RESTS = 17, BOUNDS = 19, USES, CLASSES, SCRATCH = 24 };
    enum { BLOCKS, DISCOUNT, NOTHING, NUMBERS };
    aura_arrays arrays;
    double numbers[NUMBERS];
    if (!aura_begin_with_floats(arguments, count, KINDS, AURA_LENGTH(KINDS), &arrays, numbers, NUMBERS))
        return NULL;
    const aura_ngram_uses trie = {
        aura_items(&arrays, 0), aura_items(&arrays, 1), aura_items(&arrays, 2), aura_items(&arrays, 3),
        aura_items(&arrays, 4), aura_items(&arrays, 5), aura_length(&arrays, 0),
    };
    bool is_well = numbers[BLOCKS] >= 1.0 && numbers[BLOCKS] <= INT32_MAX;
    const aura_shares shares = {
        aura_items(&arrays, KEYS),
        aura_items(&arrays, KEYS + 1),
        aura_items(&arrays, KEYS + 2),
        aura_items(&arrays, KEYS + 3),
        aura_length(&arrays, KEYS),
        aura_items(&arrays, LONGER),
        aura_items(&arrays, LONGER + 1),
        aura_items(&arrays, LONGER + 2),
        aura_length(&arrays, LONGER),
        aura_items(&arrays, NODES),
        aura_items(&arrays, NODES + 1),
        aura_items(&arrays, NODES + 2),
        aura_items(&arrays, NODES + 3),
        aura_items(&arrays, RESTS),
        aura_items(&arrays, RESTS + 1),
        aura_length(&arrays, NODES),
        is_well ? (uint32_t)numbers[BLOCKS] : 1,
    };
    const aura_discounting discounting = {aura_items(&arrays, BOUNDS), numbers[DISCOUNT], numbers[NOTHING]};
    const aura_lists_without lists = {aura_items(&arrays, USES), aura_items(&arrays, CLASSES),
                                      aura_items(&arrays, CLASSES + 1), aura_items(&arrays, CLASSES + 2)};
    is_well = is_well && all_reach(&arrays, 0, KEYS, trie.count) && all_reach(&arrays, KEYS, LONGER, shares.entries) &&
              all_reach(&arrays, LONGER, NODES, shares.longer_count) &&
              all_reach(&arrays, NODES, BOUNDS, shares.contexts) && (shares.rest == NULL) == (shares.rest_kinds == NULL) &&
              aura_reaches(&arrays, BOUNDS, AURA_CLASS_BOUNDS) && aura_reaches(&arrays, USES, shares.entries) &&
              all_reach(&arrays, CLASSES, SCRATCH, shares.contexts) &&
              aura_length(&arrays, SCRATCH) >= shares.entries + 3 * (uint64_t)shares.contexts;
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        is_well = aura_leave_out(&trie, &shares, &discounting, &lists, aura_items(&arrays, SCRATCH));
        Py_END_ALLOW_THREADS
    }
    return aura_end_arrays(&arrays, is_well);
}

PyObject *aura_py_look_into_lists(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {AURA_READ(1), AURA_READ(4),                                 /* of n-grams */
                                            AURA_READ(4), AURA_READ(2),    AURA_READ(4), AURA_READ(4),  /* of lists */
                                            AURA_READ(4), AURA_READ(4),    AURA_READ(4),                /* of symbols */
                                            AURA_WRITTEN(2), AURA_WRITTEN(4), AURA_WRITTEN(4)};
    enum { OWN_USES = 2, CLASSES, WHOLE, MISSING, CHAIN, FOUND = 9 };
    aura_arrays arrays;
    double discount;
    if (!aura_begin_with_floats(arguments, count, KINDS, AURA_LENGTH(KINDS), &arrays, &discount, 1))
        return NULL;
    const aura_ngram_uses trie = {.kept = aura_items(&arrays, 0), .uses = aura_items(&arrays, 1),
                                  .count = aura_length(&arrays, 0)};
    const aura_lists_without lists = {aura_items(&arrays, OWN_USES), aura_items(&arrays, CLASSES),
                                      aura_items(&arrays, WHOLE), aura_items(&arrays, MISSING)};
    const uint32_t contexts = aura_length(&arrays, CLASSES), entries = aura_length(&arrays, OWN_USES);
    const aura_chain chain = {aura_items(&arrays, CHAIN), aura_items(&arrays, CHAIN + 1), aura_items(&arrays, CHAIN + 2),
                              aura_length(&arrays, CHAIN)};
    bool is_well = aura_reaches(&arrays, 1, trie.count) && all_reach(&arrays, WHOLE, CHAIN, contexts) &&
                   all_reach(&arrays, CHAIN, AURA_LENGTH(KINDS), chain.count);
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        is_well = aura_look_into_lists(&trie, &lists, contexts, entries, &chain, (float)discount,
                                       aura_items(&arrays, FOUND), aura_items(&arrays, FOUND + 1),
                                       aura_items(&arrays, FOUND + 2));
        Py_END_ALLOW_THREADS
    }
    return aura_end_arrays(&arrays, is_well);
}
