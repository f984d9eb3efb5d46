/* Fuzz target: messages, with the model in the file that AURA_FUZZ_MODEL names. */
#include "../model.h"
#include "check.h"

#include <stdio.h>

static aura_context_model model;
static aura_workspace *space;

static void read_model(void)
{
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
    if (!aura_model_read(&model, &sections, data, size, &AURA_HEAP, &error))
        abort();
    free(data);
    space = calloc(1, sizeof *space);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (space == NULL)
        read_model();
    check_message(&model, space, data, size);
    return 0;
}
