/* Fuzz target: libraries of templates that an input tells, the matcher, and frames, with the model in the file that
 * AURA_FUZZ_MODEL names.
 *
 * An input is a message. It is told, too, which templates there are, as make_told reads them, and then the message. */
#include "given_model.h"
#include "templates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static aura_workspace *space;
    if (space == NULL)
        space = calloc(1, sizeof *space);
    uint8_t *copy = copy_of(data, size);
    check_templates(given_model(), space, copy, size);
    free(copy);
    return 0;
}
