/* Memory for models: the heap, but for large blocks that grow: they stand in pages of 2 MiB where Linux has
 * them.
 *
 * A packed model is read here and there. With pages of 4 KiB nearly every read of another context waits for a walk
 * through the page tables, which takes longer than the read. */
#ifndef AURA_PAGES_H
#define AURA_PAGES_H

#include "../memory.h"

extern const aura_allocator AURA_PAGES;

#endif
