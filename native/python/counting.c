/* The Python module aura_native: counting n-grams while a model is trained. */
#include "module.h"

#include "../stages.h"
#include "../study.h"
#include "../tallies.h"
#include "arrays.h"

PyObject *aura_py_find_keys(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {AURA_READ(8), AURA_READ(8), AURA_WRITTEN(4)};
    aura_arrays arrays;
    if (!aura_begin_arrays(arguments, count, 3, KINDS, AURA_LENGTH(KINDS), &arrays))
        return NULL;
    const uint32_t wanted = aura_length(&arrays, 1);
    const bool is_well = aura_reaches(&arrays, 2, wanted);
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        aura_find_keys(aura_items(&arrays, 0), aura_length(&arrays, 0), aura_items(&arrays, 1), wanted,
                       aura_items(&arrays, 2));
        Py_END_ALLOW_THREADS
    }
    return aura_end_arrays(&arrays, is_well);
}

PyObject *aura_py_sort_keys(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {AURA_WRITTEN(8), AURA_WRITTEN(4), AURA_WRITTEN(8), AURA_WRITTEN(4)};
    aura_arrays arrays;
    if (!aura_begin_arrays(arguments, count, 4, KINDS, AURA_LENGTH(KINDS), &arrays))
        return NULL;
    const uint32_t size = aura_length(&arrays, 0);
    const bool is_well = aura_reaches(&arrays, 1, size) && aura_reaches(&arrays, 2, size) && aura_reaches(&arrays, 3, size);
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        aura_sort_keys(aura_items(&arrays, 0), aura_items(&arrays, 1), size, aura_items(&arrays, 2),
                       aura_items(&arrays, 3));
        Py_END_ALLOW_THREADS
    }
    return aura_end_arrays(&arrays, is_well);
}

/* The tallies in four arrays from `first` on, sizes, counts, sources and messages. */
static aura_tallies tallies_of(const aura_arrays *arrays, uint32_t first)
{
    const aura_tallies tallies = {aura_items(arrays, first), aura_items(arrays, first + 1),
                                  aura_items(arrays, first + 2), aura_items(arrays, first + 3)};
    return tallies;
}

PyObject *aura_py_group_keys(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {
        AURA_READ(8),         AURA_READ_OR_NONE(4),    AURA_READ_OR_NONE(8), AURA_READ_OR_NONE(8),
        AURA_READ(8),         AURA_READ_OR_NONE(8),    AURA_WRITTEN(8),      AURA_WRITTEN(8),
        AURA_WRITTEN_OR_NONE(8), AURA_WRITTEN(8),      AURA_WRITTEN_OR_NONE(8), AURA_WRITTEN_OR_NONE(4)};
    aura_arrays arrays;
    if (!aura_begin_arrays(arguments, count, AURA_LENGTH(KINDS) + 1, KINDS, AURA_LENGTH(KINDS), &arrays))
        return NULL;
    const unsigned long shift = PyLong_AsUnsignedLong(arguments[AURA_LENGTH(KINDS)]);
    if (PyErr_Occurred()) {
        aura_release_arrays(&arrays);
        return NULL;
    }
    const uint32_t size = aura_length(&arrays, 0);
    const aura_tallies each = tallies_of(&arrays, 2), grouped = tallies_of(&arrays, 7);
    bool is_well = shift < 64 && (each.counts == NULL) == (grouped.counts == NULL) &&
                   (each.messages == NULL) == (grouped.messages == NULL);
    for (uint32_t number = 1; number < AURA_LENGTH(KINDS); number++)
        is_well = is_well && aura_reaches(&arrays, number, size);
    int64_t groups = -1;
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        groups = aura_group_keys(aura_items(&arrays, 0), aura_items(&arrays, 1), size, (uint32_t)shift, &each,
                                 aura_items(&arrays, 6), &grouped, aura_items(&arrays, 11));
        Py_END_ALLOW_THREADS
    }
    PyObject *none = aura_end_arrays(&arrays, groups >= 0);
    if (none == NULL)
        return NULL;
    Py_DECREF(none);
    return PyLong_FromLongLong(groups);
}

