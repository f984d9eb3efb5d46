/* The methods of a model that code messages: one call for one message, one for many.
 *
 * The interpreter's lock is released for batches, and for messages from AURA_RELEASE_FROM bytes on. */
#include "module.h"

#include <stdlib.h>

workspace *aura_take_workspace(module_state *state)
{
    workspace *taken = atomic_exchange(&state->spare, NULL);
    return taken != NULL ? taken : calloc(1, sizeof *taken);
}

void aura_free_workspace(workspace *space)
{
    if (space != NULL) {
        free(space->match.marks);
        free(space->near.grams);
        free(space->buffer);
    }
    free(space);
}

void aura_put_workspace(module_state *state, workspace *space)
{
    aura_free_workspace(atomic_exchange(&state->spare, space));
}

bool aura_make_room(workspace *space, size_t capacity)
{
    if (space->capacity >= capacity)
        return true;
    free(space->buffer);
    space->buffer = malloc(capacity);
    space->capacity = space->buffer != NULL ? capacity : 0;
    return space->buffer != NULL;
}

bool aura_make_marks(workspace *space, const aura_template_library *library)
{
    const size_t count = aura_marks_of(library);
    if (space->marks_room >= count)
        return true;
    free(space->match.marks);
    space->match.marks = malloc(count * sizeof *space->match.marks);
    space->marks_room = space->match.marks != NULL ? count : 0;
    return space->match.marks != NULL;
}

bool aura_make_grams(workspace *space, size_t size)
{
    const size_t count = aura_grams_of(size);
    if (space->grams_room >= count)
        return true;
    free(space->near.grams);
    space->near.grams = malloc(count * sizeof *space->near.grams);
    space->grams_room = space->near.grams != NULL ? count : 0;
    return space->near.grams != NULL;
}

bool aura_reserve(aura_results *all, size_t size)
{
    if (all->capacity - all->size < size) {
        const size_t capacity = all->capacity > 0 ? 2 * (all->capacity + size) : size;
        uint8_t *grown = realloc(all->bytes, capacity);
        if (grown == NULL)
            return false;
        all->bytes = grown;
        all->capacity = capacity;
    }
    all->size += size;
    return true;
}

bool aura_append(aura_results *all, const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return true;
    if (!aura_reserve(all, size))
        return false;
    memcpy(all->bytes + all->size - size, bytes, size);
    return true;
}

/* Encode or decode into the buffer, which grows as it must. Does not touch Python. */
static bool code_message(const aura_context_model *model, workspace *space, aura_method method, bool decodes,
                         const uint8_t *data, size_t size, size_t max_size, size_t *length, aura_error *error)
{
    for (size_t capacity = 2 * size + 256;; capacity = 4 * space->capacity) {
        if (!aura_make_room(space, capacity)) {
            *error = (aura_error){.code = AURA_NO_MEMORY};
            return false;
        }
        bool is_done;
        if (decodes) {
            is_done = aura_decode(model, &space->tables, method, data, size, max_size, space->buffer, space->capacity,
                                  length, error);
        } else {
            *length = aura_encode(model, &space->tables, method, data, size, space->buffer, space->capacity, error);
            is_done = *length > 0;
        }
        if (is_done || error->code != AURA_NO_SPACE)
            return is_done;
    }
}

module_state *aura_state_of(PyObject *self)
{
    return PyType_GetModuleState(Py_TYPE(self));
}

/* Code one message. */
static PyObject *code_one(PyObject *self, PyObject *message, aura_method method, bool decodes, size_t max_size)
{
    module_state *state = aura_state_of(self);
    Py_buffer view;
    if (PyObject_GetBuffer(message, &view, PyBUF_SIMPLE) != 0)
        return NULL;
    workspace *space = aura_take_workspace(state);
    if (space == NULL) {
        PyBuffer_Release(&view);
        return PyErr_NoMemory();
    }
    const aura_context_model *model = &((model_object *)self)->model;
    aura_error error;
    size_t length = 0;
    bool is_done;
    if (view.len < AURA_RELEASE_FROM) {
        is_done = code_message(model, space, method, decodes, view.buf, (size_t)view.len, max_size, &length, &error);
    } else {
        Py_BEGIN_ALLOW_THREADS
        is_done = code_message(model, space, method, decodes, view.buf, (size_t)view.len, max_size, &length, &error);
        Py_END_ALLOW_THREADS
    }
    PyObject *result = is_done ? PyBytes_FromStringAndSize((const char *)space->buffer, (Py_ssize_t)length)
                               : aura_raise_error(state, &error);
    aura_put_workspace(state, space);
    PyBuffer_Release(&view);
    return result;
}

/* A message of a batch: its bytes, what codes it, and where its result stands or why there is none. */
typedef struct {
    Py_buffer view;
    aura_method method;
    bool is_left; /* to the caller, as no method codes it */
    size_t offset;
    size_t length;
    aura_error error;
} batch_entry;

