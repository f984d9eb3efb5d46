/* Which messages are tried first. */
#include "selection.h"

static bool tries_adaptive(aura_trigrams *trigrams, const aura_policy *policy, const uint8_t *data, size_t size)
{
    if (size > policy->max_adaptive || size > AURA_MAX_TRIGRAMS)
        return false;
    size_t least = policy->min_repeats;
    if (policy->repeats_share > 0 && size / policy->repeats_share > least)
        least = size / policy->repeats_share;
    return aura_repeats(trigrams, data, size, least);
}

/* The size of a string, 0 if it has more bytes than a stored message. */
static size_t write(const aura_context_model *model, aura_workspace *workspace, aura_method method,
                    const uint8_t *data, size_t size, uint8_t *out)
{
    aura_error error; /* there is no room for a longer string */
    const size_t length = aura_encode(model, workspace, method, data, size, out, size + 1 + RANGE_CODER_MAX_OMITTED,
                                      &error);
    return length <= size + 1 ? length : 0;
}

aura_tried aura_try(const aura_context_model *model, aura_workspace *workspace, aura_trigrams *trigrams,
                    const aura_policy *policy, const uint8_t *data, size_t size, uint8_t *out)
{
    aura_tried tried = {.tries_adaptive = tries_adaptive(trigrams, policy, data, size)};
    tried.tries_auralite = size <= policy->max_auralite && !(policy->is_instead && tried.tries_adaptive);
    if (tried.tries_auralite)
        tried.auralite = write(model, workspace, AURA_AURALITE, data, size, out);
    if (tried.tries_adaptive)
        tried.adaptive =
            write(model, workspace, AURA_ADAPTIVE, data, size, out + size + 1 + RANGE_CODER_MAX_OMITTED);
    return tried;
}
