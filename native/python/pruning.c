/* The Python module aura_native: what the entries of a trie gain while a model is trained, and logarithms. */
#include "module.h"

#include "../logarithm.h"
#include "../pruning.h"
#include "arrays.h"

PyObject *aura_py_log2(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {AURA_READ(8), AURA_WRITTEN(8)};
    aura_arrays arrays;
    if (!aura_begin_arrays(arguments, count, AURA_LENGTH(KINDS), KINDS, AURA_LENGTH(KINDS), &arrays))
        return NULL;
    const uint32_t size = aura_length(&arrays, 0);
    const bool is_well = aura_reaches(&arrays, 1, size);
    if (is_well) {
        const double *numbers = aura_items(&arrays, 0);
        double *logarithms = aura_items(&arrays, 1);
        Py_BEGIN_ALLOW_THREADS
        for (uint32_t at = 0; at < size; at++)
            logarithms[at] = aura_log2(numbers[at]);
        Py_END_ALLOW_THREADS
    }
    return aura_end_arrays(&arrays, is_well);
}

PyObject *aura_py_find_gains(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {AURA_READ(8), AURA_READ(2), AURA_READ(4), AURA_READ(4), AURA_READ(4),
                                            AURA_READ(4), AURA_READ(4), AURA_READ(2), /* now what is raised */
                                            AURA_WRITTEN(4), AURA_WRITTEN_OR_NONE(4)};
    enum { SPREADS = 1, PARENTS, SUFFIXES, PROBABILITY, LOWER, WEIGHTS, ENTRIES, GAINS, OF_CONTEXTS, NUMBERS = 3 };
    aura_arrays arrays;
    if (!aura_begin_arrays(arguments, count, AURA_LENGTH(KINDS) + NUMBERS, KINDS, AURA_LENGTH(KINDS), &arrays))
        return NULL;
    PyObject *const *numbers = arguments + AURA_LENGTH(KINDS);
    const long first = PyLong_AsLong(numbers[0]);
    const double whole = PyErr_Occurred() ? 0.0 : PyFloat_AsDouble(numbers[1]);
    const double least_weight = PyErr_Occurred() ? 0.0 : PyFloat_AsDouble(numbers[2]);
    if (PyErr_Occurred()) {
        aura_release_arrays(&arrays);
        return NULL;
    }
    const aura_gaining_level level = {
        aura_items(&arrays, 0),
        aura_items(&arrays, SPREADS),
        aura_items(&arrays, PARENTS),
        aura_items(&arrays, SUFFIXES),
        aura_items(&arrays, PROBABILITY),
        aura_items(&arrays, LOWER),
        aura_items(&arrays, WEIGHTS),
        aura_items(&arrays, ENTRIES),
        aura_length(&arrays, 0),
        (uint32_t)first,
        aura_length(&arrays, LOWER),
        whole,
        least_weight,
    };
    bool is_well = first >= 0 && first <= INT32_MAX;
    for (uint32_t number = 0; number < AURA_LENGTH(KINDS); number++) {
        const bool is_of_contexts = number == LOWER || number == WEIGHTS || number == ENTRIES || number == OF_CONTEXTS;
        is_well = is_well && aura_reaches(&arrays, number, is_of_contexts ? level.contexts : level.count);
    }
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        is_well = aura_find_gains(&level, aura_items(&arrays, GAINS), aura_items(&arrays, OF_CONTEXTS));
        Py_END_ALLOW_THREADS
    }
    return aura_end_arrays(&arrays, is_well);
}
