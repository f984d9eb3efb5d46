/* Fuzz target: messages, with the model in the file that AURA_FUZZ_MODEL names. */
#include "given_model.h"
#include "messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static aura_workspace *space;
    if (space == NULL)
        space = calloc(1, sizeof *space);
    check_message(given_model(), space, data, size);
    return 0;
}
