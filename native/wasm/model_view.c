/* What a model holds, for those who look into it: numbers, and where arrays stand in the memory of the module. */
#include "host.h"

uint32_t EXPORT(aura_model_contexts)(const aura_held_model *model)
{
    return model->context.contexts;
}

uint32_t EXPORT(aura_model_entries)(const aura_held_model *model)
{
    return model->context.entries;
}

/* The packed words, each of 64 bits, the lowest byte first; and how many they are. */
const uint64_t *EXPORT(aura_model_words)(const aura_held_model *model)
{
    return model->context.words;
}

uint32_t EXPORT(aura_model_size)(const aura_held_model *model)
{
    return model->context.size;
}

/* The codes of the words, a byte each; 0 if they were not kept. */
const uint8_t *EXPORT(aura_model_codes)(const aura_held_model *model)
{
    return model->context.codes;
}

/* The place of the context in which messages begin. */
uint32_t EXPORT(aura_model_initial)(const aura_held_model *model)
{
    return model->context.initial;
}

/* The table of the match model, MATCH_HITS numbers of 16 bits. */
const uint16_t *EXPORT(aura_model_hits)(const aura_held_model *model)
{
    return model->context.hits;
}

/* The prefix: its size, its text, and its PREFIX_HITS numbers of 16 bits. */
uint32_t EXPORT(aura_model_prefix_size)(const aura_held_model *model)
{
    return model->context.prefix.size;
}

const uint8_t *EXPORT(aura_model_prefix)(const aura_held_model *model)
{
    return model->context.prefix.text;
}

const uint16_t *EXPORT(aura_model_prefix_hits)(const aura_held_model *model)
{
    return model->context.prefix.hits;
}

/* The list for a state, or 0 if there is none: how many symbols it has, its order, where the symbols stand, of 16 bits
 * each, and where their codes, a byte each, and behind them that of the escape. */
const aura_char_run_list *EXPORT(aura_model_list)(const aura_held_model *model, uint32_t state)
{
    const aura_char_run_list *list = state < CHAR_RUNS_STATES ? &model->context.char_runs[state] : NULL;
    return list != NULL && model->context.has_char_runs && list->bound > 0 ? list : NULL;
}

uint32_t EXPORT(aura_list_count)(const aura_char_run_list *list)
{
    return list->count;
}

uint32_t EXPORT(aura_list_order)(const aura_char_run_list *list)
{
    return list->order;
}

const uint16_t *EXPORT(aura_list_symbols)(const aura_char_run_list *list)
{
    return list->symbols;
}

const uint8_t *EXPORT(aura_list_codes)(const aura_char_run_list *list)
{
    return list->codes;
}
