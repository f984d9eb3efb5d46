/* An end of a stream as an object of Python, for its type and for the calls that code messages. */
#ifndef AURA_STREAM_OBJECT_H
#define AURA_STREAM_OBJECT_H

#include "module.h"

#include "../stream_check.h"

typedef struct {
    PyObject_VAR_HEAD
    PyObject *model;
    atomic_bool is_busy;
    aura_stream stream; /* the beginning of the memory that the items of the object add up to */
} stream_object;

static inline const aura_context_model *aura_stream_model(const stream_object *self)
{
    return &((const model_object *)self->model)->model;
}

static inline size_t aura_stream_memory(const stream_object *self)
{
    return aura_stream_size(self->stream.terms.memory);
}

/* Have the end for this call alone; false, with an exception, if another one has it. */
static inline bool aura_acquire_stream(stream_object *self)
{
    if (!atomic_exchange(&self->is_busy, true))
        return true;
    PyErr_SetString(PyExc_RuntimeError, "the stream is in use");
    return false;
}

static inline void aura_release_stream(stream_object *self)
{
    atomic_store(&self->is_busy, false);
}

/* Read a whole number of an argument, at most `most`; false, with an exception, if it is none. */
bool aura_read_number(PyObject *argument, unsigned long most, uint32_t *number);

/* The methods that code messages: encode, encode_message and decode. */
PyObject *aura_py_stream_encode(PyObject *object, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_stream_encode_message(PyObject *object, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_stream_decode(PyObject *object, PyObject *const *arguments, Py_ssize_t count);

#endif
