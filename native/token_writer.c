/* The token stream of BRIO version 1, written. */
#include "token.h"

#include "memory.h"

/* Phrases by their first byte, the longest first, of equally long ones the lowest id. */
typedef struct {
    uint8_t ids[AURA_PHRASES];
    uint16_t ends[AURA_PHRASES]; /* by first byte, where they end; they begin where those of the byte before end */
} phrase_index;

/* Too short ones are never chosen. */
static bool is_of_use(aura_bytes phrase)
{
    return phrase.text != NULL && phrase.size >= AURA_MAX_TOKEN_BYTES;
}

static phrase_index index_phrases(const aura_phrases *phrases)
{
    phrase_index index;
    uint16_t count = 0;
    for (uint32_t byte = 0; byte < AURA_PHRASES; byte++) {
        const uint16_t first = count;
        for (uint32_t id = 0; id < AURA_PHRASES; id++) {
            const aura_bytes phrase = phrases->texts[id];
            if (!is_of_use(phrase) || phrase.text[0] != byte)
                continue;
            uint16_t place = count++;
            for (; place > first && phrases->texts[index.ids[place - 1]].size < phrase.size; place--)
                index.ids[place] = index.ids[place - 1];
            index.ids[place] = (uint8_t)id;
        }
        index.ends[byte] = count;
    }
    return index;
}

/* The longest phrase that a text begins with, and that is not shorter than a match; NULL if there is none. */
static const uint8_t *find_phrase(const aura_phrases *phrases, const phrase_index *index, aura_bytes text,
                                  uint32_t match)
{
    const uint32_t byte = text.text[0];
    for (uint32_t at = byte > 0 ? index->ends[byte - 1] : 0; at < index->ends[byte]; at++) {
        const aura_bytes phrase = phrases->texts[index->ids[at]];
        if (phrase.size < match)
            break;
        if (phrase.size <= text.size && aura_are_equal(phrase.text, text.text, phrase.size))
            return &index->ids[at];
    }
    return NULL;
}

size_t aura_write_tokens(const aura_phrases *phrases, aura_lz77_finder *finder, uint8_t *stream)
{
    const phrase_index index = index_phrases(phrases);
    uint8_t *next = stream;
    for (size_t position = 0; position < finder->size;) {
        const aura_bytes rest = {finder->data + position, finder->size - position};
        const aura_lz77_match match = aura_lz77_find(finder, position);
        const uint8_t *phrase = find_phrase(phrases, &index, rest, match.length);
        size_t step = 1;
        if (phrase != NULL) {
            *next++ = TOKEN_PHRASE;
            *next++ = *phrase;
            step = phrases->texts[*phrase].size;
        } else if (match.length > 0) {
            *next++ = TOKEN_MATCH;
            *next++ = (uint8_t)(match.distance >> 8);
            *next++ = (uint8_t)match.distance;
            *next++ = (uint8_t)match.length;
            step = match.length;
        } else {
            *next++ = TOKEN_LITERAL;
            *next++ = rest.text[0];
        }
        for (; step > 0; step--)
            aura_lz77_add(finder, position++);
    }
    return (size_t)(next - stream);
}
