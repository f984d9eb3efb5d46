/* The messages of streams, a call each.
 *
 * The interpreter's lock is released for messages from AURA_RELEASE_FROM bytes on. An end that is in use refuses other
 * calls, also those of a callback that it calls. */
#include "stream_object.h"

#include <stdlib.h>

/* The next message as a string. */
static PyObject *encode_string(stream_object *self, const Py_buffer *data, bool is_text)
{
    module_state *state = aura_state_of((PyObject *)self);
    const aura_context_model *model = aura_stream_model(self);
    const size_t size = (size_t)data->len;
    workspace *space = aura_take_workspace(state);
    if (space == NULL || !aura_make_room(space, aura_stream_room(size < STREAM_MAX_STRING ? size : 0))) {
        aura_free_workspace(space);
        return PyErr_NoMemory();
    }
    aura_error error;
    size_t length;
    if (size < AURA_RELEASE_FROM) {
        length = aura_stream_encode(&self->stream, model, data->buf, size, is_text, space->buffer, &error);
    } else {
        Py_BEGIN_ALLOW_THREADS
        length = aura_stream_encode(&self->stream, model, data->buf, size, is_text, space->buffer, &error);
        Py_END_ALLOW_THREADS
    }
    PyObject *wire = length > 0 ? PyBytes_FromStringAndSize((const char *)space->buffer, (Py_ssize_t)length)
                                : aura_raise_error(state, &error);
    aura_put_workspace(state, space);
    return wire;
}

/* The next message as `coded`, which it was coded as by itself. */
static PyObject *encode_message(stream_object *self, const Py_buffer *data, bool is_text, const Py_buffer *coded)
{
    const size_t size = aura_stream_message_size(&self->stream, (size_t)coded->len);
    PyObject *wire = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (wire != NULL)
        aura_stream_encode_message(&self->stream, aura_stream_model(self), data->buf, (size_t)data->len, is_text,
                                   coded->buf, (size_t)coded->len, (uint8_t *)PyBytes_AsString(wire));
    return wire;
}

/* The next message as a string, or as what `compress` makes of it where a string does not halve it, and that is smaller.
 * A message of more than `max_string` bytes is no string. */
static PyObject *encode_smaller(stream_object *self, PyObject *message, const Py_buffer *data, bool is_text,
                                PyObject *compress, size_t max_string)
{
    const size_t size = (size_t)data->len;
    aura_stream *before = NULL; /* what the end remembered before the string, if there is one */
    PyObject *wire = NULL;
    if (size <= max_string) {
        if ((before = malloc(aura_stream_memory(self))) == NULL)
            return PyErr_NoMemory();
        memcpy(before, &self->stream, aura_stream_memory(self));
        wire = encode_string(self, data, is_text);
        if (wire == NULL || 2 * (size_t)PyBytes_Size(wire) <= size) {
            free(before);
            return wire;
        }
    }
    PyObject *result = PyObject_CallFunctionObjArgs(compress, message, NULL);
    Py_buffer coded;
    const bool is_coded = result != NULL && PyObject_GetBuffer(result, &coded, PyBUF_SIMPLE) == 0;
    const bool is_smaller = is_coded && (wire == NULL ||
                                         aura_stream_message_size(before, (size_t)coded.len) < (size_t)PyBytes_Size(wire));
    if (is_smaller || !is_coded) { /* without what was coded, nothing is sent */
        if (before != NULL)
            memcpy(&self->stream, before, aura_stream_memory(self));
        Py_XDECREF(wire);
        wire = is_smaller ? encode_message(self, data, is_text, &coded) : NULL;
    }
    if (is_coded)
        PyBuffer_Release(&coded);
    Py_XDECREF(result);
    free(before);
    return wire;
}

PyObject *aura_py_stream_encode(PyObject *object, PyObject *const *arguments, Py_ssize_t count)
{
    stream_object *self = (stream_object *)object;
    if (count != 4) {
        PyErr_SetString(PyExc_TypeError, "expected a message, is_text, compress and max_string");
        return NULL;
    }
    const int is_text = PyObject_IsTrue(arguments[1]);
    uint32_t max_string;
    Py_buffer data;
    if (is_text < 0 || !aura_read_number(arguments[3], STREAM_MAX_STRING, &max_string) ||
        PyObject_GetBuffer(arguments[0], &data, PyBUF_SIMPLE) != 0)
        return NULL;
    PyObject *wire = NULL;
    if (arguments[2] == Py_None && (size_t)data.len > max_string) {
        const aura_error error = {
            .code = AURA_TOO_LONG, .number = max_string, .path = "", .reason = "a string codes at most %u bytes"};
        aura_raise_error(aura_state_of(object), &error);
    } else if (aura_acquire_stream(self)) {
        wire = arguments[2] == Py_None
                   ? encode_string(self, &data, is_text != 0)
                   : encode_smaller(self, arguments[0], &data, is_text != 0, arguments[2], max_string);
        aura_release_stream(self);
    }
    PyBuffer_Release(&data);
    return wire;
}

PyObject *aura_py_stream_encode_message(PyObject *object, PyObject *const *arguments, Py_ssize_t count)
{
    stream_object *self = (stream_object *)object;
    if (count != 3) {
        PyErr_SetString(PyExc_TypeError, "expected a message, is_text, and what it is coded as");
        return NULL;
    }
    const int is_text = PyObject_IsTrue(arguments[1]);
    Py_buffer data, coded;
    if (is_text < 0 || PyObject_GetBuffer(arguments[0], &data, PyBUF_SIMPLE) != 0)
        return NULL;
    PyObject *wire = NULL;
    if (PyObject_GetBuffer(arguments[2], &coded, PyBUF_SIMPLE) == 0) {
        if (aura_acquire_stream(self)) {
            wire = encode_message(self, &data, is_text != 0, &coded);
            aura_release_stream(self);
        }
        PyBuffer_Release(&coded);
    }
    PyBuffer_Release(&data);
    return wire;
}

