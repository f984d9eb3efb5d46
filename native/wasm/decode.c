/* Messages of any method that the module has are read (rules MSG-1 to MSG-3, AUR-7, AUR-8, AUR-11). */
#include "classic.h"
#include "codec.h"

#include "../frame.h"
#include "../fuzzy.h"
#include "../modelled.h"
#include "../typed.h"

/* Where the version of a BRIO message stands. */
#define VERSION_PLACE (1 + sizeof BRIO_MAGIC)

/* A message, and what it is read with. */
typedef struct {
    const aura_codec *codec;
    const aura_context_model *model; /* the implied one, or that which is named; or NULL */
    const uint8_t *wire;
    size_t size;
    size_t max_size;
} reading;

/* Read into `out`; as aura_decode says. */
typedef bool (*reader)(const reading *message, uint8_t *out, size_t capacity, size_t *length, aura_error *error);

static bool read_auralite(const reading *message, uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    return aura_decode(message->model, &aura_here.tables, AURA_AURALITE, message->wire, message->size,
                       message->max_size, out, capacity, length, error);
}

static bool read_adaptive(const reading *message, uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    return aura_decode(message->model, &aura_here.tables, AURA_ADAPTIVE, message->wire, message->size,
                       message->max_size, out, capacity, length, error);
}

static bool read_classic(const reading *message, uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    return aura_classic_decode(&message->codec->library->library, message->wire, message->size, message->max_size, out,
                               capacity, length, error);
}

static bool read_typed(const reading *message, uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    return aura_typed_decode(&message->codec->library->library, message->wire, message->size, message->max_size, out,
                             capacity, length, error);
}

static bool read_modelled(const reading *message, uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    return aura_modelled_decode(message->model, &aura_here.tables.match, &message->codec->library->library,
                                message->wire, message->size, message->max_size, out, capacity, length, error);
}

static bool read_fuzzy(const reading *message, uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    return aura_fuzzy_decode(message->model, &aura_here.tables, &message->codec->library->library, message->wire,
                             message->size, message->max_size, out, capacity, length, error);
}

static ptrdiff_t fail(aura_code code, size_t offset, const char *path, const char *reason)
{
    aura_here.error = (aura_error){0};
    aura_fail(&aura_here.error, code, offset, path, reason);
    return FAILED;
}

/* Read into the output, which grows as it must. */
static ptrdiff_t read_with(const reading *message, reader read)
{
    aura_error *error = &aura_here.error;
    size_t capacity = 2 * message->size + 256;
    for (;;) {
        uint8_t *out = aura_take_room(&aura_here.output, capacity);
        if (out == NULL)
            return FAILED;
        size_t length = 0;
        if (read(message, out, capacity, &length, error))
            return aura_give(out, length);
        if (error->code != AURA_NO_SPACE)
            return FAILED;
        capacity = length > capacity ? length : 4 * capacity;
    }
}

static ptrdiff_t read_with_model(const reading *message, reader read)
{
    if (message->model == NULL)
        return fail(AURA_UNKNOWN_MODEL, 0, "", "no model is agreed on");
    return read_with(message, read);
}

/* Read a string that names its model; it begins with a byte from `first` to `last` (rules AUR-7 and AUR-11). */
static ptrdiff_t read_named(reading message, uint32_t first, uint32_t last, reader read)
{
    const size_t begin = 1 + AURALITE_MODEL_ID_SIZE;
    if (message.size < begin)
        return fail(AURA_TRUNCATED, message.size, "model_id", "the message ends inside a field");
    if (message.size == begin)
        return fail(AURA_TRUNCATED, begin, "string", "the string is missing");
    if (message.wire[begin] < first || message.wire[begin] > last)
        return fail(AURA_MALFORMED, begin, "string", "the string begins outside its first interval");
    message.model = NULL;
    for (uint32_t at = 0; at < message.codec->count && message.model == NULL; at++)
        if (aura_are_equal(message.codec->models[at]->id, message.wire + 1, AURALITE_MODEL_ID_SIZE))
            message.model = &message.codec->models[at]->context;
    if (message.model == NULL)
        return fail(AURA_UNKNOWN_MODEL, 1, "model_id", "no model with this id is held");
    message.wire += begin;
    message.size -= begin;
    const ptrdiff_t length = read_with(&message, read);
    if (length == FAILED)
        aura_here.error.offset = (uint32_t)begin;
    return length;
}

