/* A model file: its sections, and what they hold of a context model (rules MDL-1 to MDL-3). */
#include "model.h"

#include "char_runs.h"
#include "crc32.h"
#include "prefix.h"
#include "trie.h"

#define HEAD_SIZE 6
#define SECTION_HEAD_SIZE 9

static uint32_t number_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Check that the file has the form of rule MDL-1. */
static bool check_form(const uint8_t *data, size_t size, aura_error *error)
{
    static const uint8_t MAGIC[] = {'A', 'U', 'R', 'M'};
    if (size > MODEL_MAX_FILE)
        return aura_fail(error, AURA_LIMIT_EXCEEDED, 0, "", "a model file is larger than 67108864 bytes");
    if (size >= sizeof MAGIC && !aura_are_equal(data, MAGIC, sizeof MAGIC))
        return aura_fail(error, AURA_MALFORMED, 0, "magic", "this is not a model file");
    if (size > sizeof MAGIC && data[sizeof MAGIC] != MODEL_VERSION)
        return aura_fail(error, AURA_UNSUPPORTED, sizeof MAGIC, "version", "the version is unknown");
    if (size < HEAD_SIZE)
        return aura_fail(error, AURA_TRUNCATED, size, "", "the file ends in its head");
    size_t position = HEAD_SIZE;
    for (uint32_t left = data[HEAD_SIZE - 1]; left > 0; left--) {
        if (size - position < SECTION_HEAD_SIZE)
            return aura_fail(error, AURA_TRUNCATED, size, "sections", "the file ends in the head of a section");
        const size_t length = number_at(data + position + 1);
        position += SECTION_HEAD_SIZE;
        if (size - position < length)
            return aura_fail(error, AURA_TRUNCATED, size, "sections.content", "the file ends in a section");
        position += length;
    }
    return position == size ||
           aura_fail(error, AURA_MALFORMED, position, "", "bytes follow the last section");
}

static const aura_section *find_section(const aura_model_file *file, uint8_t type)
{
    for (uint32_t place = 0; place < file->count; place++)
        if (file->sections[place].type == type)
            return &file->sections[place];
    return NULL;
}

static bool is_known(uint8_t type)
{
    return (type >= MODEL_TRIE && type <= MODEL_CHAR_RUNS) || type == MODEL_METADATA;
}

/* Check the sections of a file of that form one after the other (rules MDL-1 to MDL-3 and MDL-9). */
static bool read_sections(aura_model_file *file, const uint8_t *data, aura_error *error)
{
    size_t position = HEAD_SIZE;
    uint32_t last = 0;
    file->count = 0;
    for (uint32_t place = 0; place < data[HEAD_SIZE - 1]; place++) {
        const aura_section section = {data[position], (uint32_t)(position + SECTION_HEAD_SIZE),
                                      number_at(data + position + 1), number_at(data + position + 5)};
        if (place > 0 && section.type <= last)
            return aura_fail(error, AURA_MALFORMED, 0, "sections.type", "sections do not ascend");
        if (section.type < MODEL_FIRST_OPTIONAL && !is_known(section.type))
            return aura_fail(error, AURA_UNSUPPORTED, 0, "sections.type", "a section has an unknown type");
        if (aura_crc32(data + section.offset, section.size) != section.crc)
            return aura_fail(error, AURA_CHECKSUM_MISMATCH, 0, "sections.crc", "the CRC of a section disagrees");
        if (section.type == MODEL_METADATA && section.size > MODEL_MAX_METADATA)
            return aura_fail(error, AURA_LIMIT_EXCEEDED, 0, "sections.length",
                             "the metadata have more than 16384 bytes");
        if (is_known(section.type))
            file->sections[file->count++] = section;
        last = section.type;
        position = (size_t)section.offset + section.size;
    }
    if (find_section(file, MODEL_TRIE) == NULL || find_section(file, MODEL_MATCH) == NULL)
        return aura_fail(error, AURA_MALFORMED, 0, "sections", "a required section is missing");
    return true;
}

/* Read the match model's table. */
static bool read_hits(aura_context_model *model, const uint8_t *section, size_t size, aura_error *error)
{
    if (size < 2 * MATCH_HITS)
        return aura_fail(error, AURA_TRUNCATED, size, "hits", "the table ends early");
    for (uint32_t hit = 0; hit < MATCH_HITS; hit++) {
        model->hits[hit] = (uint16_t)(section[2 * hit] << 8 | section[2 * hit + 1]);
        if (model->hits[hit] < 1 || model->hits[hit] >= MATCH_TOTAL)
            return aura_fail(error, AURA_MALFORMED, 0, "hits", "a probability is not in 1..4095");
    }
    return size == 2 * MATCH_HITS ||
           aura_fail(error, AURA_MALFORMED, 2 * MATCH_HITS, "hits", "bytes follow the table");
}

/* Read the contents in the order of rule MDL-2. */
static bool read_contents(aura_context_model *model, const aura_model_file *file, const uint8_t *data,
                          const aura_allocator *allocator, aura_error *error)
{
    const aura_section *section = find_section(file, MODEL_TRIE);
    if (section == NULL || !aura_trie_read(model, data + section->offset, section->size, allocator, error))
        return false;
    section = find_section(file, MODEL_MATCH);
    if (section == NULL || !read_hits(model, data + section->offset, section->size, error))
        return false;
    section = find_section(file, MODEL_CHAR_RUNS);
    if (section != NULL && !aura_char_runs_read(model, data + section->offset, section->size, allocator, error))
        return false;
    section = find_section(file, MODEL_PREFIX);
    return section == NULL ||
           aura_prefix_read(&model->prefix, data + section->offset, section->size, allocator, error);
}

bool aura_model_read(aura_context_model *model, aura_model_file *file, const uint8_t *data, size_t size,
                     bool keeps_codes, const aura_allocator *allocator, aura_error *error)
{
    memset(model, 0, sizeof *model);
    model->keeps_codes = keeps_codes;
    *error = (aura_error){0};
    if (check_form(data, size, error) && read_sections(file, data, error) &&
        read_contents(model, file, data, allocator, error))
        return true;
    aura_context_model_free(model, allocator);
    return false;
}
