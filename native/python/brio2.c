/* BRIO version 2: messages, and the blocks of chunked files. */
#include "module.h"

#include "../brio2_encoder.h"

#include <stdlib.h>

/* Memory that is kept from call to call, as it takes long to be made. */
typedef struct {
    void *start;
    size_t size;
} kept_room;

#define MAX_KEPT ((size_t)1 << 24)

struct brio2_workspace {
    aura_brio2_workspace coding;
    aura_parse_workspace parsing;
    kept_room parser;
    kept_room streams;
};

/* So many bytes, whose content is lost; NULL if there is no memory. */
static void *take_room(kept_room *room, size_t size)
{
    if (room->size < size) {
        free(room->start);
        room->start = malloc(size);
        room->size = room->start != NULL ? size : 0;
    }
    return room->start;
}

static void put_room(kept_room *room)
{
    if (room->size > MAX_KEPT) {
        free(room->start);
        *room = (kept_room){NULL, 0};
    }
}

/* A workspace of the module, or NULL if there is no memory. */
static brio2_workspace *take_workspace(module_state *state)
{
    brio2_workspace *taken = atomic_exchange(&state->spare_brio2, NULL);
    if (taken != NULL)
        return taken;
    taken = malloc(sizeof *taken);
    if (taken != NULL) {
        aura_parse_workspace_make(&taken->parsing);
        taken->parser = taken->streams = (kept_room){NULL, 0};
    }
    return taken;
}

void aura_free_brio2_workspace(brio2_workspace *space)
{
    if (space != NULL) {
        free(space->parser.start);
        free(space->streams.start);
    }
    free(space);
}

static void put_workspace(module_state *state, brio2_workspace *space)
{
    if (space != NULL) {
        put_room(&space->parser);
        put_room(&space->streams);
    }
    aura_free_brio2_workspace(atomic_exchange(&state->spare_brio2, space));
}

/* Write the container of what has been cut, into memory of the workspace. Does not touch Python; NULL without memory. */
static const uint8_t *write_container(const aura_cut *cut, brio2_workspace *space, const uint8_t *data,
                                      uint32_t length, size_t *size)
{
    void *room = take_room(&space->streams, aura_brio2_writer_room(cut, length));
    return room != NULL ? aura_brio2_write(cut, &space->coding, data, length, room, size) : NULL;
}

/* Cut and write a message. As above. */
static const uint8_t *encode(brio2_workspace *space, const uint8_t *data, uint32_t length, uint32_t level,
                             uint64_t salt, size_t *size)
{
    const size_t needed = aura_parser_room(level, length, length);
    void *room = needed > 0 ? take_room(&space->parser, needed) : NULL;
    if (room == NULL)
        return NULL;
    aura_parser parser;
    aura_parser_start(&parser, level, length, length, salt, room);
    aura_parse(&parser, &space->parsing, data, length, length);
    return write_container(&parser.cut, space, data, length, size);
}

/* The level in an argument; false, with an exception, if there is none. */
static bool read_level(PyObject *number, uint32_t *level)
{
    const unsigned long value = PyLong_AsUnsignedLong(number);
    if (PyErr_Occurred())
        return false;
    if (value > 1)
        PyErr_SetString(PyExc_ValueError, "the level is neither 0 nor 1");
    *level = (uint32_t)value;
    return value <= 1;
}

static bool are_so_many(Py_ssize_t count, Py_ssize_t expected, const char *what)
{
    if (count != expected)
        PyErr_SetString(PyExc_TypeError, what);
    return count == expected;
}

PyObject *aura_py_encode_brio2(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    module_state *state = PyModule_GetState(module);
    uint32_t level;
    Py_buffer view;
    if (!are_so_many(count, 2, "expected a message, and the level") || !read_level(arguments[1], &level) ||
        PyObject_GetBuffer(arguments[0], &view, PyBUF_SIMPLE) != 0)
        return NULL;
    if (view.len > BRIO2_MAX_LENGTH) {
        aura_error error = {0};
        aura_fail(&error, AURA_TOO_LONG, 0, "", "a container of version 2 holds at most 67108864 bytes");
        PyBuffer_Release(&view);
        return aura_raise_error(state, &error);
    }
    brio2_workspace *space = take_workspace(state);
    const uint8_t *container = NULL;
    size_t size = 0;
    if (space != NULL) {
        Py_BEGIN_ALLOW_THREADS
        container = encode(space, view.buf, (uint32_t)view.len, level, state->salt, &size);
        Py_END_ALLOW_THREADS
    }
    PyObject *result = container != NULL ? PyBytes_FromStringAndSize((const char *)container, (Py_ssize_t)size)
                                         : PyErr_NoMemory();
    put_workspace(state, space);
    PyBuffer_Release(&view);
    return result;
}

/* Decode a container whose head is read. Does not touch Python, but for the bytes of the result, which nobody else
 * knows yet. */
static void decode(const aura_container *container, brio2_workspace *space, const Py_buffer *window, uint8_t *result,
                   aura_error *error)
{
    const size_t before = (size_t)window->len;
    void *room = take_room(&space->streams, aura_brio2_decoder_room(container));
    *error = (aura_error){.code = AURA_NO_MEMORY};
    if (room == NULL)
        return;
    if (before == 0) {
        aura_brio2_decode(container, &space->coding, room, result, 0, error);
        return;
    }
    uint8_t *text = malloc(before + container->length);
    if (text == NULL)
        return;
    memcpy(text, window->buf, before);
    if (aura_brio2_decode(container, &space->coding, room, text, before, error))
        memcpy(result, text + before, container->length);
    free(text);
}

