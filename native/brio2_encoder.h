/* Writes the BRIO container, version 2 (rules BII-1 to BII-8). */
#ifndef AURA_BRIO2_ENCODER_H
#define AURA_BRIO2_ENCODER_H

#include "brio2.h"
#include "optimal_parser.h"

/* Bytes that aura_brio2_write needs for a cut. */
size_t aura_brio2_writer_room(const aura_cut *cut, uint32_t length);

/* Write the message of `length` bytes that has been cut. Gives the container, which stands somewhere in the room, and its
 * size. */
const uint8_t *aura_brio2_write(const aura_cut *cut, aura_brio2_workspace *workspace, const uint8_t *data,
                                uint32_t length, void *room, size_t *size);

#endif