/* Code a message of a batch by itself, and append the result; false if there is no memory. */
static bool code_entry(const aura_context_model *model, workspace *space, bool decodes, size_t max_size,
                       batch_entry *entry, aura_results *all)
{
    entry->offset = all->size;
    const bool is_done = code_message(model, space, entry->method, decodes, entry->view.buf, (size_t)entry->view.len,
                                      max_size, &entry->length, &entry->error);
    return entry->error.code != AURA_NO_MEMORY && (!is_done || aura_append(all, space->buffer, entry->length));
}

/* Room for a result that suffices for most. */
static size_t usual_room(bool decodes, size_t size)
{
    const size_t most = 2 * size + (1 << 16);
    return !decodes ? size + 64 : 16 * size + 64 < most ? 16 * size + 64 : most;
}

static bool is_auralite(const batch_entry *entry)
{
    return !entry->is_left && entry->method == AURA_AURALITE;
}

/* Code AURALITE messages side by side, and again by themselves where the room does not suffice. */
static bool code_together(const aura_context_model *model, workspace *space, bool decodes, size_t max_size,
                          batch_entry *entries, Py_ssize_t count, aura_results *all)
{
    aura_job *jobs = calloc((size_t)count + 1, sizeof *jobs), *job = jobs;
    size_t room = 0, offset = 0;
    for (Py_ssize_t place = 0; place < count; place++)
        room += is_auralite(&entries[place]) ? usual_room(decodes, (size_t)entries[place].view.len) : 0;
    bool is_done = jobs != NULL && aura_reserve(all, room);
    for (Py_ssize_t place = 0; is_done && place < count; place++) {
        if (!is_auralite(&entries[place]))
            continue;
        const size_t size = (size_t)entries[place].view.len, capacity = usual_room(decodes, size);
        entries[place].offset = offset;
        *job++ = (aura_job){entries[place].view.buf, size, all->bytes + offset, capacity, 0, {0}};
        offset += capacity;
    }
    if (is_done && decodes)
        aura_auralite_decode_batch(model, space->together, jobs, (size_t)(job - jobs), max_size);
    else if (is_done)
        aura_auralite_encode_batch(model, space->together, jobs, (size_t)(job - jobs));
    job = jobs;
    for (Py_ssize_t place = 0; is_done && place < count; place++) {
        if (!is_auralite(&entries[place]))
            continue;
        entries[place].length = job->length;
        entries[place].error = job->error;
        if (job++->error.code == AURA_NO_SPACE)
            is_done = code_entry(model, space, decodes, max_size, &entries[place], all);
    }
    free(jobs);
    return is_done;
}

/* Code the messages of a batch, without touching Python; false if there is no memory. */
static bool code_entries(const aura_context_model *model, workspace *space, bool decodes, size_t max_size,
                         batch_entry *entries, Py_ssize_t count, aura_results *all)
{
    if (!code_together(model, space, decodes, max_size, entries, count, all))
        return false;
    for (Py_ssize_t place = 0; place < count; place++)
        if (!entries[place].is_left && entries[place].method != AURA_AURALITE &&
            !code_entry(model, space, decodes, max_size, &entries[place], all))
            return false;
    return true;
}

static PyObject *result_of(const module_state *state, const batch_entry *entry, const aura_results *all)
{
    if (entry->is_left) {
        Py_INCREF(Py_None);
        return Py_None;
    }
    if (entry->error.code != AURA_OK)
        return aura_make_error(state, &entry->error);
    return PyBytes_FromStringAndSize((const char *)all->bytes + entry->offset, (Py_ssize_t)entry->length);
}

/* The list of what became of the messages; errors stand in the places of those that are refused. */
static PyObject *list_of(const module_state *state, const batch_entry *entries, Py_ssize_t count,
                         const aura_results *all)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t place = 0; list != NULL && place < count; place++) {
        PyObject *result = result_of(state, &entries[place], all);
        if (result == NULL)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, place, result);
    }
    return list;
}

/* The method of a message with an implied model, by its marker; false if that names none. */
static bool find_method(const Py_buffer *wire, aura_method *method)
{
    const uint32_t marker = wire->len > 0 ? *(const uint8_t *)wire->buf : 0;
    *method = marker >= MARKER_AURALITE_COMPACT ? AURA_AURALITE : AURA_ADAPTIVE;
    return marker >= MARKER_AURALITE_COMPACT ||
           (marker >= MARKER_ADAPTIVE_COMPACT && marker < MARKER_ADAPTIVE_COMPACT_END);
}