/* Decode a container with a window. */
static PyObject *decode_views(module_state *state, const Py_buffer *body, const Py_buffer *window, size_t max_size)
{
    aura_container container;
    aura_error error;
    if (!aura_brio2_open(&container, body->buf, (size_t)body->len, max_size, &error))
        return aura_raise_error(state, &error);
    PyObject *result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)container.length);
    char *bytes = result != NULL ? PyBytes_AsString(result) : NULL;
    if (bytes == NULL)
        return NULL;
    brio2_workspace *space = take_workspace(state);
    error = (aura_error){.code = AURA_NO_MEMORY};
    if (space != NULL) {
        Py_BEGIN_ALLOW_THREADS
        decode(&container, space, window, (uint8_t *)bytes, &error);
        Py_END_ALLOW_THREADS
    }
    put_workspace(state, space);
    if (error.code == AURA_OK)
        return result;
    Py_DECREF(result);
    return aura_raise_error(state, &error);
}

PyObject *aura_py_decode_brio2(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    module_state *state = PyModule_GetState(module);
    size_t max_size;
    Py_buffer body, window = {0};
    if (!are_so_many(count, 3, "expected a container, max_size, and a window") ||
        !aura_read_limit(arguments[1], &max_size) || PyObject_GetBuffer(arguments[0], &body, PyBUF_SIMPLE) != 0)
        return NULL;
    PyObject *result = NULL;
    if (PyObject_GetBuffer(arguments[2], &window, PyBUF_SIMPLE) == 0) {
        result = decode_views(state, &body, &window, max_size);
        PyBuffer_Release(&window);
    }
    PyBuffer_Release(&body);
    return result;
}

/* What writes the containers of a chunked file: a parser, whose text is the window and what follows it. */
typedef struct {
    PyObject_HEAD
    aura_parser parser;
    void *room;
    uint32_t window;
    atomic_bool is_busy;
} block_encoder;

#define BLOCKS_BETWEEN_MOVES 4

PyObject *aura_py_block_encoder(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    module_state *state = PyModule_GetState(module);
    uint32_t level;
    if (!are_so_many(count, 2, "expected the level, and the bits of the window") || !read_level(arguments[0], &level))
        return NULL;
    const unsigned long bits = PyLong_AsUnsignedLong(arguments[1]);
    if (PyErr_Occurred())
        return NULL;
    if (bits < CHUNKED_MIN_WINDOW_BITS || bits > CHUNKED_MAX_WINDOW_BITS) {
        PyErr_SetString(PyExc_ValueError, "the size of the window is not allowed");
        return NULL;
    }
    const uint32_t window = (uint32_t)1 << bits, capacity = window + BLOCKS_BETWEEN_MOVES * CHUNKED_BLOCK;
    block_encoder *object = PyObject_New(block_encoder, (PyTypeObject *)state->block_encoder_type);
    if (object == NULL)
        return NULL;
    object->window = window;
    atomic_init(&object->is_busy, false);
    object->room = malloc(aura_parser_room(level, capacity, CHUNKED_BLOCK));
    if (object->room == NULL) {
        Py_DECREF(object);
        return PyErr_NoMemory();
    }
    aura_parser_start(&object->parser, level, capacity, CHUNKED_BLOCK, state->salt, object->room);
    return (PyObject *)object;
}

static void free_block_encoder(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    free(((block_encoder *)self)->room);
    PyObject_Free(self);
    Py_DECREF(type);
}

/* The container of a block, while nobody else uses the encoder. */
static PyObject *encode_block(block_encoder *self, module_state *state, const Py_buffer *content, bool begins)
{
    brio2_workspace *space = take_workspace(state);
    const uint8_t *container = NULL;
    size_t size = 0;
    if (space != NULL) {
        Py_BEGIN_ALLOW_THREADS
        if (begins)
            aura_parser_clear(&self->parser);
        aura_parse(&self->parser, &space->parsing, content->buf, (uint32_t)content->len, self->window);
        container = write_container(&self->parser.cut, space, content->buf, (uint32_t)content->len, &size);
        Py_END_ALLOW_THREADS
    }
    PyObject *result = container != NULL ? PyBytes_FromStringAndSize((const char *)container, (Py_ssize_t)size)
                                         : PyErr_NoMemory();
    put_workspace(state, space);
    return result;
}

static PyObject *encode_next(PyObject *object, PyObject *const *arguments, Py_ssize_t count)
{
    block_encoder *self = (block_encoder *)object;
    Py_buffer view;
    if (!are_so_many(count, 2, "expected the content, and whether it begins a frame"))
        return NULL;
    const int begins = PyObject_IsTrue(arguments[1]);
    if (begins < 0 || PyObject_GetBuffer(arguments[0], &view, PyBUF_SIMPLE) != 0)
        return NULL;
    PyObject *result = NULL;
    if (view.len < 1 || view.len > CHUNKED_BLOCK) {
        PyErr_SetString(PyExc_ValueError, "a block has 1 to 65536 bytes of content");
    } else if (atomic_exchange(&self->is_busy, true)) {
        PyErr_SetString(PyExc_RuntimeError, "another thread uses the encoder");
    } else {
        result = encode_block(self, aura_state_of(object), &view, begins != 0);
        atomic_store(&self->is_busy, false);
    }
    PyBuffer_Release(&view);
    return result;
}

static PyMethodDef METHODS[] = {
    {"encode", (PyCFunction)(void (*)(void))encode_next, METH_FASTCALL,
     "The container of the next block; whether it begins a frame."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_doc, "Writes the containers of a chunked file one after the other."},
    {Py_tp_dealloc, (void *)free_block_encoder},
    {Py_tp_methods, METHODS},
    {0, NULL},
};

PyType_Spec AURA_BLOCK_ENCODER_SPEC = {
    .name = "aura_native.BlockEncoder",
    .basicsize = sizeof(block_encoder),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = SLOTS,
};
