// BRIO containers of version 2 on the WebAssembly module.
import { BRIO2_MAX_LENGTH, MARKER_BRIO } from '../constants.js';
import type { BodyCodec, SharedState } from '../message.js';
import { MAX_CONTAINED, MIN_CONTAINED } from '../policy.js';
import { concat } from '../wire.js';
import { type Held, instance, limitOf } from './instance.js';

const NOTHING = new Uint8Array(0);

/** How hard a writer looks for matches (rule PAR-1). */
export type ParseLevel = 0 | 1;

/** Writes BRIO containers of version 2; codecs take it among their `bodies`, and read such containers without it. */
export class Brio implements BodyCodec {
  readonly marker = MARKER_BRIO;

  /** Read a body. */
  decode(body: Uint8Array, _held: SharedState, maxSize: number): Uint8Array {
    return decodeContainer(body, maxSize);
  }

  /** Version 2 instead of a model, from 1 to 64 KiB. */
  readonly tries = (data: Uint8Array, level: number, isModelled: boolean): readonly Uint8Array[] =>
    level > 1 && !isModelled && data.length >= MIN_CONTAINED && data.length <= MAX_CONTAINED ? [this.encode(data)] : [];

  /**
   * A message of version 2.
   *
   * @throws EncodeError The message has more than 64 MiB.
   */
  encode(data: Uint8Array, level: ParseLevel = 0): Uint8Array {
    const core = instance();
    core.put(data);
    return concat([Uint8Array.of(MARKER_BRIO), core.written(core.exports.aura_encode_brio2(data.length, level))]);
  }
}

/**
 * Read a container, whose matches may reach into a window before it (rule CHK-4).
 *
 * @throws DecodeError The container is refused; offsets count the marker before it.
 */
export function decodeContainer(
  body: Uint8Array, maxSize = BRIO2_MAX_LENGTH, window: Uint8Array = NOTHING,
): Uint8Array {
  const core = instance();
  core.put(window, body);
  return core.read(core.exports.aura_decode_brio2(body.length, window.length, limitOf(maxSize)));
}

/** Writes the containers of a chunked file, one after the other, each with the window before it. */
export class BlockWriter {
  readonly #held: Held;

  /** Matches reach 2^windowBits bytes back, 10 to 18. */
  constructor(windowBits = 16, level: ParseLevel = 0) {
    const { exports } = instance();
    this.#held = instance().hold(exports.aura_make_block_writer(level, windowBits), exports.aura_free_block_writer);
  }

  /** The container of the next block, which has 1 to 65,536 bytes; whether it begins a frame. */
  encode(content: Uint8Array, begins: boolean): Uint8Array {
    const core = instance();
    core.put(content);
    return core.written(core.exports.aura_encode_block(this.#held.address, content.length, begins));
  }

  /** Give its memory back now, rather than when it is collected. */
  dispose(): void {
    this.#held.dispose();
  }
}