PyObject *aura_py_keys_of(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {AURA_READ(2), AURA_READ(1), AURA_READ_OR_NONE(4), AURA_READ_OR_NONE(4),
                                            AURA_WRITTEN(8)};
    enum { NUMBERS = 4 };
    aura_arrays arrays;
    if (!aura_begin_arrays(arguments, count, AURA_LENGTH(KINDS) + NUMBERS, KINDS, AURA_LENGTH(KINDS), &arrays))
        return NULL;
    unsigned long numbers[NUMBERS];
    bool is_well = true;
    for (uint32_t at = 0; at < NUMBERS; at++) {
        numbers[at] = PyLong_AsUnsignedLong(arguments[AURA_LENGTH(KINDS) + at]);
        is_well = is_well && numbers[at] < INT32_MAX;
    }
    if (PyErr_Occurred()) {
        aura_release_arrays(&arrays);
        return NULL;
    }
    const aura_piece piece = {aura_items(&arrays, 0), aura_items(&arrays, 1), (uint32_t)numbers[0],
                              aura_length(&arrays, 1)};
    const aura_stage stage = {(uint32_t)numbers[1], (uint32_t)numbers[2], (uint32_t)numbers[3]};
    const int32_t *places = aura_items(&arrays, 2), *groups = aura_items(&arrays, 3);
    const uint32_t size = aura_length(&arrays, 4);
    is_well = is_well && aura_stage_fits(&stage, &piece) && aura_length(&arrays, 0) == piece.lead + piece.size &&
              aura_reaches(&arrays, 2, size) && aura_reaches(&arrays, 3, size);
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        is_well = aura_keys_of(&piece, &stage, places, groups, size, aura_items(&arrays, 4));
        Py_END_ALLOW_THREADS
    }
    return aura_end_arrays(&arrays, is_well);
}

PyObject *aura_py_study_length(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {
        AURA_READ(4),    AURA_READ(4),    AURA_READ(4),    AURA_READ(4),         AURA_READ(8),
        AURA_READ_OR_NONE(4), AURA_READ_OR_NONE(4), /* that was what is looked at; what is found comes after it */
        AURA_WRITTEN(4), AURA_WRITTEN(4), AURA_WRITTEN(4), AURA_WRITTEN(4),      AURA_WRITTEN(4),
        AURA_WRITTEN(4), AURA_WRITTEN(4), AURA_WRITTEN(4), AURA_WRITTEN(4),      AURA_WRITTEN(4),
        AURA_WRITTEN(4), AURA_WRITTEN(4), AURA_WRITTEN(4)};
    enum { KEPT = 3, SAMPLE = 4, CONTEXT = 5, FOUND = 7, EACH = 12, OF_SAMPLE = 14, SCRATCH = 18 };
    aura_arrays arrays;
    if (!aura_begin_arrays(arguments, count, AURA_LENGTH(KINDS), KINDS, AURA_LENGTH(KINDS), &arrays))
        return NULL;
    const aura_study study = {
        aura_items(&arrays, 0),
        aura_items(&arrays, 1),
        aura_items(&arrays, 2),
        aura_items(&arrays, KEPT),
        aura_items(&arrays, SAMPLE),
        aura_items(&arrays, CONTEXT),
        aura_items(&arrays, CONTEXT + 1),
        aura_length(&arrays, EACH),
        aura_length(&arrays, 0),
        aura_length(&arrays, 2),
        aura_length(&arrays, KEPT),
        aura_length(&arrays, SAMPLE),
    };
    aura_study_row row = {
        aura_items(&arrays, FOUND),
        aura_items(&arrays, FOUND + 1),
        aura_items(&arrays, FOUND + 2),
        aura_items(&arrays, FOUND + 3),
        aura_items(&arrays, FOUND + 4),
        aura_items(&arrays, EACH),
        aura_items(&arrays, EACH + 1),
        aura_items(&arrays, OF_SAMPLE),
        aura_items(&arrays, OF_SAMPLE + 1),
        aura_items(&arrays, OF_SAMPLE + 2),
        aura_items(&arrays, OF_SAMPLE + 3),
        {0},
    };
    bool is_well = study.size > 0 && aura_reaches(&arrays, 1, study.place_count) &&
                   aura_reaches(&arrays, CONTEXT, study.size) && aura_reaches(&arrays, CONTEXT + 1, study.size) &&
                   aura_reaches(&arrays, EACH + 1, study.size);
    for (uint32_t number = FOUND; number < AURA_LENGTH(KINDS); number++) {
        const bool is_of_groups = number < EACH || number >= SCRATCH;
        if (number < EACH || number >= OF_SAMPLE)
            is_well = is_well && aura_reaches(&arrays, number, is_of_groups ? study.groups : study.sample_count);
    }
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        is_well = aura_study_length(&study, &row, aura_items(&arrays, SCRATCH), aura_items(&arrays, SCRATCH + 1));
        Py_END_ALLOW_THREADS
    }
    PyObject *none = aura_end_arrays(&arrays, is_well);
    if (none == NULL)
        return NULL;
    Py_DECREF(none);
    return Py_BuildValue("(III)", row.counts[0], row.counts[1], row.counts[2]);
}
