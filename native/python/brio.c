/* BRIO version 1: messages. */
#include "module.h"

#include "../brio.h"

#include <stdlib.h>

/* Read (id, phrase). */
static bool read_phrase(PyObject *item, aura_phrases *phrases)
{
    unsigned char id;
    PyObject *phrase;
    char *text;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(item, "bO:phrase", &id, &phrase) || PyBytes_AsStringAndSize(phrase, &text, &size) != 0)
        return false;
    phrases->texts[id] = (aura_bytes){(const uint8_t *)text, (size_t)size};
    return true;
}

/* Read phrases from a mapping. Gives a list that keeps them; NULL, with an exception, if there is something else. */
static PyObject *read_phrases(PyObject *mapping, aura_phrases *phrases)
{
    PyObject *items = PyMapping_Items(mapping);
    const Py_ssize_t count = items != NULL ? PyList_Size(items) : 0;
    memset(phrases, 0, sizeof *phrases);
    for (Py_ssize_t at = 0; at < count; at++)
        if (!read_phrase(PyList_GetItem(items, at), phrases)) {
            Py_DECREF(items);
            return NULL;
        }
    return items;
}

/* What a message is written in: the writer, and the tokens behind it. */
typedef struct {
    aura_brio_writer writer;
    uint8_t stream[];
} writing;

/* Write the container of a message. */
static PyObject *write_container(const module_state *state, const Py_buffer *view, const aura_phrases *phrases)
{
    const aura_bytes message = {view->buf, (size_t)view->len};
    aura_error error = {0};
    if (message.size > AURA_BRIO_MAX_MESSAGE) {
        aura_fail(&error, AURA_TOO_LONG, 0, "", "a container of version 1 holds at most 1073741824 bytes");
        return aura_raise_error(state, &error);
    }
    writing *space = malloc(sizeof *space + AURA_MAX_TOKEN_BYTES * message.size);
    if (space == NULL)
        return PyErr_NoMemory();
    size_t size;
    Py_BEGIN_ALLOW_THREADS
    size = aura_brio_cut(&space->writer, phrases, message, state->salt, space->stream);
    Py_END_ALLOW_THREADS
    PyObject *result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    char *bytes = result != NULL ? PyBytes_AsString(result) : NULL;
    if (bytes != NULL) {
        Py_BEGIN_ALLOW_THREADS /* nobody else knows the result yet */
        aura_brio_write(&space->writer, space->stream, (uint8_t *)bytes);
        Py_END_ALLOW_THREADS
    }
    free(space);
    return result;
}

PyObject *aura_py_encode_brio(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    aura_phrases phrases;
    Py_buffer view;
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "expected a message, and phrases");
        return NULL;
    }
    PyObject *held = read_phrases(arguments[1], &phrases), *result = NULL;
    if (held != NULL && PyObject_GetBuffer(arguments[0], &view, PyBUF_SIMPLE) == 0) {
        result = write_container(PyModule_GetState(module), &view, &phrases);
        PyBuffer_Release(&view);
    }
    Py_XDECREF(held);
    return result;
}

/* Read a container with what its tokens refer to. */
static PyObject *read_container(const module_state *state, const Py_buffer *body, const aura_token_state *held,
                                size_t max_size)
{
    aura_brio_container container;
    aura_error error;
    if (!aura_brio_open(&container, body->buf, (size_t)body->len, max_size, &error))
        return aura_raise_error(state, &error);
    uint8_t *stream = malloc(container.token_length > 0 ? container.token_length : 1);
    if (stream == NULL)
        return PyErr_NoMemory();
    PyObject *result = NULL;
    size_t length;
    bool is_read;
    Py_BEGIN_ALLOW_THREADS
    is_read = aura_brio_decode(&container, held, max_size, stream, &length, &error);
    Py_END_ALLOW_THREADS
    if (is_read)
        result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)length);
    else
        aura_raise_error(state, &error);
    char *bytes = result != NULL ? PyBytes_AsString(result) : NULL;
    if (bytes != NULL) {
        Py_BEGIN_ALLOW_THREADS /* nobody else knows the result yet */
        aura_carry_out(held, stream, container.token_length, max_size, (uint8_t *)bytes, &length, &error);
        Py_END_ALLOW_THREADS
    }
    free(stream);
    return result;
}

PyObject *aura_py_decode_brio(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    module_state *state = aura_state_of(self);
    const aura_template_library *library = aura_py_library_of(state, self);
    size_t max_size;
    aura_phrases phrases;
    Py_buffer view;
    if (library == NULL)
        return NULL;
    if (count != 3) {
        PyErr_SetString(PyExc_TypeError, "expected a container, max_size, and phrases");
        return NULL;
    }
    if (!aura_read_limit(arguments[1], &max_size))
        return NULL;
    PyObject *held = read_phrases(arguments[2], &phrases), *result = NULL;
    if (held != NULL && PyObject_GetBuffer(arguments[0], &view, PyBUF_SIMPLE) == 0) {
        result = read_container(state, &view, &(aura_token_state){&phrases, library}, max_size);
        PyBuffer_Release(&view);
    }
    Py_XDECREF(held);
    return result;
}