static ptrdiff_t read_stored(const reading *message)
{
    aura_here.error = (aura_error){0};
    size_t length;
    if (!aura_fits(message->size - 1, message->max_size, SIZE_MAX, &length, &aura_here.error))
        return FAILED;
    return aura_give(message->wire + 1, length);
}

ptrdiff_t aura_read_message(const aura_codec *codec, const aura_held_model *implied, const uint8_t *wire, size_t size,
                            size_t max_size)
{
    const reading message = {codec, implied == NULL ? NULL : &implied->context, wire, size, max_size};
    if (size == 0)
        return fail(AURA_TRUNCATED, 0, "marker", "the message is empty");
    if (wire[0] >= MARKER_AURALITE_COMPACT)
        return read_with_model(&message, read_auralite);
    if (wire[0] >= MARKER_ADAPTIVE_COMPACT && wire[0] < MARKER_ADAPTIVE_COMPACT_END)
        return read_with_model(&message, read_adaptive);
    switch (wire[0]) {
    case MARKER_CLASSIC:
        return read_with(&message, read_classic);
    case MARKER_BRIO:
        if (size > VERSION_PLACE && wire[VERSION_PLACE] == BRIO2_VERSION)
            return aura_read_container(wire + 1, size - 1, NULL, 0, max_size);
        return aura_read_tokens(codec, wire + 1, size - 1, max_size);
    case MARKER_AURALITE_EXPLICIT:
        return read_named(message, MARKER_AURALITE_COMPACT, MARKER_AURALITE_COMPACT_END - 1, read_auralite);
    case MARKER_TYPED:
        return read_with(&message, read_typed);
    case MARKER_STORED:
        return read_stored(&message);
    case MARKER_MODELLED:
        return read_with_model(&message, read_modelled);
    case MARKER_ADAPTIVE_EXPLICIT:
        return read_named(message, MARKER_ADAPTIVE_COMPACT, MARKER_ADAPTIVE_COMPACT_END - 1, read_adaptive);
    case MARKER_FUZZY:
        return read_with_model(&message, read_fuzzy);
    }
    aura_here.error = (aura_error){.number = wire[0]};
    aura_fail(&aura_here.error, AURA_UNSUPPORTED, 0, "marker", "marker %u is not read here");
    return FAILED;
}

/* Read the message that is the input, of at most `max_size` bytes. Gives its length, or FAILED. */
ptrdiff_t EXPORT(aura_decompress)(const aura_codec *codec, size_t size, size_t max_size)
{
    return aura_read_message(codec, codec->model, aura_here.input.start, size, max_size);
}

/* Read a tagged message (rules TAG-5 to TAG-7). As above. */
ptrdiff_t EXPORT(aura_decompress_tagged)(const aura_codec *codec, size_t size, size_t max_size)
{
    const uint8_t *wire = aura_here.input.start;
    if (size < TAG_SIZE)
        return fail(AURA_TRUNCATED, size, "tag", "the message ends inside its tag");
    const bool is_own = wire[0] == aura_model_tag(codec);
    if (!is_own && wire[0] > 0)
        return fail(AURA_UNKNOWN_MODEL, 0, "model_tag", "the tag is of another model");
    const uint8_t check = wire[1];
    const ptrdiff_t length =
        aura_read_message(codec, is_own ? codec->model : NULL, wire + TAG_SIZE, size - TAG_SIZE, max_size);
    if (length == FAILED)
        aura_here.error.offset += TAG_SIZE;
    else if (aura_content_check(aura_here.result, (size_t)length) != check)
        return fail(AURA_CHECKSUM_MISMATCH, 1, "check", "the check of the content differs from the tag");
    return length;
}
