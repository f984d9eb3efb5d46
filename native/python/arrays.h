/* Arrays of numbers as arguments: anything with a buffer in one piece, such as those of numpy. */
#ifndef AURA_ARRAYS_H
#define AURA_ARRAYS_H

#include <Python.h>

#include <stdbool.h>
#include <stdint.h>

/* What an argument must be: items of `width` bytes. Of arrays that are optional, None stands for NULL. */
typedef struct {
    uint8_t width;
    bool is_written;
    bool is_optional;
} aura_array_kind;

#define AURA_READ(width) {width, false, false}
#define AURA_WRITTEN(width) {width, true, false}
#define AURA_READ_OR_NONE(width) {width, false, true}
#define AURA_WRITTEN_OR_NONE(width) {width, true, true}

#define AURA_MAX_ARRAYS 25

typedef struct {
    Py_buffer views[AURA_MAX_ARRAYS];
    uint32_t count;
} aura_arrays;

#define AURA_LENGTH(list) ((uint32_t)(sizeof(list) / sizeof *(list)))

/* Take arrays, the first of so many arguments; false, with an exception and nothing held, if there are more or fewer
 * arguments than expected, or an array is of another kind. */
bool aura_begin_arrays(PyObject *const *arguments, Py_ssize_t count, Py_ssize_t expected, const aura_array_kind *kinds,
                       uint32_t arrays_count, aura_arrays *arrays);

/* The same with numbers in floating point behind the arrays; if one is none, nothing is held either. */
bool aura_begin_with_floats(PyObject *const *arguments, Py_ssize_t count, const aura_array_kind *kinds,
                            uint32_t arrays_count, aura_arrays *arrays, double *numbers, uint32_t numbers_count);

void aura_release_arrays(aura_arrays *arrays);

/* Release the arrays. Gives None if all was well, else NULL with an exception. */
PyObject *aura_end_arrays(aura_arrays *arrays, bool is_well);

/* The items of an array; NULL for None. */
static inline void *aura_items(const aura_arrays *arrays, uint32_t number)
{
    return arrays->views[number].buf;
}

/* How many items an array has; below 2^31. */
static inline uint32_t aura_length(const aura_arrays *arrays, uint32_t number)
{
    const Py_buffer *view = &arrays->views[number];
    return view->buf == NULL ? 0 : (uint32_t)(view->len / view->itemsize);
}

/* Whether an array has at least so many items, or is None. */
static inline bool aura_reaches(const aura_arrays *arrays, uint32_t number, uint32_t count)
{
    return arrays->views[number].buf == NULL || aura_length(arrays, number) >= count;
}

#endif
