/* The methods of a library of templates that write and read template frames. */
#include "module.h"

#include "../frame.h"
#include "../fuzzy.h"
#include "../modelled.h"
#include "../typed.h"

#include <stdlib.h>

/* Fill a template with a sequence of bytes, which `held` keeps; false, with an exception, if that is not possible. */
static bool fill(const aura_template_library *library, PyObject *id, PyObject *values, aura_filled *filled,
                 PyObject **held)
{
    const unsigned long number = PyLong_AsUnsignedLong(id);
    *held = NULL;
    if (PyErr_Occurred())
        return false;
    if (number > LIMITS_MAX_TEMPLATE_ID || !aura_find_in_library(library, (uint32_t)number, filled)) {
        PyErr_SetObject(PyExc_KeyError, id);
        return false;
    }
    *held = PySequence_Tuple(values);
    if (*held == NULL)
        return false;
    if (PyTuple_Size(*held) != filled->template->slot_count) {
        PyErr_SetString(PyExc_ValueError, "a template has another number of slots");
        return false;
    }
    for (uint32_t index = 0; index < filled->template->slot_count; index++) {
        char *text;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(*held, (Py_ssize_t)index), &text, &size) != 0)
            return false;
        filled->values[index] = (aura_bytes){(const uint8_t *)text, (size_t)size};
    }
    return true;
}

static bool are(Py_ssize_t given, Py_ssize_t count, const char *what)
{
    if (given != count)
        PyErr_SetString(PyExc_TypeError, what);
    return given == count;
}

PyObject *aura_py_encode_typed(PyObject *self, PyObject *const *arguments, Py_ssize_t given)
{
    module_state *state = aura_state_of(self);
    const aura_template_library *library = aura_py_library_of(state, self);
    if (library == NULL || !are(given, 2, "expected an id, and values"))
        return NULL;
    aura_filled filled;
    PyObject *held, *result = NULL;
    workspace *space = NULL;
    if (fill(library, arguments[0], arguments[1], &filled, &held)) {
        const size_t size = aura_typed_size(&filled);
        space = size > PY_SSIZE_T_MAX / 2 ? NULL : aura_take_workspace(state);
        if (space != NULL && aura_make_room(space, 1 + size + AURA_MAX_SPELT))
            result = PyBytes_FromStringAndSize((const char *)space->buffer,
                                               (Py_ssize_t)aura_typed_encode(&filled, space->buffer));
        else
            PyErr_NoMemory();
        aura_put_workspace(state, space);
    }
    Py_XDECREF(held);
    return result;
}

/* Write a modelled frame into the buffer, which grows as it must. Does not touch Python. */
static size_t write_modelled(const aura_context_model *model, workspace *space, const aura_filled *filled,
                             const uint8_t *message, size_t size, aura_error *error)
{
    for (size_t capacity = 2 * size + 256;; capacity = 4 * space->capacity) {
        if (!aura_make_room(space, capacity)) {
            *error = (aura_error){.code = AURA_NO_MEMORY};
            return 0;
        }
        const size_t length = aura_modelled_encode(model, &space->tables.match, filled, message, size, space->buffer,
                                                   space->capacity, error);
        if (length > 0 || error->code != AURA_NO_SPACE)
            return length;
    }
}

PyObject *aura_py_encode_modelled(PyObject *self, PyObject *const *arguments, Py_ssize_t given)
{
    module_state *state = aura_state_of(self);
    const aura_template_library *library = aura_py_library_of(state, self);
    if (library == NULL || !are(given, 3, "expected an id, values and a model"))
        return NULL;
    const aura_context_model *model = aura_py_model_of(state, arguments[2]);
    aura_filled filled;
    PyObject *held, *result = NULL;
    if (model == NULL)
        return NULL;
    if (fill(library, arguments[0], arguments[1], &filled, &held)) {
        const size_t size = aura_rendered_size(filled.list, filled.template, filled.values);
        uint8_t *message = size > PY_SSIZE_T_MAX / 4 ? NULL : malloc(size);
        workspace *space = message == NULL ? NULL : aura_take_workspace(state);
        if (space != NULL) {
            aura_error error;
            size_t length;
            aura_render(&filled, NULL, message);
            Py_BEGIN_ALLOW_THREADS
            length = write_modelled(model, space, &filled, message, size, &error);
            Py_END_ALLOW_THREADS
            result = length > 0 ? PyBytes_FromStringAndSize((const char *)space->buffer, (Py_ssize_t)length)
                                : aura_raise_error(state, &error);
        } else {
            PyErr_NoMemory();
        }
        aura_put_workspace(state, space);
        free(message);
    }
    Py_XDECREF(held);
    return result;
}

/* Write a fuzzy frame into the buffer, which grows as it must. Does not touch Python. */
static size_t write_fuzzy(const aura_context_model *model, workspace *space, const aura_filled *filled,
                          const Py_buffer *message, aura_error *error)
{
    const size_t size = (size_t)message->len;
    for (size_t capacity = 2 * size + 256;; capacity = 4 * space->capacity) {
        if (!aura_make_room(space, capacity)) {
            *error = (aura_error){.code = AURA_NO_MEMORY};
            return 0;
        }
        const size_t length = aura_fuzzy_encode(model, &space->tables, filled->list, filled->template, message->buf,
                                                size, space->buffer, space->capacity, error);
        if (length > 0 || error->code != AURA_NO_SPACE)
            return length;
    }
}

