/* The type of what tries the messages that are tried first, and says if that is all. */
#include "module.h"

#include <stdlib.h>

/* When nothing more is tried: a message that is halved and has at most `max_settled` bytes, or has fewer than
 * `min_general` bytes, and may match no template. */
typedef struct {
    PyObject_HEAD
    PyObject *model;
    aura_policy policy;
    uint32_t max_settled;
    uint32_t min_general;
} chooser_object;

PyObject *aura_py_make_chooser(PyObject *model, PyObject *const *arguments, Py_ssize_t count)
{
    unsigned long numbers[7];
    if (count != 7) {
        PyErr_SetString(PyExc_TypeError, "a chooser has seven numbers");
        return NULL;
    }
    for (Py_ssize_t place = 0; place < count; place++) {
        numbers[place] = PyLong_AsUnsignedLong(arguments[place]);
        if (PyErr_Occurred())
            return NULL;
        if (numbers[place] > LIMITS_MAX_MODELLED) {
            PyErr_SetString(PyExc_ValueError, "a number of a chooser is too large");
            return NULL;
        }
    }
    module_state *state = aura_state_of(model);
    chooser_object *object = PyObject_New(chooser_object, (PyTypeObject *)state->chooser_type);
    if (object == NULL)
        return NULL;
    Py_INCREF(model);
    object->model = model;
    object->policy = (aura_policy){
        .max_auralite = (uint32_t)numbers[0],
        .max_adaptive = (uint32_t)numbers[1],
        .min_repeats = (uint32_t)numbers[2],
        .repeats_share = (uint32_t)numbers[3],
        .is_instead = numbers[4] != 0,
    };
    object->max_settled = (uint32_t)numbers[5];
    object->min_general = (uint32_t)numbers[6];
    return (PyObject *)object;
}

static void free_chooser(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_DECREF(((chooser_object *)self)->model);
    PyObject_Free(self);
    Py_DECREF(type);
}

/* A message, what was tried on it, and where the strings stand. */
typedef struct {
    Py_buffer view;
    int may_match;
    aura_tried tried;
    size_t auralite; /* offsets */
    size_t adaptive;
} entry;

static size_t size_of(const entry *message)
{
    return (size_t)message->view.len;
}

/* Take a message, and look whether a template may match it; false, with an exception, if it is not one. */
static bool take(module_state *state, entry *message, PyObject *object, PyObject *templates)
{
    if (PyObject_GetBuffer(object, &message->view, PyBUF_SIMPLE) != 0)
        return false;
    message->may_match = aura_py_may_match(state, templates, message->view.buf, size_of(message));
    if (message->may_match < 0)
        PyBuffer_Release(&message->view);
    return message->may_match >= 0;
}

/* Try what is tried; the strings go to the buffer of the workspace. Does not touch Python; false without memory. */
static bool try_message(const chooser_object *self, workspace *space, entry *message)
{
    const size_t size = size_of(message);
    /* nothing is tried on a message that is longer than both bounds */
    const bool is_tried = size <= self->policy.max_auralite || size <= self->policy.max_adaptive;
    if (!aura_make_room(space, is_tried ? aura_room_for_strings(size) : 1))
        return false;
    message->tried = aura_try(&((model_object *)self->model)->model, &space->tables, &space->trigrams, &self->policy,
                              message->view.buf, size, space->buffer);
    message->auralite = 0;
    message->adaptive = aura_room_for_strings(size) / 2;
    return true;
}

/* The size of the smallest string, the first of equally small ones, and its offset; 0 if a stored message is smaller. */
static size_t smallest_of(const entry *message, size_t *offset)
{
    const aura_tried *tried = &message->tried;
    size_t least = size_of(message) + 1; /* bytes of a stored message */
    const size_t stored = least;
    if (tried->auralite > 0 && tried->auralite < least) {
        least = tried->auralite;
        *offset = message->auralite;
    }
    if (tried->adaptive > 0 && tried->adaptive < least) {
        least = tried->adaptive;
        *offset = message->adaptive;
    }
    return least < stored ? least : 0;
}

static PyObject *stored(const uint8_t *message, size_t size)
{
    PyObject *wire = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size + 1);
    char *bytes = wire == NULL ? NULL : PyBytes_AsString(wire);
    if (bytes == NULL)
        return NULL;
    bytes[0] = MARKER_STORED;
    memcpy(bytes + 1, message, size);
    return wire;
}

static PyObject *bytes_or_none(const uint8_t *string, size_t size, bool is_tried)
{
    if (is_tried)
        return PyBytes_FromStringAndSize((const char *)string, (Py_ssize_t)size);
    Py_INCREF(Py_None);
    return Py_None;
}

/* The message that is taken; or (AURALITE message, adaptive message, whether that is tried, whether a template may
 * match): the messages are None if they are not tried, and empty if they are longer than a stored one. */
