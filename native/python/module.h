/* What the sources of the Python module aura_native share.
 *
 * It is written for the limited API of Python 3.11, and for builds without a global lock. */
#ifndef AURA_MODULE_H
#define AURA_MODULE_H

#include <Python.h>

#include "../auralite_batch.h"
#include "../model.h"
#include "../near.h"
#include "../selection.h"

#include <stdatomic.h>

/* What a call writes to: tables, and a buffer for results. Calls take one from the module and put it back. */
typedef struct {
    aura_workspace tables;
    aura_trigrams trigrams;
    aura_match_table together[AURA_TOGETHER];
    aura_match_space match;
    size_t marks_room;
    aura_near_space near;
    size_t grams_room;
    size_t capacity;
    uint8_t *buffer;
} workspace;

/* What BRIO version 2 writes to, likewise; what is made once stays in it. */
typedef struct brio2_workspace brio2_workspace;
void aura_free_brio2_workspace(brio2_workspace *space);

typedef struct {
    PyObject *block_encoder_type;
    PyObject *model_type;
    PyObject *chooser_type;
    PyObject *layer_type;
    PyObject *library_type;
    PyObject *stream_type;
    PyObject *near_type;
    PyObject *errors; /* the module aura_spec.errors */
    _Atomic(workspace *) spare;
    _Atomic(brio2_workspace *) spare_brio2;
    uint64_t salt; /* which nobody outside of the process can guess */
} module_state;

typedef struct {
    PyObject_HEAD
    aura_context_model model;
    PyObject *sections;
} model_object;

/* Messages from this size on are coded without the interpreter's lock. */
#define AURA_RELEASE_FROM 4096

/* A workspace of the module, or NULL if there is no memory; and the way back. */
workspace *aura_take_workspace(module_state *state);
void aura_put_workspace(module_state *state, workspace *space);
void aura_free_workspace(workspace *space);

/* Make room in the buffer, whose content is lost. */
bool aura_make_room(workspace *space, size_t capacity);

/* Make room for the marks of a search in a library. */
bool aura_make_marks(workspace *space, const aura_template_library *library);

/* Make room for the grams of a message. */
bool aura_make_grams(workspace *space, size_t size);

/* The results of a batch, end to end, on the heap. */
typedef struct {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
} aura_results;

/* Make room for so many bytes more, which are counted as if they stood there; false if there is no memory. */
bool aura_reserve(aura_results *all, size_t size);

/* Add bytes; false if there is no memory. */
bool aura_append(aura_results *all, const uint8_t *bytes, size_t size);

/* The state of the module that an object's type belongs to. */
module_state *aura_state_of(PyObject *self);

/* The most bytes of a result, an argument of decoders; false, with an exception, if it is none. */
bool aura_read_limit(PyObject *number, size_t *max_size);

/* The error of aura_spec.errors for one of the core. */
PyObject *aura_make_error(const module_state *state, const aura_error *error);

/* Raise that error. Gives NULL, for callers that return it. */
PyObject *aura_raise_error(const module_state *state, const aura_error *error);

/* The methods of a model that code messages. */
extern PyMethodDef AURA_MODEL_METHODS[];

/* The packed model of an object, or NULL with an exception. */
const aura_context_model *aura_py_model_of(const module_state *state, PyObject *object);

/* The type of models; read_model makes them. */
extern PyType_Spec AURA_MODEL_SPEC;
PyObject *aura_py_read_model(PyObject *module, PyObject *data);

/* The types of layers of templates, and of libraries of them; the library of an object, or NULL with an exception. */
extern PyType_Spec AURA_LAYER_SPEC;
extern PyType_Spec AURA_LIBRARY_SPEC;
extern PyType_Spec AURA_NEAR_SPEC;
PyObject *aura_py_index_windows(PyObject *module, PyObject *layer);
const aura_template_library *aura_py_library_of(const module_state *state, PyObject *object);

/* The methods of a library that write and read template frames. */
PyObject *aura_py_encode_typed(PyObject *library, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_encode_modelled(PyObject *library, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_encode_fuzzy(PyObject *library, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_decode_frame(PyObject *library, PyObject *const *arguments, Py_ssize_t count);

/* BRIO version 1: a function of the module, and a method of a library. */
PyObject *aura_py_encode_brio(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_decode_brio(PyObject *library, PyObject *const *arguments, Py_ssize_t count);

/* BRIO version 2, and the type of what writes the blocks of a chunked file. */
extern PyType_Spec AURA_BLOCK_ENCODER_SPEC;
PyObject *aura_py_block_encoder(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_encode_brio2(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_decode_brio2(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

/* Counting n-grams while a model is trained, and the weights of lists; arguments and results are arrays of numbers. */
PyObject *aura_py_find_keys(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_sort_keys(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_group_keys(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_keys_of(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_study_length(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_count_uses(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_maximise(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_log2(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_find_gains(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_mix_level(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_leave_out(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_look_into_lists(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *aura_py_choose_stretches(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

/* The type of what tries the messages that are tried first. */
extern PyType_Spec AURA_CHOOSER_SPEC;
PyObject *aura_py_make_chooser(PyObject *model, PyObject *const *arguments, Py_ssize_t count);

/* The type of the ends of streams. */
extern PyType_Spec AURA_STREAM_SPEC;
PyObject *aura_py_make_stream(PyObject *model, PyObject *const *arguments, Py_ssize_t count);

#endif
