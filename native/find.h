/* Where a text stands in another one. */
#ifndef AURA_FIND_H
#define AURA_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AURA_NOWHERE SIZE_MAX

/* The first place of `needle`, of at least a byte, in a text; AURA_NOWHERE if there is none. Takes time linear in the
 * sizes of both. */
size_t aura_find(const uint8_t *text, size_t size, const uint8_t *needle, size_t length);

#endif
