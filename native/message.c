/* Whole messages: which method codes them. */
#include "message.h"

#include "auralite.h"

size_t aura_encode(const aura_context_model *model, aura_workspace *workspace, aura_method method, const uint8_t *data,
                   size_t size, uint8_t *out, size_t capacity, aura_error *error)
{
    if (method == AURA_ADAPTIVE)
        return aura_local_model_encode(model, &workspace->local, data, size, out, capacity, error);
    return aura_auralite_encode(model, &workspace->match, data, size, out, capacity, error);
}

bool aura_decode(const aura_context_model *model, aura_workspace *workspace, aura_method method, const uint8_t *string,
                 size_t size, size_t max_size, uint8_t *out, size_t capacity, size_t *length, aura_error *error)
{
    if (method == AURA_ADAPTIVE)
        return aura_local_model_decode(model, &workspace->local, string, size, max_size, out, capacity, length, error);
    return aura_auralite_decode(model, &workspace->match, string, size, max_size, out, capacity, length, error);
}
