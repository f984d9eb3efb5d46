/* The match model: where a match begins, and the two ends of a message. */
#include "match.h"

aura_match aura_match_start(aura_match_table *table, const aura_context_model *model, const uint8_t *text)
{
    return (aura_match){.table = table, .model = model, .text = text, .source = text};
}

void aura_match_end(aura_match *match, size_t size)
{
    aura_match_table *table = match->table;
    table->base += (uint32_t)size;
    if (table->base > UINT32_MAX - 2 * LIMITS_MAX_MODELLED) {
        memset(table->slots, 0, sizeof table->slots);
        table->base = 0;
    }
}

void aura_match_try(aura_match *match, uint32_t held, uint32_t position)
{
    const uint8_t *text = match->text;
    const uint32_t longest = held < MATCH_MAX_LENGTH ? held : MATCH_MAX_LENGTH;
    uint32_t length = 0;
    while (length < longest && text[held - 1 - length] == text[position - 1 - length])
        length++;
    if (length < MATCH_MIN_LENGTH)
        return;
    match->source = text;
    match->pointer = held;
    match->length = length;
}

void aura_match_try_prefix(aura_match *match, uint32_t position)
{
    const uint32_t place = aura_prefix_find(&match->model->prefix, match->text + position - PREFIX_LENGTH);
    if (place == 0)
        return;
    match->source = match->model->prefix.text;
    match->pointer = place;
    match->length = PREFIX_LENGTH;
}
