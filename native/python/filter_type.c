/* The type of filters of templates. */
#include "module.h"

#include "../template_filter.h"

#include <stdlib.h>

typedef struct {
    PyObject_HEAD
    aura_template_filter filter;
    aura_template_look *looks;
    PyObject *templates; /* the tuple whose bytes the looks point into */
} filter_object;

/* The bytes of an object; false, with an exception, if it is something else. */
static bool read_bytes(PyObject *object, aura_literal *literal)
{
    char *text;
    Py_ssize_t size;
    if (object == NULL || PyBytes_AsStringAndSize(object, &text, &size) != 0)
        return false;
    if (size > UINT32_MAX / 2) {
        PyErr_SetString(PyExc_ValueError, "a literal is too long");
        return false;
    }
    *literal = (aura_literal){(const uint8_t *)text, (uint32_t)size};
    return true;
}

/* Read (first literal, last literal, longest literal, bytes of all literals, what the first slot may begin with, whether
 * the first literal is all). */
static bool read_look(PyObject *template, aura_template_look *look)
{
    aura_literal beginning;
    if (PyTuple_Size(template) != 6) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "a template has six parts");
        return false;
    }
    if (!read_bytes(PyTuple_GetItem(template, 0), &look->first) ||
        !read_bytes(PyTuple_GetItem(template, 1), &look->last) ||
        !read_bytes(PyTuple_GetItem(template, 2), &look->longest) ||
        !read_bytes(PyTuple_GetItem(template, 4), &beginning))
        return false;
    const unsigned long size = PyLong_AsUnsignedLong(PyTuple_GetItem(template, 3));
    const int is_whole = PyObject_IsTrue(PyTuple_GetItem(template, 5));
    if (PyErr_Occurred())
        return false;
    if (size > UINT32_MAX || size < look->first.size || size < look->last.size ||
        (beginning.size != 0 && beginning.size != 32)) {
        PyErr_SetString(PyExc_ValueError, "the parts of a template are at odds");
        return false;
    }
    look->literals_size = (uint32_t)size;
    look->is_whole = is_whole > 0;
    look->beginning = beginning.size > 0 ? beginning.text : NULL;
    return true;
}

static uint32_t group_of(const aura_template_look *look)
{
    return look->first.size > 0 ? look->first.text[0] : 256;
}

/* Read templates, grouped as the filter wants them. */
static bool read_looks(filter_object *object, Py_ssize_t count)
{
    aura_template_look *read = calloc((size_t)count + 1, sizeof *read);
    object->looks = calloc((size_t)count + 1, sizeof *object->looks);
    bool is_read = read != NULL && object->looks != NULL;
    if (!is_read)
        PyErr_NoMemory();
    for (Py_ssize_t place = 0; is_read && place < count; place++) {
        is_read = read_look(PyTuple_GetItem(object->templates, place), &read[place]);
        if (is_read)
            object->filter.ends[group_of(&read[place])]++;
    }
    uint32_t begins[257], end = 0;
    for (uint32_t group = 0; group < 257; group++) {
        begins[group] = end;
        object->filter.ends[group] = end += object->filter.ends[group];
    }
    for (Py_ssize_t place = 0; is_read && place < count; place++)
        object->looks[begins[group_of(&read[place])]++] = read[place];
    object->filter.looks = object->looks;
    free(read);
    return is_read;
}

static PyObject *make(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    PyObject *templates;
    if (names != NULL && PyDict_Size(names) > 0) {
        PyErr_SetString(PyExc_TypeError, "a filter has no named arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(arguments, "O!", &PyTuple_Type, &templates))
        return NULL;
    filter_object *object = PyObject_New(filter_object, type);
    if (object == NULL)
        return NULL;
    Py_INCREF(templates);
    object->templates = templates;
    object->looks = NULL;
    memset(&object->filter, 0, sizeof object->filter);
    if (!read_looks(object, PyTuple_Size(templates)))
        Py_CLEAR(object);
    return (PyObject *)object;
}

static void free_filter(PyObject *self)
{
    filter_object *object = (filter_object *)self;
    PyTypeObject *type = Py_TYPE(self);
    free(object->looks);
    Py_XDECREF(object->templates);
    PyObject_Free(self);
    Py_DECREF(type);
}

int aura_py_may_match(module_state *state, PyObject *templates, const uint8_t *message, size_t size)
{
    if (templates == Py_None)
        return 0;
    if (templates == Py_True)
        return 1;
    if (Py_TYPE(templates) != (PyTypeObject *)state->filter_type) {
        PyErr_SetString(PyExc_TypeError, "templates are a filter, True or None");
        return -1;
    }
    return aura_may_match(&((filter_object *)templates)->filter, message, size);
}

static PyObject *may_match(PyObject *self, PyObject *message)
{
    Py_buffer view;
    if (PyObject_GetBuffer(message, &view, PyBUF_SIMPLE) != 0)
        return NULL;
    const bool may = aura_may_match(&((filter_object *)self)->filter, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return PyBool_FromLong(may);
}

static PyMethodDef METHODS[] = {
    {"may_match", may_match, METH_O, "Whether a message may match one of the templates."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_doc, "What tells quickly that a message matches no template."},
    {Py_tp_new, (void *)make},
    {Py_tp_dealloc, (void *)free_filter},
    {Py_tp_methods, METHODS},
    {0, NULL},
};

PyType_Spec AURA_FILTER_SPEC = {
    .name = "aura_native.TemplateFilter",
    .basicsize = sizeof(filter_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = SLOTS,
};
