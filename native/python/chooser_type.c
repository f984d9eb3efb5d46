/* The type of what tries messages with the model and with templates, and says if that is all. */
#include "module.h"

#include <stdlib.h>

/* No general method is tried on a message that is settled, or has fewer than `min_general` bytes. */
typedef struct {
    PyObject_HEAD
    PyObject *model;
    aura_policy policy;
    uint32_t min_general;
} chooser_object;

#define NUMBERS 10

PyObject *aura_py_make_chooser(PyObject *model, PyObject *const *arguments, Py_ssize_t count)
{
    unsigned long numbers[NUMBERS];
    if (count != NUMBERS) {
        PyErr_SetString(PyExc_TypeError, "a chooser has ten numbers");
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
        .max_settled = (uint32_t)numbers[4],
        .frames = (uint32_t)numbers[5],
        .is_quick = numbers[6] != 0,
        .min_fuzzy = (uint32_t)numbers[8],
        .max_fuzzy = (uint32_t)numbers[9],
    };
    object->min_general = (uint32_t)numbers[7];
    return (PyObject *)object;
}

static void free_chooser(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_DECREF(((chooser_object *)self)->model);
    PyObject_Free(self);
    Py_DECREF(type);
}

/* A message, and what was chosen, whose bytes stand at an offset. */
typedef struct {
    Py_buffer view;
    aura_choice choice;
    size_t offset;
} entry;

/* Try what is tried; what is chosen stands in the buffer of the workspace. Does not touch Python; false without memory. */
static bool try_message(const chooser_object *self, workspace *space, const aura_template_library *library,
                        entry *message, const aura_job *auralite, bool defers)
{
    const size_t size = (size_t)message->view.len;
    const aura_trying trying = {&space->tables, &space->trigrams, &space->match, &space->near, auralite, defers};
    const bool may_be_fuzzy = library != NULL && size <= self->policy.max_fuzzy;
    if (!aura_make_room(space, aura_room_for_choice(size)) || (may_be_fuzzy && !aura_make_grams(space, size)))
        return false;
    message->choice = aura_choose(&((model_object *)self->model)->model, &trying, &self->policy, library,
                                  message->view.buf, size, space->buffer);
    return true;
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

/* The message that is taken; or, if general methods are to be tried, (the smallest message so far, whether a model coded
 * one). */
static PyObject *result_of(const chooser_object *self, const entry *message, const uint8_t *wire)
{
    const aura_choice *choice = &message->choice;
    const size_t size = (size_t)message->view.len;
    PyObject *smallest = choice->wire == NULL ? stored(message->view.buf, size)
                                              : PyBytes_FromStringAndSize((const char *)wire, (Py_ssize_t)choice->size);
    if (smallest == NULL || choice->is_settled || size < self->min_general)
        return smallest;
    return Py_BuildValue("(NO)", smallest, choice->has_auralite ? Py_True : Py_False);
}

/* The two arguments of a call: what is to be coded, and a library or None. */
static bool read_library(module_state *state, PyObject *const *arguments, Py_ssize_t count,
                         const aura_template_library **library)
{
    *library = NULL;
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "expected what is to be coded, and templates");
        return false;
    }
    if (arguments[1] == Py_None)
        return true;
    *library = aura_py_library_of(state, arguments[1]);
    return *library != NULL;
}

/* A workspace with room for a search in a library; NULL, with an exception, if there is no memory. */
static workspace *take_workspace(module_state *state, const aura_template_library *library)
{
    workspace *space = aura_take_workspace(state);
    if (space != NULL && library != NULL && !aura_make_marks(space, library)) {
        aura_put_workspace(state, space);
        space = NULL;
    }
    if (space == NULL)
        PyErr_NoMemory();
    return space;
}

static PyObject *choose(PyObject *object, PyObject *const *arguments, Py_ssize_t count)
{
    const chooser_object *self = (chooser_object *)object;
    module_state *state = aura_state_of(object);
    const aura_template_library *library;
    entry message;
    if (!read_library(state, arguments, count, &library) ||
        PyObject_GetBuffer(arguments[0], &message.view, PyBUF_SIMPLE) != 0)
        return NULL;
    workspace *space = take_workspace(state, library);
    PyObject *result = NULL;
    if (space != NULL) {
        bool is_done = false;
        if (message.view.len < AURA_RELEASE_FROM) {
            is_done = try_message(self, space, library, &message, NULL, false);
        } else {
            Py_BEGIN_ALLOW_THREADS
            is_done = try_message(self, space, library, &message, NULL, false);
            Py_END_ALLOW_THREADS
        }
        result = is_done ? result_of(self, &message, message.choice.wire) : PyErr_NoMemory();
        aura_put_workspace(state, space);
    }
    PyBuffer_Release(&message.view);
    return result;
}

