/* The type of the ends of streams: what an end remembers, which is one block of memory. */
#include "stream_object.h"

/* A new object with room for what an end remembers. */
static stream_object *allocate(PyTypeObject *type, PyObject *model, uint32_t memory)
{
    const size_t items = aura_stream_size(memory) - sizeof(aura_stream);
    stream_object *object = PyObject_NewVar(stream_object, type, (Py_ssize_t)items);
    if (object == NULL)
        return NULL;
    Py_INCREF(model);
    object->model = model;
    atomic_init(&object->is_busy, false);
    return object;
}

static void free_stream(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_DECREF(((stream_object *)self)->model);
    PyObject_Free(self);
    Py_DECREF(type);
}

bool aura_read_number(PyObject *argument, unsigned long most, uint32_t *number)
{
    const unsigned long value = PyLong_AsUnsignedLong(argument);
    if (PyErr_Occurred())
        return false;
    if (value > most) {
        PyErr_SetString(PyExc_ValueError, "a number of a stream is too large");
        return false;
    }
    *number = (uint32_t)value;
    return true;
}

PyObject *aura_py_make_stream(PyObject *model, PyObject *const *arguments, Py_ssize_t count)
{
    aura_stream_terms terms = {0};
    if (count != 4) {
        PyErr_SetString(PyExc_TypeError, "expected agreed, memory, check and is_server");
        return NULL;
    }
    const int is_server = PyObject_IsTrue(arguments[3]);
    if (is_server < 0 || !aura_read_number(arguments[0], UINT32_MAX, &terms.agreed) ||
        !aura_read_number(arguments[1], STREAM_MAX_MEMORY, &terms.memory) ||
        !aura_read_number(arguments[2], UINT8_MAX, &terms.check))
        return NULL;
    terms.is_server = is_server != 0;
    if (terms.memory < STREAM_MIN_MEMORY || !aura_is_check(terms.check)) {
        PyErr_SetString(PyExc_ValueError, "there is no stream with this memory or check");
        return NULL;
    }
    stream_object *object = allocate((PyTypeObject *)aura_state_of(model)->stream_type, model, terms.memory);
    if (object != NULL)
        aura_stream_start(&object->stream, &terms);
    return (PyObject *)object;
}

static PyObject *reset(PyObject *object, PyObject *asks)
{
    stream_object *self = (stream_object *)object;
    const int is_asking = PyObject_IsTrue(asks);
    if (is_asking < 0 || !aura_acquire_stream(self))
        return NULL;
    aura_stream_reset(&self->stream, is_asking != 0);
    aura_release_stream(self);
    Py_RETURN_NONE;
}

static PyObject *copy(PyObject *object, PyObject *ignored)
{
    stream_object *self = (stream_object *)object;
    (void)ignored;
    if (!aura_acquire_stream(self))
        return NULL;
    stream_object *other = allocate(Py_TYPE(object), self->model, self->stream.terms.memory);
    if (other != NULL)
        memcpy(&other->stream, &self->stream, aura_stream_memory(self));
    aura_release_stream(self);
    return (PyObject *)other;
}

static PyObject *get_is_lost(PyObject *self, void *closure)
{
    (void)closure;
    return PyBool_FromLong(((stream_object *)self)->stream.is_lost);
}

static PyObject *get_is_asked(PyObject *self, void *closure)
{
    (void)closure;
    const aura_stream *stream = &((stream_object *)self)->stream;
    return PyBool_FromLong(!stream->is_lost && (stream->flags & STREAM_FLAG_ASK));
}

static PyMethodDef METHODS[] = {
    {"encode", (PyCFunction)(void (*)(void))aura_py_stream_encode, METH_FASTCALL,
     "The next message, as a string or as what compress makes of it."},
    {"encode_message", (PyCFunction)(void (*)(void))aura_py_stream_encode_message, METH_FASTCALL,
     "The next message, which is coded by itself already."},
    {"decode", (PyCFunction)(void (*)(void))aura_py_stream_decode, METH_FASTCALL,
     "The next message: a str if it is text, else bytes."},
    {"reset", reset, METH_O, "Forget all, and say so with the next message."},
    {"copy", copy, METH_NOARGS, "Another end that remembers the same and goes on by itself."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef ATTRIBUTES[] = {
    {"is_lost", get_is_lost, NULL, "Whether only a reset can be read.", NULL},
    {"is_asked", get_is_asked, NULL, "Whether the last message that was read asks for a reset.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_doc, "One end of a stream. For one thread at a time."},
    {Py_tp_dealloc, (void *)free_stream},
    {Py_tp_methods, METHODS},
    {Py_tp_getset, ATTRIBUTES},
    {0, NULL},
};

PyType_Spec AURA_STREAM_SPEC = {
    .name = "aura_native.Stream",
    .basicsize = sizeof(stream_object),
    .itemsize = 1,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = SLOTS,
};
