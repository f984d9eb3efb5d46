/* The types of layers of templates, and of libraries of such layers. */
#include "module.h"

#include "../heap.h"
#include "../near.h"
#include "../template_list.h"

typedef struct {
    PyObject_HEAD
    aura_template_layer layer;
} layer_object;

typedef struct {
    PyObject_HEAD
    aura_near_index index;
} near_object;

typedef struct {
    PyObject_HEAD
    PyObject *layers; /* tuples, which the library points into */
    PyObject *nears;
    aura_template_library library;
} library_object;

static bool read_bytes(PyObject *object, const uint8_t **text, size_t *size)
{
    char *bytes;
    Py_ssize_t length;
    if (object == NULL || PyBytes_AsStringAndSize(object, &bytes, &length) != 0)
        return false;
    *text = (const uint8_t *)bytes;
    *size = (size_t)length;
    return true;
}

/* Read a slot: the number of its type, or a tuple of alternatives. */
static bool read_slot(aura_list_builder *builder, PyObject *slot)
{
    if (!PyTuple_Check(slot)) {
        const unsigned long kind = PyLong_AsUnsignedLong(slot);
        return !PyErr_Occurred() && kind < TEMPLATE_ENUM && aura_add_slot(builder, (uint32_t)kind);
    }
    const Py_ssize_t count = PyTuple_Size(slot);
    bool is_read = aura_add_slot(builder, TEMPLATE_ENUM);
    for (Py_ssize_t choice = 0; is_read && choice < count; choice++) {
        const uint8_t *text;
        size_t size;
        is_read = read_bytes(PyTuple_GetItem(slot, choice), &text, &size) && aura_add_alternative(builder, text, size);
    }
    return is_read;
}

/* Read (id, slots, literals, the number of the slot of each place). */
static bool read_template(aura_list_builder *builder, PyObject *id, PyObject *slots, PyObject *literals, PyObject *places)
{
    const uint8_t *text, *slot_of;
    size_t size, count;
    const unsigned long number = PyLong_AsUnsignedLong(id);
    if (PyErr_Occurred() || !read_bytes(places, &slot_of, &count) || number > LIMITS_MAX_TEMPLATE_ID ||
        !aura_begin_template(builder, (uint32_t)number))
        return false;
    for (Py_ssize_t slot = 0; slot < PyTuple_Size(slots); slot++)
        if (!read_slot(builder, PyTuple_GetItem(slots, slot)))
            return false;
    if ((size_t)PyTuple_Size(literals) != count + 1 || !read_bytes(PyTuple_GetItem(literals, 0), &text, &size) ||
        !aura_add_first(builder, text, size))
        return false;
    for (size_t place = 0; place < count; place++)
        if (!read_bytes(PyTuple_GetItem(literals, (Py_ssize_t)place + 1), &text, &size) ||
            !aura_add_place(builder, slot_of[place], text, size))
            return false;
    return aura_end_template(builder);
}

/* Read templates from what is iterated over. */
static bool read_templates(aura_list_builder *builder, PyObject *templates)
{
    PyObject *iterator = PyObject_GetIter(templates), *entry;
    bool is_read = iterator != NULL;
    while (is_read && (entry = PyIter_Next(iterator)) != NULL) {
        PyObject *id, *slots, *literals, *places;
        is_read = PyArg_ParseTuple(entry, "OO!O!O:template", &id, &PyTuple_Type, &slots, &PyTuple_Type, &literals,
                                   &places) &&
                  read_template(builder, id, slots, literals, places);
        Py_DECREF(entry);
    }
    Py_XDECREF(iterator);
    if (PyErr_Occurred())
        return false;
    if (builder->has_no_memory)
        PyErr_NoMemory();
    else if (!is_read)
        PyErr_SetString(PyExc_ValueError, "the parts of a template are at odds");
    return is_read;
}

