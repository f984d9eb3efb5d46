/* The type of packed models. */
#include "module.h"

#include "pages.h"

const aura_context_model *aura_py_model_of(const module_state *state, PyObject *object)
{
    if (Py_TYPE(object) == (PyTypeObject *)state->model_type)
        return &((model_object *)object)->model;
    PyErr_SetString(PyExc_TypeError, "expected a packed model");
    return NULL;
}

static PyObject *get_sections(PyObject *self, void *closure)
{
    (void)closure;
    PyObject *sections = ((model_object *)self)->sections;
    Py_INCREF(sections);
    return sections;
}

static PyObject *get_entries(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLong(((model_object *)self)->model.entries);
}

static PyObject *get_memory(PyObject *self, void *closure)
{
    (void)closure;
    const aura_context_model *model = &((model_object *)self)->model;
    return PyLong_FromSize_t(model->size * sizeof *model->words + sizeof *model);
}

static void free_model(PyObject *self)
{
    model_object *object = (model_object *)self;
    PyTypeObject *type = Py_TYPE(self);
    aura_context_model_free(&object->model, &AURA_PAGES);
    Py_XDECREF(object->sections);
    PyObject_Free(self);
    Py_DECREF(type);
}

/* The sections of a file as a tuple of (type, offset, size). */
static PyObject *tuple_of(const aura_model_file *file)
{
    PyObject *sections = PyTuple_New(file->count);
    for (uint32_t place = 0; sections != NULL && place < file->count; place++) {
        const aura_section *section = &file->sections[place];
        PyObject *entry =
            Py_BuildValue("(III)", (unsigned)section->type, (unsigned)section->offset, (unsigned)section->size);
        if (entry == NULL)
            Py_CLEAR(sections);
        else
            PyTuple_SetItem(sections, (Py_ssize_t)place, entry);
    }
    return sections;
}

PyObject *aura_py_read_model(PyObject *module, PyObject *data)
{
    module_state *state = PyModule_GetState(module);
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) != 0)
        return NULL;
    if (!view.readonly) { /* what has been checked must not change while it is read */
        PyBuffer_Release(&view);
        PyErr_SetString(PyExc_TypeError, "a model file is read from bytes");
        return NULL;
    }
    aura_context_model model;
    aura_model_file file;
    aura_error error;
    bool is_read;
    Py_BEGIN_ALLOW_THREADS
    is_read = aura_model_read(&model, &file, view.buf, (size_t)view.len, false, &AURA_PAGES, &error);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    if (!is_read)
        return aura_raise_error(state, &error);
    PyObject *sections = tuple_of(&file);
    model_object *object = sections != NULL ? PyObject_New(model_object, (PyTypeObject *)state->model_type) : NULL;
    if (object == NULL) {
        Py_XDECREF(sections);
        aura_context_model_free(&model, &AURA_PAGES);
        return NULL;
    }
    object->model = model;
    object->sections = sections;
    return (PyObject *)object;
}

static PyGetSetDef MODEL_ATTRIBUTES[] = {
    {"sections", get_sections, NULL, "The sections of the file: (type, offset, size) of each.", NULL},
    {"entries", get_entries, NULL, "Entries of all lists.", NULL},
    {"memory", get_memory, NULL, "Bytes that the packed model takes.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot MODEL_SLOTS[] = {
    {Py_tp_doc, "A packed model. Immutable; share it between threads."},
    {Py_tp_dealloc, (void *)free_model},
    {Py_tp_methods, AURA_MODEL_METHODS},
    {Py_tp_getset, MODEL_ATTRIBUTES},
    {0, NULL},
};

PyType_Spec AURA_MODEL_SPEC = {
    .name = "aura_native.Model",
    .basicsize = sizeof(model_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = MODEL_SLOTS,
};
