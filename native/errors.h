/* Why a message or a model file is refused (chapter errors). */
#ifndef AURA_ERRORS_H
#define AURA_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The codes of rule ERR-1, and four that are no matter of the format. */
typedef enum {
    AURA_OK,
    AURA_TRUNCATED,
    AURA_MALFORMED,
    AURA_NON_CANONICAL,
    AURA_UNKNOWN_MODEL,
    AURA_UNKNOWN_TEMPLATE,
    AURA_UNSUPPORTED,
    AURA_LIMIT_EXCEEDED,
    AURA_CHECKSUM_MISMATCH,
    AURA_STREAM_DESYNC,
    AURA_TOO_LONG,   /* the message to be coded is longer than the method allows */
    AURA_NO_TEXT,    /* no value of a modelled frame is a text */
    AURA_NO_SPACE,   /* the caller's buffer is too small */
    AURA_NO_MEMORY,  /* the caller's allocator gave none */
} aura_code;

/* An error. `offset` counts bytes as rule ERR-2 says, `path` names the field, in which `%u` stands for `index`, and
 * `reason` is a sentence for people, in which `%u` stands for `number`. Texts are constants. */
typedef struct {
    aura_code code;
    uint32_t offset;
    uint32_t number;
    uint32_t index;
    const char *path;
    const char *reason;
} aura_error;

/* Note an error unless there is one already: the first counts. Gives false, for callers that return it. */
static inline bool aura_fail(aura_error *error, aura_code code, size_t offset, const char *path, const char *reason)
{
    if (error->code == AURA_OK) {
        error->code = code;
        error->offset = (uint32_t)offset;
        error->path = path;
        error->reason = reason;
    }
    return false;
}

/* Note an error of a field with a number. */
static inline bool aura_fail_in(aura_error *error, aura_code code, size_t offset, const char *path, uint32_t index,
                                const char *reason)
{
    if (error->code == AURA_OK)
        error->index = index;
    return aura_fail(error, code, offset, path, reason);
}

/* Whether a decoded message of `size` bytes may have another one: `longest` are allowed, and the caller's buffer has
 * room for `capacity`. */
static inline bool aura_has_room(aura_error *error, uint32_t size, uint32_t longest, size_t capacity)
{
    if (size == longest) {
        error->number = longest;
        return aura_fail(error, AURA_LIMIT_EXCEEDED, 0, "string", "the message decodes to more than %u bytes");
    }
    return size < capacity || aura_fail(error, AURA_NO_SPACE, 0, "", "the buffer is too small");
}

#endif
