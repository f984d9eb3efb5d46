/* AURALITE messages of a batch, some of them side by side: a symbol of each in turn. */
#include "auralite_batch.h"

#include "char_runs.h"

/* A message while it is coded. */
typedef struct {
    aura_job *job;
    aura_match match;
    aura_position position;
    uint32_t place;
    union {
        aura_range_encoder encoder;
        aura_range_decoder decoder;
    };
} lane;

/* What all lanes share. */
typedef struct {
    const aura_context_model *model;
    uint32_t longest; /* bytes of a decoded message */
} batch;

/* Begin a message; false if there is nothing to be done. */
static bool start_encoding(const batch *all, lane *self, aura_job *job, aura_match_table *table)
{
    *self = (lane){
        .job = job,
        .match = aura_match_start(table, all->model, job->data),
        .position = {all->model->initial, CHAR_RUNS_NO_RUN},
        .encoder = aura_range_encoder_of(job->out, job->capacity, RANGE_CODER_START,
                                         (uint32_t)(RANGE_CODER_END - RANGE_CODER_START)),
    };
    if (job->size <= LIMITS_MAX_MODELLED)
        return true;
    return aura_fail(&job->error, AURA_TOO_LONG, 0, "", "AURALITE codes at most 1048576 bytes");
}

/* Code the next symbol; false once the message is done. */
static bool encode_next(const batch *all, lane *self)
{
    aura_job *job = self->job;
    const uint32_t place = self->place, symbol = place < job->size ? job->data[place] : CONTEXT_MODEL_END;
    aura_match_look(&self->match, place);
    self->position.context =
        aura_auralite_encode_symbol(all->model, self->position, &self->match, symbol, &self->encoder);
    if (symbol != CONTEXT_MODEL_END && !self->encoder.is_full) {
        self->position.state = aura_after(self->position.state, symbol);
        self->place++;
        return true;
    }
    aura_match_end(&self->match, job->size);
    job->length = aura_range_finish(&self->encoder);
    if (job->length == 0)
        aura_fail(&job->error, AURA_NO_SPACE, 0, "", "the buffer is too small");
    return false;
}

static bool start_decoding(const batch *all, lane *self, aura_job *job, aura_match_table *table)
{
    *self = (lane){
        .job = job,
        .match = aura_match_start(table, all->model, job->out),
        .position = {all->model->initial, CHAR_RUNS_NO_RUN},
    };
    return aura_range_start(&self->decoder, job->data, job->size, RANGE_CODER_START,
                            (uint32_t)(RANGE_CODER_END - RANGE_CODER_START), &job->error);
}

static bool decode_next(const batch *all, lane *self)
{
    aura_job *job = self->job;
    const uint32_t place = self->place;
    aura_match_look(&self->match, place);
    const uint32_t symbol = aura_auralite_decode_symbol(all->model, &self->position, &self->match, &self->decoder);
    if (job->error.code == AURA_OK && symbol != CONTEXT_MODEL_END &&
        aura_has_room(&job->error, place, all->longest, job->capacity)) {
        job->out[place] = (uint8_t)symbol;
        self->position.state = aura_after(self->position.state, symbol);
        self->place++;
        return true;
    }
    aura_match_end(&self->match, place);
    if (job->error.code == AURA_OK)
        aura_range_check_end(&self->decoder);
    job->length = place;
    return false;
}

typedef bool start_function(const batch *all, lane *self, aura_job *job, aura_match_table *table);
typedef bool next_function(const batch *all, lane *self);

/* Begin the next message for which there is something to do; false if there is none left. */
static bool start_next(const batch *all, lane *self, aura_job **job, const aura_job *end, aura_match_table *table,
                       start_function *start)
{
    while (*job < end) {
        (*job)->error = (aura_error){0};
        (*job)->length = 0;
        if (start(all, self, (*job)++, table))
            return true;
    }
    return false;
}

static inline void code_all(const batch *all, aura_match_table *tables, aura_job *job, const aura_job *end,
                            start_function *start, next_function *code_next)
{
    const uint64_t *words = all->model->words;
    lane lanes[AURA_TOGETHER];
    size_t active = 0;
    while (active < AURA_TOGETHER && start_next(all, &lanes[active], &job, end, &tables[active], start))
        active++;
    while (active > 0) {
        for (size_t at = 0; at < active;) {
            lane *self = &lanes[at];
            /* a context comes while others are coded, and so does its suffix, for an escape */
            const uint32_t next = lanes[at + 1 < active ? at + 1 : 0].position.context;
            aura_prefetch(words + aura_suffix_of(words[next]));
            if (code_next(all, self)) {
                aura_prefetch(words + self->position.context);
                at++;
            } else if (start_next(all, self, &job, end, self->match.table, start)) {
                at++;
            } else {
                lanes[at] = lanes[--active];
            }
        }
    }
}

void aura_auralite_encode_batch(const aura_context_model *model, aura_match_table *tables, aura_job *jobs,
                                size_t count)
{
    const batch all = {.model = model};
    code_all(&all, tables, jobs, jobs + count, start_encoding, encode_next);
}

void aura_auralite_decode_batch(const aura_context_model *model, aura_match_table *tables, aura_job *jobs,
                                size_t count, size_t max_size)
{
    const batch all = {model, max_size < LIMITS_MAX_MODELLED ? (uint32_t)max_size : LIMITS_MAX_MODELLED};
    code_all(&all, tables, jobs, jobs + count, start_decoding, decode_next);
}
