/* The trie section before its levels (rules TRI-1 to TRI-3 and TRI-8). */
#include "trie_section.h"

bool aura_trie_check_tables(const uint8_t *data, size_t size, aura_error *error)
{
    size_t position = 0;
    for (uint32_t table = 0; table < TRIE_TABLES; table++) {
        if (size - position < 2)
            return aura_fail(error, AURA_TRUNCATED, 0, "payload", "the tables end inside a table");
        const uint32_t symbols = (uint32_t)data[position] << 8 | data[position + 1];
        position += 2;
        if (size - position < symbols)
            return aura_fail(error, AURA_TRUNCATED, 0, "payload", "the tables end inside a table");
        uint32_t largest = 0;
        for (uint32_t symbol = 0; symbol < symbols; symbol++)
            if (data[position + symbol] > largest)
                largest = data[position + symbol];
        if (symbols > CONTEXT_MODEL_SYMBOLS || (symbols > 0 && largest == 0) || largest > CONTEXT_MODEL_CODES)
            return aura_fail(error, AURA_MALFORMED, 0, "payload",
                             "a table has too many symbols, or none that occurs, or a code above 64");
        position += symbols;
    }
    return position == size || aura_fail(error, AURA_MALFORMED, 0, "payload", "bytes follow the last table");
}

static uint32_t number_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

bool aura_trie_read_section(aura_trie_section *section, const uint8_t *data, size_t size, aura_error *error)
{
    static const char MISSING[] = "the message ends inside a field";
    const size_t codes = 1, lanes = codes + CONTEXT_MODEL_SYMBOLS, tables = lanes + 1, length = tables + 4,
                 frequencies = length + 4, payload = frequencies + 2 * RANS_SYMBOLS;
    if (size < codes)
        return aura_fail(error, AURA_TRUNCATED, size, "order", MISSING);
    section->order = data[0];
    if (section->order < 1 || section->order > CONTEXT_MODEL_MAX_ORDER)
        return aura_fail(error, AURA_MALFORMED, 0, "order", "the order is not in 1..32");
    if (size < lanes)
        return aura_fail(error, AURA_TRUNCATED, size, "root_codes", MISSING);
    section->root_codes = data + codes;
    for (uint32_t symbol = 0; symbol < CONTEXT_MODEL_SYMBOLS; symbol++)
        if (section->root_codes[symbol] >= CONTEXT_MODEL_CODES)
            return aura_fail(error, AURA_MALFORMED, codes, "root_codes", "a code of the root is above 63");
    if (size < tables)
        return aura_fail(error, AURA_TRUNCATED, size, "lanes_exponent", MISSING);
    if (data[lanes] > INTERLEAVED_RANS_MAX_LANES_EXPONENT)
        return aura_fail(error, AURA_MALFORMED, lanes, "lanes_exponent", "there are too many lanes");
    section->lanes = (uint32_t)1 << data[lanes];
    if (size < length)
        return aura_fail(error, AURA_TRUNCATED, size, "tables_length", MISSING);
    section->tables_length = number_at(data + tables);
    if (section->tables_length > TRIE_MAX_TABLE_BYTES)
        return aura_fail(error, AURA_MALFORMED, tables, "tables_length", "the tables are too long");
    if (size < frequencies)
        return aura_fail(error, AURA_TRUNCATED, size, "payload_length", MISSING);
    section->payload_length = number_at(data + length);
    if (size < payload)
        return aura_fail(error, AURA_TRUNCATED, size, "frequencies", MISSING);
    uint32_t sum = 0;
    bool is_positive = true;
    for (uint32_t symbol = 0; symbol < RANS_SYMBOLS; symbol++) {
        const uint8_t *number = data + frequencies + 2 * symbol;
        section->frequencies[symbol] = (uint16_t)(number[0] << 8 | number[1]);
        sum += section->frequencies[symbol];
        is_positive = is_positive && section->frequencies[symbol] > 0;
    }
    if (!is_positive || sum != RANS_TOTAL)
        return aura_fail(error, AURA_MALFORMED, frequencies, "frequencies",
                         "the frequencies are not all positive with sum 4096");
    if (size - payload < section->payload_length)
        return aura_fail(error, AURA_TRUNCATED, size, "payload", MISSING);
    section->payload = data + payload;
    section->words = section->payload + section->payload_length;
    section->words_size = size - payload - section->payload_length;
    if (section->words_size % 2 != 0)
        return aura_fail(error, AURA_MALFORMED, size - section->words_size, "words", "the words end inside a word");
    return true;
}

void aura_trie_classify(uint8_t classes[CONTEXT_MODEL_SYMBOLS + 1])
{
    uint8_t class = 0;
    for (uint32_t length = 0; length <= CONTEXT_MODEL_SYMBOLS; length++) {
        while (class < sizeof TRIE_SIZE_BOUNDS && length >= TRIE_SIZE_BOUNDS[class])
            class++;
        classes[length] = class;
    }
}

uint32_t aura_trie_entry_limit(size_t size)
{
    const uint64_t limit = (1 << 16) + 32 * (uint64_t)size;
    return limit < TRIE_MAX_ENTRIES ? (uint32_t)limit : TRIE_MAX_ENTRIES;
}
