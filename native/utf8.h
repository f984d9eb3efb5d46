/* Whether bytes are text in UTF-8. */
#ifndef AURA_UTF8_H
#define AURA_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool aura_is_utf8(const uint8_t *text, size_t size);

#endif
