/* Models for the host. */
#include "host.h"

/* Read the model file that is the input, and keep its codes if someone will look at them; the model, or 0. */
aura_held_model *EXPORT(aura_read_model)(size_t size, bool keeps_codes)
{
    aura_held_model *model = aura_allocate(&AURA_MEMORY, sizeof *model);
    if (model == NULL) {
        aura_no_memory();
        return NULL;
    }
    memset(model->id, 0, sizeof model->id);
    if (aura_model_read(&model->context, &model->file, aura_here.input.start, size, keeps_codes, &AURA_MEMORY,
                        &aura_here.error))
        return model;
    aura_release(&AURA_MEMORY, model);
    return NULL;
}

/* Take the input as the id of a model. */
void EXPORT(aura_identify_model)(aura_held_model *model)
{
    memcpy(model->id, aura_here.input.start, sizeof model->id);
}

/* Give a model back, which nothing uses any more. */
void EXPORT(aura_free_model)(aura_held_model *model)
{
    aura_context_model_free(&model->context, &AURA_MEMORY);
    aura_release(&AURA_MEMORY, model);
}

/* Where the content of a section stands in the file, and its size; 0 if there is none. */
static const aura_section *section_of(const aura_held_model *model, uint32_t type)
{
    for (uint32_t place = 0; place < model->file.count; place++)
        if (model->file.sections[place].type == type)
            return &model->file.sections[place];
    return NULL;
}

uint32_t EXPORT(aura_section_offset)(const aura_held_model *model, uint32_t type)
{
    const aura_section *section = section_of(model, type);
    return section == NULL ? 0 : section->offset;
}

uint32_t EXPORT(aura_section_size)(const aura_held_model *model, uint32_t type)
{
    const aura_section *section = section_of(model, type);
    return section == NULL ? 0 : section->size;
}