PyObject *aura_py_encode_fuzzy(PyObject *self, PyObject *const *arguments, Py_ssize_t given)
{
    module_state *state = aura_state_of(self);
    const aura_template_library *library = aura_py_library_of(state, self);
    if (library == NULL || !are(given, 3, "expected a message, an id and a model"))
        return NULL;
    const aura_context_model *model = aura_py_model_of(state, arguments[2]);
    const unsigned long number = model == NULL ? 0 : PyLong_AsUnsignedLong(arguments[1]);
    aura_filled filled;
    Py_buffer view;
    if (PyErr_Occurred())
        return NULL;
    if (number > LIMITS_MAX_TEMPLATE_ID || !aura_find_in_library(library, (uint32_t)number, &filled)) {
        PyErr_SetObject(PyExc_KeyError, arguments[1]);
        return NULL;
    }
    if (PyObject_GetBuffer(arguments[0], &view, PyBUF_SIMPLE) != 0)
        return NULL;
    workspace *space = aura_take_workspace(state);
    PyObject *result = NULL;
    if (space != NULL) {
        aura_error error;
        size_t length;
        Py_BEGIN_ALLOW_THREADS
        length = write_fuzzy(model, space, &filled, &view, &error);
        Py_END_ALLOW_THREADS
        result = length > 0 ? PyBytes_FromStringAndSize((const char *)space->buffer, (Py_ssize_t)length)
                            : aura_raise_error(state, &error);
    } else {
        PyErr_NoMemory();
    }
    aura_put_workspace(state, space);
    PyBuffer_Release(&view);
    return result;
}

static bool decode(const aura_template_library *library, const aura_context_model *model, workspace *space,
                   const uint8_t *wire, size_t size, size_t max_size, size_t *length, aura_error *error)
{
    uint8_t *out = space->buffer;
    const size_t capacity = space->capacity;
    if (wire[0] == MARKER_TYPED)
        return aura_typed_decode(library, wire, size, max_size, out, capacity, length, error);
    if (wire[0] == MARKER_FUZZY)
        return aura_fuzzy_decode(model, &space->tables, library, wire, size, max_size, out, capacity, length, error);
    return aura_modelled_decode(model, &space->tables.match, library, wire, size, max_size, out, capacity, length,
                                error);
}

/* Read a frame into the buffer, which grows as it must. Does not touch Python. */
static bool read_frame(const aura_template_library *library, const aura_context_model *model, workspace *space,
                       const Py_buffer *wire, size_t max_size, size_t *length, aura_error *error)
{
    const uint8_t *bytes = wire->buf;
    const size_t size = (size_t)wire->len;
    for (size_t capacity = 2 * size + 256;; capacity = error->code == AURA_NO_SPACE && *length > space->capacity
                                                           ? *length
                                                           : 4 * space->capacity) {
        if (!aura_make_room(space, capacity)) {
            *error = (aura_error){.code = AURA_NO_MEMORY};
            return false;
        }
        const bool is_read = decode(library, model, space, bytes, size, max_size, length, error);
        if (is_read || error->code != AURA_NO_SPACE)
            return is_read;
    }
}

PyObject *aura_py_decode_frame(PyObject *self, PyObject *const *arguments, Py_ssize_t given)
{
    module_state *state = aura_state_of(self);
    const aura_template_library *library = aura_py_library_of(state, self);
    size_t max_size;
    Py_buffer view;
    if (library == NULL || !are(given, 3, "expected a frame, max_size, and a model or None") ||
        !aura_read_limit(arguments[1], &max_size))
        return NULL;
    const aura_context_model *model = arguments[2] == Py_None ? NULL : aura_py_model_of(state, arguments[2]);
    if (PyErr_Occurred() || PyObject_GetBuffer(arguments[0], &view, PyBUF_SIMPLE) != 0)
        return NULL;
    PyObject *result = NULL;
    const uint8_t marker = view.len > 0 ? *(const uint8_t *)view.buf : MARKER_STORED;
    if (marker == MARKER_TYPED || ((marker == MARKER_MODELLED || marker == MARKER_FUZZY) && model != NULL)) {
        workspace *space = aura_take_workspace(state);
        if (space != NULL) {
            aura_error error;
            size_t length = 0;
            bool is_read;
            Py_BEGIN_ALLOW_THREADS
            is_read = read_frame(library, model, space, &view, max_size, &length, &error);
            Py_END_ALLOW_THREADS
            result = is_read ? PyBytes_FromStringAndSize((const char *)space->buffer, (Py_ssize_t)length)
                             : aura_raise_error(state, &error);
        } else {
            PyErr_NoMemory();
        }
        aura_put_workspace(state, space);
    } else {
        Py_INCREF(Py_None);
        result = Py_None;
    }
    PyBuffer_Release(&view);
    return result;
}
