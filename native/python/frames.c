/* The method of a model that codes the texts of modelled template frames. */
#include "module.h"

#include "../modelled.h"

#include <stdlib.h>

/* Whether only the last text may have no stop, and nothing stands behind it then. */
static bool have_stops(const uint32_t *sizes, Py_ssize_t count)
{
    for (Py_ssize_t place = 2; place < count; place += 3)
        if (sizes[place] == 0 && (place + 2 < count || sizes[place + 1] > 0))
            return false;
    return true;
}

/* The sizes in a sequence of the parts of a message of `whole` bytes, in memory of the heap; NULL, with an exception, if
 * they are not such ones. */
static uint32_t *read_sizes(PyObject *sequence, size_t whole, Py_ssize_t *count)
{
    PyObject *numbers = PySequence_Tuple(sequence);
    if (numbers == NULL)
        return NULL;
    *count = PyTuple_Size(numbers);
    uint32_t *sizes = malloc(((size_t)*count + 1) * sizeof *sizes);
    size_t left = whole;
    bool is_kept = *count % 3 == 1;
    for (Py_ssize_t place = 0; sizes != NULL && is_kept && place < *count; place++) {
        const unsigned long size = PyLong_AsUnsignedLong(PyTuple_GetItem(numbers, place));
        is_kept = !PyErr_Occurred() && size <= left && size <= UINT32_MAX;
        sizes[place] = (uint32_t)size;
        left -= is_kept ? size : 0;
    }
    Py_DECREF(numbers);
    if (sizes != NULL && is_kept && left == 0 && have_stops(sizes, *count))
        return sizes;
    if (sizes == NULL)
        PyErr_NoMemory();
    else if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "the sizes are not those of the parts of the message");
    free(sizes);
    return NULL;
}

/* Write the string into the buffer, which grows as it must. Does not touch Python. */
static size_t write_string(const aura_context_model *model, workspace *space, const Py_buffer *message,
                           const uint32_t *sizes, Py_ssize_t count, aura_error *error)
{
    const size_t size = (size_t)message->len;
    for (size_t capacity = 2 * size + 256;; capacity = 4 * space->capacity) {
        if (!aura_make_room(space, capacity)) {
            *error = (aura_error){.code = AURA_NO_MEMORY};
            return 0;
        }
        const size_t length = aura_modelled_encode(model, &space->tables.match, message->buf, size, sizes,
                                                   (size_t)count, space->buffer, space->capacity, error);
        if (length > 0 || error->code != AURA_NO_SPACE)
            return length;
    }
}

PyObject *aura_py_encode_modelled(PyObject *self, PyObject *const *arguments, Py_ssize_t given)
{
    module_state *state = aura_state_of(self);
    if (given != 2) {
        PyErr_SetString(PyExc_TypeError, "expected a message, and the sizes of its parts");
        return NULL;
    }
    Py_buffer view;
    if (PyObject_GetBuffer(arguments[0], &view, PyBUF_SIMPLE) != 0)
        return NULL;
    Py_ssize_t count;
    uint32_t *sizes = read_sizes(arguments[1], (size_t)view.len, &count);
    workspace *space = sizes == NULL ? NULL : aura_take_workspace(state);
    PyObject *result = NULL;
    if (space != NULL) {
        aura_error error;
        size_t length;
        Py_BEGIN_ALLOW_THREADS
        length = write_string(&((model_object *)self)->model, space, &view, sizes, count, &error);
        Py_END_ALLOW_THREADS
        result = length > 0 ? PyBytes_FromStringAndSize((const char *)space->buffer, (Py_ssize_t)length)
                            : aura_raise_error(state, &error);
        aura_put_workspace(state, space);
    } else if (sizes != NULL) {
        PyErr_NoMemory();
    }
    free(sizes);
    PyBuffer_Release(&view);
    return result;
}
