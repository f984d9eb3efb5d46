/* The Python module aura_native: model files read and messages coded by the core. */
#include "module.h"

#include <stddef.h>

#ifndef AURA_SOURCES /* the digest of the sources, by which a stale build shows */
#define AURA_SOURCES ""
#endif

PyObject *aura_make_error(const module_state *state, const aura_error *error)
{
    static const char *const NAMES[] = {
        [AURA_TRUNCATED] = "Truncated",       [AURA_MALFORMED] = "Malformed",
        [AURA_NON_CANONICAL] = "NonCanonical", [AURA_UNKNOWN_MODEL] = "UnknownModel",
        [AURA_UNKNOWN_TEMPLATE] = "UnknownTemplate",
        [AURA_UNSUPPORTED] = "Unsupported",   [AURA_LIMIT_EXCEEDED] = "LimitExceeded",
        [AURA_CHECKSUM_MISMATCH] = "ChecksumMismatch", [AURA_STREAM_DESYNC] = "StreamDesync",
        [AURA_TOO_LONG] = "EncodeError",      [AURA_NO_TEXT] = "EncodeError",
    };
    PyObject *reason = PyUnicode_FromFormat(error->reason, (unsigned)error->number);
    PyObject *path = PyUnicode_FromFormat(error->path, (unsigned)error->index);
    PyObject *type = PyObject_GetAttrString(state->errors, NAMES[error->code]);
    PyObject *made = NULL;
    if (reason != NULL && path != NULL && type != NULL)
        made = error->code == AURA_TOO_LONG || error->code == AURA_NO_TEXT
                   ? PyObject_CallFunctionObjArgs(type, reason, NULL)
                   : PyObject_CallFunction(type, "O,I,O", reason, (unsigned)error->offset, path);
    Py_XDECREF(reason);
    Py_XDECREF(path);
    Py_XDECREF(type);
    return made;
}

PyObject *aura_raise_error(const module_state *state, const aura_error *error)
{
    if (error->code == AURA_NO_MEMORY)
        return PyErr_NoMemory();
    PyObject *made = aura_make_error(state, error);
    if (made != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(made), made);
        Py_DECREF(made);
    }
    return NULL;
}

/* The types of the module, and where its state has each. */
static const struct {
    PyType_Spec *spec;
    size_t offset;
} TYPES[] = {
    {&AURA_MODEL_SPEC, offsetof(module_state, model_type)},
    {&AURA_CHOOSER_SPEC, offsetof(module_state, chooser_type)},
    {&AURA_BLOCK_ENCODER_SPEC, offsetof(module_state, block_encoder_type)},
    {&AURA_LAYER_SPEC, offsetof(module_state, layer_type)},
    {&AURA_LIBRARY_SPEC, offsetof(module_state, library_type)},
    {&AURA_STREAM_SPEC, offsetof(module_state, stream_type)},
    {&AURA_NEAR_SPEC, offsetof(module_state, near_type)},
};

static PyObject **type_of(module_state *state, size_t at)
{
    return (PyObject **)(void *)((char *)state + TYPES[at].offset);
}

static int execute(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    atomic_init(&state->spare, NULL);
    atomic_init(&state->spare_brio2, NULL);
    PyObject *name = PyModule_GetNameObject(module);
    if (name == NULL)
        return -1;
    state->salt = (uint64_t)PyObject_Hash(name); /* each process of Python has hashes of its own */
    Py_DECREF(name);
    state->errors = PyImport_ImportModule("aura_spec.errors");
    if (state->errors == NULL)
        return -1;
    for (size_t at = 0; at < sizeof TYPES / sizeof *TYPES; at++) {
        PyObject *type = *type_of(state, at) = PyType_FromModuleAndSpec(module, TYPES[at].spec, NULL);
        if (type == NULL || PyModule_AddType(module, (PyTypeObject *)type) != 0)
            return -1;
    }
    return PyModule_AddStringConstant(module, "SOURCES", AURA_SOURCES);
}

static int traverse(PyObject *module, visitproc visit, void *arg) /* Py_VISIT names it */
{
    module_state *state = PyModule_GetState(module);
    for (size_t at = 0; at < sizeof TYPES / sizeof *TYPES; at++)
        Py_VISIT(*type_of(state, at));
    Py_VISIT(state->errors);
    return 0;
}

static int clear(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    for (size_t at = 0; at < sizeof TYPES / sizeof *TYPES; at++)
        Py_CLEAR(*type_of(state, at));
    Py_CLEAR(state->errors);
    return 0;
}

static void free_module(void *module)
{
    module_state *state = PyModule_GetState(module);
    clear(module);
    aura_free_workspace(atomic_exchange(&state->spare, NULL));
    aura_free_brio2_workspace(atomic_exchange(&state->spare_brio2, NULL));
}

/* A function that gets its arguments in an array. */
#define FAST(name, function, text) {name, (PyCFunction)(void (*)(void))function, METH_FASTCALL, text}

static PyMethodDef METHODS[] = {
    {"read_model", aura_py_read_model, METH_O, "Read a model file."},
    {"index_windows", aura_py_index_windows, METH_O, "File the templates of a layer by windows of their literals."},
    FAST("encode_brio", aura_py_encode_brio, "A BRIO version 1 container for a message."),
    FAST("encode_brio2", aura_py_encode_brio2, "A BRIO version 2 container for a message."),
    FAST("decode_brio2", aura_py_decode_brio2, "The message of a BRIO version 2 container, behind a window."),
    FAST("block_encoder", aura_py_block_encoder,
         "What writes containers one after the other, each with the window before it."),
    FAST("find_keys", aura_py_find_keys, "Find keys among ascending ones."),
    FAST("sort_keys", aura_py_sort_keys, "Sort keys, and tell their order."),
    FAST("group_keys", aura_py_group_keys, "Add up the tallies of neighbours whose keys are alike."),
    FAST("keys_of", aura_py_keys_of, "The keys of n-grams in a stage."),
    FAST("study_length", aura_py_study_length, "What the sample of a block needs of one length."),
    FAST("count_uses", aura_py_count_uses, "Count the uses of the entries of a level."),
    FAST("maximise", aura_py_maximise, "Learn weights by expectation maximisation."),
    FAST("log2", aura_py_log2, "Logarithms that are the same on every machine."),
    FAST("find_gains", aura_py_find_gains, "Find what the entries of a level gain."),
    FAST("mix_level", aura_py_mix_level, "Mix the probabilities of the entries of a level."),
    FAST("leave_out", aura_py_leave_out, "Take blocks out of lists."),
    FAST("look_into_lists", aura_py_look_into_lists, "Find what lists without blocks say about symbols."),
    FAST("choose_stretches", aura_py_choose_stretches, "Choose what recurs between messages."),
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot SLOTS[] = {
    {Py_mod_exec, (void *)execute},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef DEFINITION = {
    PyModuleDef_HEAD_INIT,
    .m_name = "aura_native",
    .m_doc = "The native core: model files read and messages coded in C.",
    .m_size = sizeof(module_state),
    .m_methods = METHODS,
    .m_slots = SLOTS,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = free_module,
};

PyMODINIT_FUNC PyInit_aura_native(void)
{
    return PyModuleDef_Init(&DEFINITION);
}
