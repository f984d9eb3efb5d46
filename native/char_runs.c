/* The lists for character runs in a model file (rule RUN-3). */
#include "char_runs.h"

#define KINDS ((CHAR_RUNS_STATES - 1) / CHAR_RUNS_MAX_LENGTH)
#define SET_SIZE ((CONTEXT_MODEL_SYMBOLS + 7) / 8)
#define HEAD_SIZE 4

static const char MISSING[] = "the message ends inside a field";

/* A kind as it stands in the section: four numbers, a set of symbols and lists of codes. */
typedef struct {
    uint32_t kind, order, first, count, symbols;
    size_t codes; /* where the lists stand in the section */
} run_kind;

static bool has_symbol(const uint8_t *set, uint32_t symbol)
{
    return set[symbol >> 3] >> (symbol & 7) & 1;
}

/* Read a kind from `*position` on. Fields are judged in their order, each when it has been read. */
static bool read_kind(const uint8_t *section, size_t size, size_t *position, run_kind *kind, aura_error *error)
{
    static const char *const PATHS[] = {"kinds.kind", "kinds.order", "kinds.first", "kinds.count"};
    static const char *const REASONS[] = {"the kind is unknown", "the order is too high", "a run has no length",
                                          "there are no lists"};
    const size_t begin = *position;
    uint32_t numbers[HEAD_SIZE];
    for (uint32_t field = 0; field < HEAD_SIZE; field++) {
        if (begin + field >= size)
            return aura_fail(error, AURA_TRUNCATED, size, PATHS[field], MISSING);
        numbers[field] = section[begin + field];
        const bool is_kept[] = {numbers[field] < KINDS, numbers[field] <= CONTEXT_MODEL_MAX_ORDER, numbers[field] > 0,
                                numbers[field] > 0};
        if (!is_kept[field])
            return aura_fail(error, AURA_MALFORMED, begin + field, PATHS[field], REASONS[field]);
    }
    *kind = (run_kind){.kind = numbers[0], .order = numbers[1], .first = numbers[2], .count = numbers[3]};
    const size_t set = begin + HEAD_SIZE;
    if (size - set < SET_SIZE)
        return aura_fail(error, AURA_TRUNCATED, size, "kinds.symbols", MISSING);
    for (uint32_t symbol = 0; symbol < 8 * SET_SIZE; symbol++)
        kind->symbols += has_symbol(section + set, symbol);
    if (kind->symbols == 0 || section[set + SET_SIZE - 1] > 1)
        return aura_fail(error, AURA_MALFORMED, set, "kinds.symbols", "the set is empty, or has a bit above 256");
    kind->codes = *position = set + SET_SIZE;
    for (uint32_t list = 0; list < kind->count; list++, *position += kind->symbols + 1) {
        if (size - *position < kind->symbols + 1)
            return aura_fail(error, AURA_TRUNCATED, size, "kinds.lists", MISSING);
        for (uint32_t code = 0; code <= kind->symbols; code++)
            if (section[*position + code] >= CONTEXT_MODEL_CODES)
                return aura_fail(error, AURA_MALFORMED, *position, "kinds.lists", "a code has more than six bits");
    }
    if (kind->first + kind->count > CHAR_RUNS_MAX_LENGTH + 1)
        return aura_fail(error, AURA_MALFORMED, begin, "kinds", "a list is for too long a run");
    return true;
}

bool aura_char_runs_read(aura_context_model *model, const uint8_t *section, size_t size,
                         const aura_allocator *allocator, aura_error *error)
{
    if (size == 0)
        return aura_fail(error, AURA_TRUNCATED, size, "count", MISSING);
    const uint32_t count = section[0];
    run_kind kinds[KINDS];
    bool is_ascending = true;
    size_t position = 1;
    for (uint32_t place = 0, last = 0; place < count; place++) {
        run_kind kind;
        if (!read_kind(section, size, &position, &kind, error))
            return false;
        is_ascending = is_ascending && (place == 0 || kind.kind > last);
        last = kind.kind;
        if (is_ascending) /* so there are KINDS of them at most */
            kinds[place] = kind;
    }
    if (position < size)
        return aura_fail(error, AURA_MALFORMED, position, "", "bytes follow the end of the structure");
    if (!is_ascending)
        return aura_fail(error, AURA_MALFORMED, 1, "kinds.kind", "kinds do not ascend");
    /* the symbols of each kind, then the section itself, where the codes stand */
    const size_t symbols_size = (size_t)count * CONTEXT_MODEL_SYMBOLS * sizeof(uint16_t);
    model->char_runs_memory = aura_allocate(allocator, symbols_size + size);
    if (model->char_runs_memory == NULL)
        return aura_fail(error, AURA_NO_MEMORY, 0, "", "there is no memory for the lists");
    uint16_t *symbols = (uint16_t *)(void *)model->char_runs_memory;
    uint8_t *copy = model->char_runs_memory + symbols_size;
    memcpy(copy, section, size);
    model->has_char_runs = count > 0;
    for (uint32_t place = 0; place < count; place++, symbols += CONTEXT_MODEL_SYMBOLS) {
        const run_kind *kind = &kinds[place];
        const uint8_t *set = copy + kind->codes - SET_SIZE;
        for (uint32_t symbol = 0, at = 0; symbol < CONTEXT_MODEL_SYMBOLS; symbol++)
            if (has_symbol(set, symbol))
                symbols[at++] = (uint16_t)symbol;
        const uint32_t order = kind->order < model->order ? kind->order : model->order;
        for (uint32_t list = 0; list < kind->count; list++)
            model->char_runs[CHAR_RUNS_MAX_LENGTH * kind->kind + kind->first + list] = (aura_char_run_list){
                .bound = model->ends[order],
                .count = (uint16_t)kind->symbols,
                .order = (uint8_t)kind->order,
                .symbols = symbols,
                .codes = copy + kind->codes + (size_t)list * (kind->symbols + 1),
            };
    }
    return true;
}
