/* Cuts a message into units and matches (rules PAR-1 to PAR-6). */
#ifndef AURA_OPTIMAL_PARSER_H
#define AURA_OPTIMAL_PARSER_H

#include "cost_model.h"
#include "match_finder.h"
#include "static_dictionary.h"

/* What all parses share: made once, for one at a time. */
typedef struct {
    aura_static_dictionary dictionary;
    aura_cost_model costs;
} aura_parse_workspace;

void aura_parse_workspace_make(aura_parse_workspace *workspace);

/* A text, and how what stands in it from `begin` on is cut. Matches reach back to `low`. */
typedef struct {
    aura_match_finder finder;
    uint32_t level;
    uint32_t most; /* bytes that are cut at once */
    uint8_t *text;
    uint32_t low;
    uint32_t begin;
    uint32_t size;
    aura_cut cut;
    aura_latest *latest; /* of the pass before, with how many there are */
    uint32_t latest_count;
    uint32_t *distances;   /* of candidates: `most` for each search length */
    uint8_t *lengths;      /* as many */
    uint32_t *phrase_ends; /* by place, from `begin` on: where its phrases end in those of all places */
    uint16_t *phrases;
    uint16_t *choices[2]; /* by place, too: behind a match or at the beginning, and behind a unit */
} aura_parser;

/* Bytes for a parser of a text of at most `capacity` bytes, of which at most `most` are cut at once; 0 if they are more
 * than can be counted. */
size_t aura_parser_room(uint32_t level, uint32_t capacity, uint32_t most);

/* Begin with an empty text. `room` is aligned as memory of the heap; `salt` is any number that nobody can guess. */
void aura_parser_start(aura_parser *parser, uint32_t level, uint32_t capacity, uint32_t most, uint64_t salt,
                       void *room);

/* Forget the text. */
void aura_parser_clear(aura_parser *parser);

/* Append 1 to `most` bytes to the text, and cut them; matches reach at most `window` bytes back from their beginning.
 * Bytes before that are forgotten when room is short: `capacity` is at least window + most. */
void aura_parse(aura_parser *parser, aura_parse_workspace *workspace, const uint8_t *data, uint32_t size,
                uint32_t window);

#endif
