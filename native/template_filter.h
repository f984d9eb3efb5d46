/* Which messages match no template: a quick look at what a match would begin with, end with and hold (rule TPL-7). */
#ifndef AURA_TEMPLATE_FILTER_H
#define AURA_TEMPLATE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *text;
    uint32_t size;
} aura_literal;

/* What a message that matches a template has. */
typedef struct {
    aura_literal first;
    aura_literal last;
    aura_literal longest;
    uint32_t literals_size;   /* bytes of all literals */
    bool is_whole;            /* whether the first literal is all that it has */
    const uint8_t *beginning; /* 32 bytes: the set of bytes that the first slot may begin with; NULL for any */
} aura_template_look;

/* Templates, those whose first literals begin with the same byte together, those without such a literal last. */
typedef struct {
    const aura_template_look *looks;
    uint32_t ends[257]; /* by that byte, the place behind them; 256 for none */
} aura_template_filter;

/* Whether a message may match one of the templates. If not, it matches none. */
bool aura_may_match(const aura_template_filter *filter, const uint8_t *message, size_t size);

#endif
