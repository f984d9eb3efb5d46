/* Arrays of numbers as arguments. */
#include "arrays.h"

#include <string.h>

static bool take(PyObject *object, aura_array_kind kind, Py_buffer *view)
{
    if (kind.is_optional && object == Py_None)
        return true;
    if (PyObject_GetBuffer(object, view, kind.is_written ? PyBUF_ND | PyBUF_WRITABLE : PyBUF_ND) != 0)
        return false;
    if (view->itemsize != kind.width || (uintptr_t)view->buf % kind.width != 0 || view->len / kind.width > INT32_MAX) {
        PyErr_Format(PyExc_ValueError, "expected at most 2147483647 items of %d bytes, aligned", (int)kind.width);
        PyBuffer_Release(view);
        return false;
    }
    return true;
}

bool aura_begin_arrays(PyObject *const *arguments, Py_ssize_t count, Py_ssize_t expected, const aura_array_kind *kinds,
                       uint32_t arrays_count, aura_arrays *arrays)
{
    memset(arrays, 0, sizeof *arrays);
    if (count != expected) {
        PyErr_Format(PyExc_TypeError, "expected %zd arguments, not %zd", expected, count);
        return false;
    }
    for (; arrays->count < arrays_count; arrays->count++)
        if (!take(arguments[arrays->count], kinds[arrays->count], &arrays->views[arrays->count])) {
            aura_release_arrays(arrays);
            return false;
        }
    return true;
}

bool aura_begin_with_floats(PyObject *const *arguments, Py_ssize_t count, const aura_array_kind *kinds,
                            uint32_t arrays_count, aura_arrays *arrays, double *numbers, uint32_t numbers_count)
{
    const Py_ssize_t expected = (Py_ssize_t)arrays_count + numbers_count;
    if (!aura_begin_arrays(arguments, count, expected, kinds, arrays_count, arrays))
        return false;
    for (uint32_t at = 0; at < numbers_count; at++) {
        numbers[at] = PyFloat_AsDouble(arguments[arrays_count + at]);
        if (PyErr_Occurred()) {
            aura_release_arrays(arrays);
            return false;
        }
    }
    return true;
}

void aura_release_arrays(aura_arrays *arrays)
{
    for (uint32_t number = 0; number < arrays->count; number++)
        if (arrays->views[number].obj != NULL)
            PyBuffer_Release(&arrays->views[number]);
    arrays->count = 0;
}

PyObject *aura_end_arrays(aura_arrays *arrays, bool is_well)
{
    aura_release_arrays(arrays);
    if (is_well)
        Py_RETURN_NONE;
    PyErr_SetString(PyExc_ValueError, "arrays that do not belong together");
    return NULL;
}
