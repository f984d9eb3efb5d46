/* The Python module aura_native: what lists are worth while a model is trained. */
#include "module.h"

#include "../kneser_ney.h"
#include "../stretches.h"
#include "../weights.h"
#include "arrays.h"

/* Read whole numbers from 0 to INT32_MAX; false, with an exception, if one is none. */
static bool read_numbers(PyObject *const *arguments, uint32_t count, uint32_t *numbers)
{
    for (uint32_t at = 0; at < count; at++) {
        const unsigned long number = PyLong_AsUnsignedLong(arguments[at]);
        if (PyErr_Occurred())
            return false;
        if (number > INT32_MAX) {
            PyErr_SetString(PyExc_OverflowError, "a number is above 2147483647");
            return false;
        }
        numbers[at] = (uint32_t)number;
    }
    return true;
}

PyObject *aura_py_count_uses(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {AURA_READ(8),    AURA_READ(4),    AURA_READ(4),    AURA_READ(1),
                                            AURA_READ_OR_NONE(8), /* now what is counted */
                                            AURA_WRITTEN(4), AURA_WRITTEN(8), AURA_WRITTEN(8), AURA_WRITTEN(8),
                                            AURA_WRITTEN(2), AURA_WRITTEN(8)};
    enum { SEEN = 4, USES = 5, TOTALS = 6, NUMBERS = 3 };
    aura_arrays arrays;
    if (!aura_begin_arrays(arguments, count, AURA_LENGTH(KINDS) + NUMBERS + 1, KINDS, AURA_LENGTH(KINDS), &arrays))
        return NULL;
    uint32_t numbers[NUMBERS];
    const double discount = PyFloat_AsDouble(arguments[AURA_LENGTH(KINDS) + NUMBERS]);
    if (PyErr_Occurred() || !read_numbers(arguments + AURA_LENGTH(KINDS), NUMBERS, numbers)) {
        aura_release_arrays(&arrays);
        return NULL;
    }
    const aura_level_counts level = {
        aura_items(&arrays, 0),
        aura_items(&arrays, 1),
        aura_items(&arrays, 2),
        aura_items(&arrays, 3),
        aura_items(&arrays, SEEN),
        aura_length(&arrays, 0),
        numbers[0],
        aura_length(&arrays, TOTALS),
        numbers[1],
        (double)numbers[2],
        discount,
    };
    const aura_level_uses uses = {
        aura_items(&arrays, USES),       aura_items(&arrays, TOTALS),     aura_items(&arrays, TOTALS + 1),
        aura_items(&arrays, TOTALS + 2), aura_items(&arrays, TOTALS + 3), aura_items(&arrays, TOTALS + 4),
    };
    bool is_well = true;
    for (uint32_t number = 0; number < AURA_LENGTH(KINDS); number++)
        is_well = is_well && aura_reaches(&arrays, number, number < TOTALS ? level.count : level.contexts);
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        is_well = aura_count_uses(&level, &uses);
        Py_END_ALLOW_THREADS
    }
    return aura_end_arrays(&arrays, is_well);
}

PyObject *aura_py_maximise(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {AURA_READ(2), AURA_READ(4),    AURA_READ(4),
                                            AURA_READ(8), AURA_WRITTEN(8), AURA_WRITTEN(8)};
    enum { PRIOR = 3, WEIGHTS = 4, SCRATCH = 5, NUMBERS = 2 };
    aura_arrays arrays;
    if (!aura_begin_arrays(arguments, count, AURA_LENGTH(KINDS) + NUMBERS + 2, KINDS, AURA_LENGTH(KINDS), &arrays))
        return NULL;
    uint32_t numbers[NUMBERS];
    const double uniform = PyFloat_AsDouble(arguments[AURA_LENGTH(KINDS) + NUMBERS]);
    const double strength = PyErr_Occurred() ? 0.0 : PyFloat_AsDouble(arguments[AURA_LENGTH(KINDS) + NUMBERS + 1]);
    if (PyErr_Occurred() || !read_numbers(arguments + AURA_LENGTH(KINDS), NUMBERS, numbers)) {
        aura_release_arrays(&arrays);
        return NULL;
    }
    const uint32_t items = aura_length(&arrays, 0), groups = aura_length(&arrays, PRIOR);
    const aura_list_evidence evidence = {aura_items(&arrays, 0), aura_items(&arrays, 1), aura_items(&arrays, 2), numbers[0],
                                    numbers[0] > 0 ? items / numbers[0] : 0};
    const aura_learning learning = {aura_items(&arrays, PRIOR), groups, numbers[1], strength, uniform};
    const bool is_well = groups > 0 && aura_reaches(&arrays, 1, items) && aura_reaches(&arrays, 2, items) &&
                         aura_reaches(&arrays, WEIGHTS, groups) &&
                         aura_length(&arrays, SCRATCH) >= AURA_MAXIMISE_ROOM(evidence.orders, evidence.places, groups);
    if (is_well) {
        Py_BEGIN_ALLOW_THREADS
        aura_maximise(&evidence, &learning, aura_items(&arrays, WEIGHTS), aura_items(&arrays, SCRATCH));
        Py_END_ALLOW_THREADS
    }
    return aura_end_arrays(&arrays, is_well);
}

PyObject *aura_py_choose_stretches(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    static const aura_array_kind KINDS[] = {AURA_READ(4),    AURA_READ(4),    AURA_READ(8),   AURA_READ(4),
                                            AURA_WRITTEN(1), AURA_WRITTEN(4), AURA_WRITTEN(4)};
    enum { ORDER = 2, WORTH = 3, TAKEN = 4, STARTS = 5, ENDS = 6, NUMBERS = 4 };
    aura_arrays arrays;
    if (!aura_begin_arrays(arguments, count, AURA_LENGTH(KINDS) + NUMBERS + 1, KINDS, AURA_LENGTH(KINDS), &arrays))
        return NULL;
    uint32_t numbers[NUMBERS];
    const double faded = PyFloat_AsDouble(arguments[AURA_LENGTH(KINDS) + NUMBERS]);
    if (PyErr_Occurred() || !read_numbers(arguments + AURA_LENGTH(KINDS), NUMBERS, numbers)) {
        aura_release_arrays(&arrays);
        return NULL;
    }
    const aura_windows text = {
        aura_items(&arrays, 0),
        aura_items(&arrays, 1),
        aura_items(&arrays, ORDER),
        aura_items(&arrays, WORTH),
        aura_length(&arrays, 0),
        aura_length(&arrays, TAKEN),
        aura_length(&arrays, ORDER),
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3],
        (float)faded,
    };
    int64_t found = -1;
    if (aura_reaches(&arrays, 1, text.size) && aura_reaches(&arrays, WORTH, text.windows) &&
        aura_reaches(&arrays, ENDS, aura_length(&arrays, STARTS))) {
        Py_BEGIN_ALLOW_THREADS
        found = aura_choose_stretches(&text, aura_items(&arrays, TAKEN), aura_items(&arrays, STARTS),
                                      aura_items(&arrays, ENDS), aura_length(&arrays, STARTS));
        Py_END_ALLOW_THREADS
    }
    PyObject *none = aura_end_arrays(&arrays, found >= 0);
    if (none == NULL)
        return NULL;
    Py_DECREF(none);
    return PyLong_FromLongLong(found);
}