/* Append what is chosen of a message; false without memory. */
static bool keep(entry *message, aura_results *all)
{
    message->offset = all->size;
    return message->choice.wire == NULL || aura_append(all, message->choice.wire, message->choice.size);
}

/* Write the AURALITE strings of the messages that need one side by side, behind each other into `strings`; the jobs are
 * those of these messages, in order. */
static bool write_strings(const chooser_object *self, workspace *space, const entry *messages, Py_ssize_t count,
                          bool (*needs)(const chooser_object *self, const entry *message), aura_job *jobs,
                          aura_results *strings)
{
    size_t room = 0, offset = 0, asked = 0;
    for (Py_ssize_t place = 0; place < count; place++)
        if (needs(self, &messages[place]))
            room += (size_t)messages[place].view.len + 1 + RANGE_CODER_MAX_OMITTED;
    if (!aura_reserve(strings, room))
        return false;
    for (Py_ssize_t place = 0; place < count; place++) {
        if (!needs(self, &messages[place]))
            continue;
        const size_t size = (size_t)messages[place].view.len, capacity = size + 1 + RANGE_CODER_MAX_OMITTED;
        jobs[asked++] = (aura_job){messages[place].view.buf, size, strings->bytes + offset, capacity, 0, {0}};
        offset += capacity;
    }
    aura_auralite_encode_batch(&((model_object *)self->model)->model, space->together, jobs, asked);
    return true;
}

static bool fits_auralite(const chooser_object *self, const entry *message)
{
    return (size_t)message->view.len <= self->policy.max_auralite;
}

static bool is_deferred(const chooser_object *self, const entry *message)
{
    (void)self;
    return message->choice.is_deferred;
}

/* Try messages; what is chosen goes to `all`. AURALITE strings are written before all else, or after. */
static bool try_with(const chooser_object *self, workspace *space, const aura_template_library *library,
                     entry *messages, Py_ssize_t count, aura_job *jobs, aura_results *strings, aura_results *all)
{
    const bool defers = aura_defers(&self->policy);
    if (!defers && !write_strings(self, space, messages, count, fits_auralite, jobs, strings))
        return false;
    const aura_job *job = jobs;
    for (Py_ssize_t place = 0; place < count; place++) {
        entry *message = &messages[place];
        const bool is_known = !defers && fits_auralite(self, message);
        if (!try_message(self, space, library, message, is_known ? job++ : NULL, defers) || !keep(message, all))
            return false;
    }
    if (!defers)
        return true;
    if (!write_strings(self, space, messages, count, is_deferred, jobs, strings))
        return false;
    for (Py_ssize_t place = 0; place < count; place++) {
        entry *message = &messages[place];
        if (!message->choice.is_deferred)
            continue;
        const size_t before = message->choice.size;
        aura_choose_deferred(&message->choice, &self->policy, job++);
        if (message->choice.size < before && !keep(message, all))
            return false;
    }
    return true;
}

/* The same, with memory for it. Does not touch Python; false without memory. */
static bool try_messages(const chooser_object *self, workspace *space, const aura_template_library *library,
                         entry *messages, Py_ssize_t count, aura_results *all)
{
    aura_job *jobs = calloc((size_t)count + 1, sizeof *jobs);
    aura_results strings = {0};
    const bool is_done =
        jobs != NULL && try_with(self, space, library, messages, count, jobs, &strings, all);
    free(strings.bytes);
    free(jobs);
    return is_done;
}

/* The list of what became of messages. */
static PyObject *list_of(const chooser_object *self, const entry *messages, Py_ssize_t count, const uint8_t *wires)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t place = 0; list != NULL && place < count; place++) {
        PyObject *result = result_of(self, &messages[place], wires + messages[place].offset);
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
    const aura_template_library *library;
    PyObject *sequence = read_library(state, arguments, given, &library) ? PySequence_Tuple(arguments[0]) : NULL;
    if (sequence == NULL)
        return NULL;
    const Py_ssize_t count = PyTuple_Size(sequence);
    entry *messages = calloc((size_t)count + 1, sizeof *messages);
    workspace *space = messages == NULL ? NULL : take_workspace(state, library);
    aura_results all = {0};
    PyObject *list = NULL;
    Py_ssize_t held = 0;
    if (messages == NULL)
        PyErr_NoMemory();
    if (space == NULL)
        goto end;
    for (; held < count; held++)
        if (PyObject_GetBuffer(PyTuple_GetItem(sequence, held), &messages[held].view, PyBUF_SIMPLE) != 0)
            goto end;
    bool is_done;
    Py_BEGIN_ALLOW_THREADS
    is_done = try_messages(self, space, library, messages, count, &all);
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
    {Py_tp_doc, "Tries messages with a model and with templates. Immutable; share it between threads."},
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