/* A message that is read, and what of it is known. */
typedef struct {
    Py_buffer wire;
    aura_stream_head head;
    size_t max_size;
    PyObject *limit; /* the same, as it was given */
    PyObject *decompress;
    bool keeps; /* whether a message that is refused for its length may be read again */
} reading;

/* What was received: a str if it is text, which was checked to be UTF-8, else bytes. */
static PyObject *result_of(const stream_object *self, const void *data, size_t size)
{
    return self->stream.is_text ? PyUnicode_DecodeUTF8(data, (Py_ssize_t)size, NULL)
                                : PyBytes_FromStringAndSize(data, (Py_ssize_t)size);
}

/* Read a string. The buffer of the workspace has room for the message, for aura_stream_read to work in, and for what the
 * end remembers if it has to go back. */
static PyObject *read_string(stream_object *self, const reading *message)
{
    module_state *state = aura_state_of((PyObject *)self);
    const aura_context_model *model = aura_stream_model(self);
    const size_t longest = message->max_size < STREAM_MAX_STRING ? message->max_size : STREAM_MAX_STRING;
    const size_t size = (size_t)message->wire.len, scratch = aura_stream_scratch(size);
    workspace *space = aura_take_workspace(state);
    if (space == NULL || !aura_make_room(space, aura_stream_memory(self) + longest + scratch)) {
        aura_free_workspace(space);
        return PyErr_NoMemory();
    }
    uint8_t *text = space->buffer + aura_stream_memory(self);
    if (message->keeps)
        memcpy(space->buffer, &self->stream, aura_stream_memory(self));
    aura_error error;
    size_t length;
    bool is_read;
    if (longest < AURA_RELEASE_FROM) {
        is_read = aura_stream_read(&self->stream, model, &message->head, message->wire.buf, size, longest, text,
                                   text + longest, &length, &error);
    } else {
        Py_BEGIN_ALLOW_THREADS
        is_read = aura_stream_read(&self->stream, model, &message->head, message->wire.buf, size, longest, text,
                                   text + longest, &length, &error);
        Py_END_ALLOW_THREADS
    }
    if (message->keeps && error.code == AURA_LIMIT_EXCEEDED)
        memcpy(&self->stream, space->buffer, aura_stream_memory(self));
    PyObject *result = is_read ? result_of(self, text, length) : aura_raise_error(state, &error);
    aura_put_workspace(state, space);
    return result;
}

/* Read a message that was coded by itself. */
static PyObject *read_message(stream_object *self, const reading *message)
{
    const Py_ssize_t begin = (Py_ssize_t)message->head.size;
    const Py_ssize_t end = message->wire.len - (Py_ssize_t)aura_check_size(self->stream.terms.check);
    PyObject *coded = PyBytes_FromStringAndSize((const char *)message->wire.buf + begin, end - begin);
    PyObject *text = NULL, *result = NULL;
    if (coded != NULL)
        text = PyObject_CallFunctionObjArgs(message->decompress, coded, message->limit, NULL);
    Py_XDECREF(coded);
    Py_buffer data;
    if (text != NULL && PyObject_GetBuffer(text, &data, PyBUF_SIMPLE) == 0) {
        aura_error error;
        const size_t size = (size_t)data.len;
        result = aura_stream_accept(&self->stream, aura_stream_model(self), &message->head, data.buf, size, &error)
                     ? result_of(self, data.buf, size)
                     : aura_raise_error(aura_state_of((PyObject *)self), &error);
        PyBuffer_Release(&data);
    }
    Py_XDECREF(text);
    return result;
}

/* Whether the exception that is set is a LimitExceeded. */
static bool is_limit_exceeded(const module_state *state)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *limit = PyObject_GetAttrString(state->errors, "LimitExceeded");
    const bool is_one = limit != NULL && PyErr_GivenExceptionMatches(type, limit);
    Py_XDECREF(limit);
    PyErr_Restore(type, value, traceback);
    return is_one;
}

static PyObject *decode_message(stream_object *self, reading *message)
{
    module_state *state = aura_state_of((PyObject *)self);
    aura_error error;
    if (!aura_stream_open(&self->stream, message->wire.buf, (size_t)message->wire.len, &message->head, &error))
        return aura_raise_error(state, &error);
    PyObject *result = message->head.flags & STREAM_FLAG_MESSAGE ? read_message(self, message)
                                                                 : read_string(self, message);
    if (result == NULL && message->keeps && is_limit_exceeded(state))
        self->stream.is_lost = message->head.was_lost;
    return result;
}

PyObject *aura_py_stream_decode(PyObject *object, PyObject *const *arguments, Py_ssize_t count)
{
    stream_object *self = (stream_object *)object;
    if (count != 4) {
        PyErr_SetString(PyExc_TypeError, "expected a message, max_size, decompress and keeps");
        return NULL;
    }
    const int keeps = PyObject_IsTrue(arguments[3]);
    reading message = {.limit = arguments[1], .decompress = arguments[2], .keeps = keeps > 0};
    if (keeps < 0 || !aura_read_limit(arguments[1], &message.max_size) ||
        PyObject_GetBuffer(arguments[0], &message.wire, PyBUF_SIMPLE) != 0)
        return NULL;
    PyObject *result = NULL;
    if (aura_acquire_stream(self)) {
        result = decode_message(self, &message);
        aura_release_stream(self);
    }
    PyBuffer_Release(&message.wire);
    return result;
}
