/* What the sources of the Python module aura_native share.
 *
 * It is written for the limited API of Python 3.11, and for builds without a global lock. */
#ifndef AURA_MODULE_H
#define AURA_MODULE_H

#include <Python.h>

#include "../message.h"
#include "../model.h"

#include <stdatomic.h>

/* What a call writes to: tables, and a buffer for results. Calls take one from the module and put it back. */
typedef struct {
    aura_workspace tables;
    size_t capacity;
    uint8_t *buffer;
} workspace;

typedef struct {
    PyObject *model_type;
    PyObject *errors; /* the module aura_spec.errors */
    _Atomic(workspace *) spare;
} module_state;

typedef struct {
    PyObject_HEAD
    aura_context_model model;
    PyObject *sections;
} model_object;

/* The error of aura_spec.errors for one of the core. */
PyObject *aura_make_error(const module_state *state, const aura_error *error);

/* Raise that error. Gives NULL, for callers that return it. */
PyObject *aura_raise_error(const module_state *state, const aura_error *error);

/* The methods of a model that code messages. */
extern PyMethodDef AURA_MODEL_METHODS[];

/* The type of models; read_model makes them. */
extern PyType_Spec AURA_MODEL_SPEC;
PyObject *aura_py_read_model(PyObject *module, PyObject *data);

void aura_free_workspace(workspace *space);

#endif
