/* The model of a fuzz target: in the file that AURA_FUZZ_MODEL names. */
#ifndef AURA_FUZZ_GIVEN_MODEL_H
#define AURA_FUZZ_GIVEN_MODEL_H

#include "../heap.h"
#include "../model.h"

#include <stdio.h>

/* The model, read when it is first asked for. */
static const aura_context_model *given_model(void)
{
    static aura_context_model model;
    static bool is_read;
    if (is_read)
        return &model;
    const char *path = getenv("AURA_FUZZ_MODEL");
    FILE *file = path != NULL ? fopen(path, "rb") : NULL;
    if (file == NULL)
        abort();
    const size_t room = 1 << 22;
    uint8_t *data = malloc(room);
    const size_t size = fread(data, 1, room, file);
    fclose(file);
    aura_model_file sections;
    aura_error error;
    is_read = aura_model_read(&model, &sections, data, size, false, &AURA_HEAP, &error);
    free(data);
    if (!is_read)
        abort();
    return &model;
}

#endif