/* Write messages as AURALITE strings, or read messages by their markers. */
static PyObject *code_batch(PyObject *self, PyObject *messages, bool decodes, size_t max_size)
{
    module_state *state = aura_state_of(self);
    PyObject *sequence = PySequence_Tuple(messages);
    if (sequence == NULL)
        return NULL;
    const Py_ssize_t count = PyTuple_Size(sequence);
    batch_entry *entries = calloc((size_t)count + 1, sizeof *entries);
    workspace *space = aura_take_workspace(state);
    aura_results all = {0};
    PyObject *list = NULL;
    Py_ssize_t held = 0;
    if (entries == NULL || space == NULL) {
        PyErr_NoMemory();
        goto end;
    }
    for (; held < count; held++) {
        batch_entry *entry = &entries[held];
        if (PyObject_GetBuffer(PyTuple_GetItem(sequence, held), &entry->view, PyBUF_SIMPLE) != 0)
            goto end;
        entry->method = AURA_AURALITE;
        entry->is_left = decodes && !find_method(&entry->view, &entry->method);
    }
    bool is_done;
    Py_BEGIN_ALLOW_THREADS
    is_done = code_entries(&((model_object *)self)->model, space, decodes, max_size, entries, count, &all);
    Py_END_ALLOW_THREADS
    list = is_done ? list_of(state, entries, count, &all) : PyErr_NoMemory();
end:
    while (held > 0)
        PyBuffer_Release(&entries[--held].view);
    free(all.bytes);
    free(entries);
    aura_put_workspace(state, space);
    Py_DECREF(sequence);
    return list;
}

bool aura_read_limit(PyObject *number, size_t *max_size)
{
    int overflow;
    const long long limit = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (limit == -1 && PyErr_Occurred())
        return false;
    if (overflow < 0 || (overflow == 0 && limit < 0)) {
        PyErr_SetString(PyExc_ValueError, "max_size is below 0");
        return false;
    }
    /* the limits of the format are tighter than any number that does not fit */
    *max_size = overflow > 0 || (unsigned long long)limit > SIZE_MAX ? SIZE_MAX : (size_t)limit;
    return true;
}

/* The two arguments of a decoder: a message or messages, and the most bytes of a result. */
static bool read_limit(PyObject *const *arguments, Py_ssize_t count, size_t *max_size)
{
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "expected what is to be decoded, and max_size");
        return false;
    }
    return aura_read_limit(arguments[1], max_size);
}

/* Decode a message with an implied model by its marker; None if that names none. */
static PyObject *decode_compact(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    size_t max_size;
    if (!read_limit(arguments, count, &max_size))
        return NULL;
    Py_buffer view;
    if (PyObject_GetBuffer(arguments[0], &view, PyBUF_SIMPLE) != 0)
        return NULL;
    aura_method method;
    const bool is_compact = find_method(&view, &method);
    PyBuffer_Release(&view);
    if (is_compact)
        return code_one(self, arguments[0], method, true, max_size);
    Py_INCREF(Py_None);
    return Py_None;
}

static PyObject *decode_compact_batch(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    size_t max_size;
    return read_limit(arguments, count, &max_size) ? code_batch(self, arguments[0], true, max_size) : NULL;
}

static PyObject *encode_auralite(PyObject *self, PyObject *message)
{
    return code_one(self, message, AURA_AURALITE, false, 0);
}

static PyObject *encode_adaptive(PyObject *self, PyObject *message)
{
    return code_one(self, message, AURA_ADAPTIVE, false, 0);
}

static PyObject *encode_auralite_batch(PyObject *self, PyObject *messages)
{
    return code_batch(self, messages, false, 0);
}

static PyObject *decode_auralite(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    size_t max_size;
    return read_limit(arguments, count, &max_size) ? code_one(self, arguments[0], AURA_AURALITE, true, max_size) : NULL;
}

static PyObject *decode_adaptive(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    size_t max_size;
    return read_limit(arguments, count, &max_size) ? code_one(self, arguments[0], AURA_ADAPTIVE, true, max_size) : NULL;
}

PyMethodDef AURA_MODEL_METHODS[] = {
    {"encode_auralite", encode_auralite, METH_O, "The AURALITE string of a message."},
    {"encode_adaptive", encode_adaptive, METH_O, "The adaptive string of a message."},
    {"encode_auralite_batch", encode_auralite_batch, METH_O, "The AURALITE strings of messages."},
    {"decode_compact", (PyCFunction)(void (*)(void))decode_compact, METH_FASTCALL,
     "The message that a wire with an implied model stands for, or None."},
    {"decode_compact_batch", (PyCFunction)(void (*)(void))decode_compact_batch, METH_FASTCALL,
     "The same of many wires, errors in the places of those that are refused."},
    {"chooser", (PyCFunction)(void (*)(void))aura_py_make_chooser, METH_FASTCALL,
     "What tries the messages that are tried first."},
    {"stream", (PyCFunction)(void (*)(void))aura_py_make_stream, METH_FASTCALL, "An end of a stream."},
    {"decode_auralite", (PyCFunction)(void (*)(void))decode_auralite, METH_FASTCALL,
     "The message of an AURALITE string."},
    {"decode_adaptive", (PyCFunction)(void (*)(void))decode_adaptive, METH_FASTCALL,
     "The message of an adaptive string."},
    {NULL, NULL, 0, NULL},
};
