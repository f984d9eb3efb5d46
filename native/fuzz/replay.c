/* Runs a fuzz target without libFuzzer: `replay MUTATIONS FILE…` tries each file, and that many mutations of it. */
#include "check.h"

#include <stdio.h>

#define MAX_INPUT (1 << 20)

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint32_t random_below(uint32_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % bound;
}

/* Change, cut or lengthen an input of `size` bytes. */
static size_t mutate(uint8_t *data, size_t size)
{
    for (uint32_t left = 1 + random_below(3); left > 0 && size > 0; left--)
        data[random_below((uint32_t)size)] = (uint8_t)random_below(256);
    if (random_below(4) == 0)
        return random_below((uint32_t)size + 1);
    if (random_below(4) == 0 && size < MAX_INPUT)
        data[size++] = (uint8_t)random_below(256);
    return size;
}

int main(int count, char **arguments)
{
    uint8_t *data = malloc(MAX_INPUT), *mutant = malloc(MAX_INPUT);
    long tried = 0;
    for (int place = 2; place < count; place++) {
        FILE *file = fopen(arguments[place], "rb");
        if (file == NULL)
            return 1;
        const size_t size = fread(data, 1, MAX_INPUT, file);
        fclose(file);
        LLVMFuzzerTestOneInput(data, size);
        tried++;
        for (long left = atol(arguments[1]); left > 0; left--, tried++) {
            memcpy(mutant, data, size);
            const size_t changed = mutate(mutant, size);
            LLVMFuzzerTestOneInput(mutant, changed);
        }
    }
    printf("%ld inputs\n", tried);
    free(data);
    free(mutant);
    return 0;
}