static PyObject *make_layer(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    PyObject *templates;
    if (names != NULL && PyDict_Size(names) > 0) {
        PyErr_SetString(PyExc_TypeError, "a layer has no named arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(arguments, "O", &templates))
        return NULL;
    aura_list_builder builder = {.allocator = &AURA_HEAP};
    const bool is_read = read_templates(&builder, templates);
    layer_object *object = is_read ? PyObject_New(layer_object, type) : NULL;
    if (object == NULL) {
        aura_template_list_free(&builder.list, &AURA_HEAP);
        return NULL;
    }
    aura_trim_list(&builder);
    object->layer = (aura_template_layer){.list = builder.list};
    bool is_filed;
    Py_BEGIN_ALLOW_THREADS
    is_filed = aura_index_templates(&object->layer.index, &object->layer.list, &AURA_HEAP);
    Py_END_ALLOW_THREADS
    if (!is_filed) {
        PyErr_NoMemory();
        Py_CLEAR(object);
    }
    return (PyObject *)object;
}

static void free_layer(PyObject *self)
{
    layer_object *object = (layer_object *)self;
    PyTypeObject *type = Py_TYPE(self);
    aura_template_index_free(&object->layer.index, &AURA_HEAP);
    aura_template_list_free(&object->layer.list, &AURA_HEAP);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *get_memory(PyObject *self, void *closure)
{
    (void)closure;
    const aura_template_layer *layer = &((layer_object *)self)->layer;
    return PyLong_FromSize_t(layer->list.size + aura_template_index_size(&layer->index));
}

PyObject *aura_py_index_windows(PyObject *module, PyObject *layer)
{
    const module_state *state = PyModule_GetState(module);
    if (Py_TYPE(layer) != (PyTypeObject *)state->layer_type) {
        PyErr_SetString(PyExc_TypeError, "expected a layer of templates");
        return NULL;
    }
    near_object *object = PyObject_New(near_object, (PyTypeObject *)state->near_type);
    if (object == NULL)
        return NULL;
    bool is_made;
    Py_BEGIN_ALLOW_THREADS
    is_made = aura_index_windows(&object->index, &((layer_object *)layer)->layer.list, &AURA_HEAP);
    Py_END_ALLOW_THREADS
    if (!is_made) {
        PyErr_NoMemory();
        Py_CLEAR(object);
    }
    return (PyObject *)object;
}

static void free_near(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    aura_near_index_free(&((near_object *)self)->index, &AURA_HEAP);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *get_near_memory(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromSize_t(aura_near_index_size(&((near_object *)self)->index));
}

/* Whether all of a tuple are of a type. */
static bool are_all(PyObject *tuple, PyObject *type)
{
    for (Py_ssize_t at = 0; at < PyTuple_Size(tuple); at++)
        if (Py_TYPE(PyTuple_GetItem(tuple, at)) != (PyTypeObject *)type)
            return false;
    return true;
}

static PyObject *make_library(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    PyObject *layers, *nears;
    if (names != NULL && PyDict_Size(names) > 0) {
        PyErr_SetString(PyExc_TypeError, "a library has no named arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(arguments, "O!O!", &PyTuple_Type, &layers, &PyTuple_Type, &nears))
        return NULL;
    const Py_ssize_t count = PyTuple_Size(layers), near_count = PyTuple_Size(nears);
    PyObject *module = PyType_GetModule(type);
    const module_state *state = module == NULL ? NULL : PyModule_GetState(module);
    if (state == NULL)
        return NULL;
    if (!are_all(layers, state->layer_type) || !are_all(nears, state->near_type)) {
        PyErr_SetString(PyExc_TypeError, "a library is made of layers, and of their windows");
        return NULL;
    }
    if (count > AURA_MAX_LAYERS || (near_count != 0 && near_count != count)) {
        PyErr_SetString(PyExc_ValueError, "a library has too many layers, or windows of other layers");
        return NULL;
    }
    library_object *object = PyObject_New(library_object, type);
    if (object == NULL)
        return NULL;
    Py_INCREF(layers);
    Py_INCREF(nears);
    object->layers = layers;
    object->nears = nears;
    object->library = (aura_template_library){.count = (uint32_t)count};
    for (Py_ssize_t layer = 0; layer < count; layer++)
        object->library.layers[layer] = &((layer_object *)PyTuple_GetItem(layers, layer))->layer;
    for (Py_ssize_t layer = 0; layer < near_count; layer++)
        object->library.nears[layer] = &((near_object *)PyTuple_GetItem(nears, layer))->index;
    return (PyObject *)object;
}

static void free_library(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_DECREF(((library_object *)self)->layers);
    Py_DECREF(((library_object *)self)->nears);
    PyObject_Free(self);
    Py_DECREF(type);
}

const aura_template_library *aura_py_library_of(const module_state *state, PyObject *object)
{
    if (Py_TYPE(object) == (PyTypeObject *)state->library_type)
        return &((library_object *)object)->library;
    PyErr_SetString(PyExc_TypeError, "expected a library of templates");
    return NULL;
}

/* (id, values) of what a message matches; None for nothing. */
static PyObject *match_of(const aura_filled *found)
{
    if (found == NULL) {
        Py_INCREF(Py_None);
        return Py_None;
    }
    PyObject *values = PyTuple_New(found->template->slot_count);
    for (uint32_t slot = 0; values != NULL && slot < found->template->slot_count; slot++) {
        PyObject *value =
            PyBytes_FromStringAndSize((const char *)found->values[slot].text, (Py_ssize_t)found->values[slot].size);
        if (value == NULL)
            Py_CLEAR(values);
        else
            PyTuple_SetItem(values, (Py_ssize_t)slot, value);
    }
    return values == NULL ? NULL : Py_BuildValue("(IN)", (unsigned)found->template->id, values);
}

static PyObject *match(PyObject *self, PyObject *message)
{
    module_state *state = aura_state_of(self);
    const aura_template_library *library = &((library_object *)self)->library;
    Py_buffer view;
    if (PyObject_GetBuffer(message, &view, PyBUF_SIMPLE) != 0)
        return NULL;
    workspace *space = aura_take_workspace(state);
    PyObject *result = NULL;
    if (space != NULL && aura_make_marks(space, library)) {
        const aura_filled *found;
        if (view.len < AURA_RELEASE_FROM) {
            found = aura_match_library(library, view.buf, (size_t)view.len, &space->match);
        } else {
            Py_BEGIN_ALLOW_THREADS
            found = aura_match_library(library, view.buf, (size_t)view.len, &space->match);
            Py_END_ALLOW_THREADS
        }
        result = match_of(found);
    } else {
        PyErr_NoMemory();
    }
    aura_put_workspace(state, space);
    PyBuffer_Release(&view);
    return result;
}

/* (id, four bytes in a row that they share, those of the message) of the template that a message is closest to. */
static PyObject *nearest(PyObject *self, PyObject *message)
{
    module_state *state = aura_state_of(self);
    Py_buffer view;
    if (PyObject_GetBuffer(message, &view, PyBUF_SIMPLE) != 0)
        return NULL;
    const size_t size = (size_t)view.len;
    workspace *space = size > INT32_MAX ? NULL : aura_take_workspace(state);
    PyObject *result = NULL;
    if (space != NULL && aura_make_grams(space, size)) {
        aura_near near;
        bool is_found;
        Py_BEGIN_ALLOW_THREADS
        is_found = aura_find_near(&((library_object *)self)->library, view.buf, size, &space->near, &near);
        Py_END_ALLOW_THREADS
        if (is_found) {
            result = Py_BuildValue("(III)", (unsigned)near.template->id, (unsigned)near.shared, (unsigned)near.size);
        } else {
            Py_INCREF(Py_None);
            result = Py_None;
        }
    } else {
        PyErr_NoMemory();
    }
    aura_put_workspace(state, space);
    PyBuffer_Release(&view);
    return result;
}

static PyMethodDef LIBRARY_METHODS[] = {
    {"nearest", nearest, METH_O, "The template that a message is closest to, and how close it is, or None."},
    {"match", match, METH_O, "The id and the values of the template that a message matches, or None."},
    {"encode_typed", (PyCFunction)(void (*)(void))aura_py_encode_typed, METH_FASTCALL,
     "The typed frame of a template with values."},
    {"encode_modelled", (PyCFunction)(void (*)(void))aura_py_encode_modelled, METH_FASTCALL,
     "The modelled frame of a template with values."},
    {"encode_fuzzy", (PyCFunction)(void (*)(void))aura_py_encode_fuzzy, METH_FASTCALL,
     "The fuzzy frame of a message and a template."},
    {"decode_frame", (PyCFunction)(void (*)(void))aura_py_decode_frame, METH_FASTCALL,
     "The message of a template frame; None if it is none, or needs a model and there is none."},
    {"decode_brio", (PyCFunction)(void (*)(void))aura_py_decode_brio, METH_FASTCALL,
     "The message of a BRIO version 1 container."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef LAYER_ATTRIBUTES[] = {
    {"memory", get_memory, NULL, "Bytes that the layer takes.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot LAYER_SLOTS[] = {
    {Py_tp_doc, "Templates that were filed together. Immutable; share it between threads."},
    {Py_tp_new, (void *)make_layer},
    {Py_tp_dealloc, (void *)free_layer},
    {Py_tp_getset, LAYER_ATTRIBUTES},
    {0, NULL},
};

static PyGetSetDef NEAR_ATTRIBUTES[] = {
    {"memory", get_near_memory, NULL, "Bytes that the windows take.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot NEAR_SLOTS[] = {
    {Py_tp_doc, "Windows of the templates of a layer. Immutable; share it between threads."},
    {Py_tp_dealloc, (void *)free_near},
    {Py_tp_getset, NEAR_ATTRIBUTES},
    {0, NULL},
};

static PyType_Slot LIBRARY_SLOTS[] = {
    {Py_tp_doc, "Layers of templates. Immutable; share it between threads."},
    {Py_tp_new, (void *)make_library},
    {Py_tp_dealloc, (void *)free_library},
    {Py_tp_methods, LIBRARY_METHODS},
    {0, NULL},
};

PyType_Spec AURA_LAYER_SPEC = {
    .name = "aura_native.TemplateLayer",
    .basicsize = sizeof(layer_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = LAYER_SLOTS,
};

PyType_Spec AURA_LIBRARY_SPEC = {
    .name = "aura_native.TemplateLibrary",
    .basicsize = sizeof(library_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = LIBRARY_SLOTS,
};

PyType_Spec AURA_NEAR_SPEC = {
    .name = "aura_native.NearIndex",
    .basicsize = sizeof(near_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = NEAR_SLOTS,
};
