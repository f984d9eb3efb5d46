/* Fuzz target: model files, and messages with them.
 *
 * An input is the length of a message, two bytes, little endian, the message, and a model file, whose checksums are
 * mended. */
#include "../crc32.h"
#include "../model.h"
#include "messages.h"
#include "templates.h"

static void mend(uint8_t *data, size_t size)
{
    for (size_t position = 6; position + 9 <= size;) {
        uint8_t *head = data + position;
        const size_t length = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
        position += 9;
        if (size - position < length)
            return;
        const uint32_t crc = aura_crc32(data + position, length);
        for (int byte = 0; byte < 4; byte++)
            head[5 + byte] = (uint8_t)(crc >> (24 - 8 * byte));
        position += length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t length = (size_t)data[1] << 8 | data[0];
    if (length > size - 2)
        length = size - 2;
    const size_t file_size = size - 2 - length;
    uint8_t *file = copy_of(data + 2 + length, file_size);
    mend(file, file_size);
    aura_context_model model;
    aura_model_file sections;
    aura_error error;
    if (aura_model_read(&model, &sections, file, file_size, length % 2 == 0, &AURA_HEAP, &error)) {
        aura_workspace *space = calloc(1, sizeof *space);
        check_message(&model, space, data + 2, length);
        check_templates(&model, space, data + 2, length);
        free(space);
        aura_context_model_free(&model, &AURA_HEAP);
    }
    free(file);
    return 0;
}