static PyObject *result_of(const chooser_object *self, const entry *message, const uint8_t *strings)
{
    const aura_tried *tried = &message->tried;
    const size_t size = size_of(message);
    size_t offset = 0;
    const size_t smallest = smallest_of(message, &offset);
    const bool is_settled = smallest > 0 && 2 * smallest <= size && size <= self->max_settled;
    if (!message->may_match && (is_settled || size < self->min_general))
        return smallest > 0 ? bytes_or_none(strings + offset, smallest, true) : stored(message->view.buf, size);
    PyObject *auralite = bytes_or_none(strings + message->auralite, tried->auralite, tried->tries_auralite);
    PyObject *adaptive = bytes_or_none(strings + message->adaptive, tried->adaptive, tried->tries_adaptive);
    PyObject *result = NULL;
    if (auralite != NULL && adaptive != NULL)
        result = Py_BuildValue("(OOOO)", auralite, adaptive, tried->tries_adaptive ? Py_True : Py_False,
                               message->may_match ? Py_True : Py_False);
    Py_XDECREF(auralite);
    Py_XDECREF(adaptive);
    return result;
}

static bool are_two(Py_ssize_t count)
{
    if (count != 2)
        PyErr_SetString(PyExc_TypeError, "expected what is to be coded, and templates");
    return count == 2;
}

static PyObject *choose(PyObject *object, PyObject *const *arguments, Py_ssize_t count)
{
    const chooser_object *self = (chooser_object *)object;
    module_state *state = aura_state_of(object);
    entry message;
    if (!are_two(count) || !take(state, &message, arguments[0], arguments[1]))
        return NULL;
    workspace *space = aura_take_workspace(state);
    bool is_done = false;
    if (space == NULL) {
        is_done = false;
    } else if (size_of(&message) < AURA_RELEASE_FROM) {
        is_done = try_message(self, space, &message);
    } else {
        Py_BEGIN_ALLOW_THREADS
        is_done = try_message(self, space, &message);
        Py_END_ALLOW_THREADS
    }
    PyObject *result = is_done ? result_of(self, &message, space->buffer) : PyErr_NoMemory();
    aura_put_workspace(state, space);
    PyBuffer_Release(&message.view);
    return result;
}

/* Try messages, whose strings go to `all`. Does not touch Python; false without memory. */
static bool try_messages(const chooser_object *self, workspace *space, entry *messages, Py_ssize_t count,
                         aura_results *all)
{
    for (Py_ssize_t place = 0; place < count; place++) {
        entry *message = &messages[place];
        if (!try_message(self, space, message))
            return false;
        const uint8_t *strings = space->buffer;
        const size_t auralite = all->size;
        if (!aura_append(all, strings + message->auralite, message->tried.auralite))
            return false;
        const size_t adaptive = all->size;
        if (!aura_append(all, strings + message->adaptive, message->tried.adaptive))
            return false;
        message->auralite = auralite;
        message->adaptive = adaptive;
    }
    return true;
}

/* The list of what became of messages. */
static PyObject *list_of(const chooser_object *self, const entry *messages, Py_ssize_t count, const uint8_t *strings)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t place = 0; list != NULL && place < count; place++) {
        PyObject *result = result_of(self, &messages[place], strings);
        if (result == NULL)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, place, result);
    }
    return list;
}

static PyObject *choose_batch(PyObject *object, PyObject *const *arguments, Py_ssize_t given)
{
    const chooser_object *self = (chooser_object *)object;
    module_state *state = aura_state_of(object);
    PyObject *sequence = are_two(given) ? PySequence_Tuple(arguments[0]) : NULL;
    if (sequence == NULL)
        return NULL;
    const Py_ssize_t count = PyTuple_Size(sequence);
    entry *messages = calloc((size_t)count + 1, sizeof *messages);
    workspace *space = aura_take_workspace(state);
    aura_results all = {0};
    PyObject *list = NULL;
    Py_ssize_t held = 0;
    if (messages == NULL || space == NULL) {
        PyErr_NoMemory();
        goto end;
    }
    for (; held < count; held++)
        if (!take(state, &messages[held], PyTuple_GetItem(sequence, held), arguments[1]))
            goto end;
    bool is_done;
    Py_BEGIN_ALLOW_THREADS
    is_done = try_messages(self, space, messages, count, &all);
    Py_END_ALLOW_THREADS
    list = is_done ? list_of(self, messages, count, all.bytes) : PyErr_NoMemory();
end:
    while (held > 0)
        PyBuffer_Release(&messages[--held].view);
    free(all.bytes);
    free(messages);
    aura_put_workspace(state, space);
    Py_DECREF(sequence);
    return list;
}

static PyMethodDef METHODS[] = {
    {"choose", (PyCFunction)(void (*)(void))choose, METH_FASTCALL,
     "The message that is taken, or what was tried if more is to be tried."},
    {"choose_batch", (PyCFunction)(void (*)(void))choose_batch, METH_FASTCALL, "The same of many messages."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_doc, "Tries the messages that are tried first. Immutable; share it between threads."},
    {Py_tp_dealloc, (void *)free_chooser},
    {Py_tp_methods, METHODS},
    {0, NULL},
};

PyType_Spec AURA_CHOOSER_SPEC = {
    .name = "aura_native.Chooser",
    .basicsize = sizeof(chooser_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = SLOTS,
};
