/* CRC-32 as in zlib and RFC 1952. */
#ifndef AURA_CRC32_H
#define AURA_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t aura_crc32(const uint8_t *data, size_t size);

#endif
