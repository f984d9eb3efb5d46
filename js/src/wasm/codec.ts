// The codec of single messages on the WebAssembly module.
import { BUILTIN_PATTERNS, LIMITS_DEFAULT_MAX_SIZE, TAG_SIZE } from '../constants.js';
import { DecodeError, withOffset } from '../errors.js';
import type { BodyCodec } from '../message.js';
import {
  FRAMES, FUZZY_HEAD, MANY_REPEATS, MAX_ADAPTIVE, MAX_AURALITE, MAX_FUZZY, REPEATS, SETTLED,
} from '../policy.js';
import type { Template } from '../template.js';
import { type DecompressOptions, joinTemplates, type TemplateOptions, TextCodec } from '../text_codec.js';
import { concat } from '../wire.js';
import { type Held, instance, limitOf } from './instance.js';
import { fileTemplates, partsOf } from './library.js';
import type { Model } from './model.js';

/** How much is tried: 0 stores, 1 is a quick decision tree, 2 the usual. */
export type Level = 0 | 1 | 2;

/** What both ends hold, and how much is tried. */
export interface CodecOptions extends TemplateOptions {
  /** The model of AURALITE messages; without one, none are written. */
  readonly model?: Model;
  /** Further models, to read messages that name one of them. */
  readonly models?: readonly Model[];
  /** Which methods are tried: 0 stores only, 1 is a quick decision tree, 2 (the default) the usual. */
  readonly level?: Level;
  /** Write and read tagged messages, two bytes longer (chapter `tag`). */
  readonly check?: boolean;
  /** The most bytes that a message may decode to; 64 MiB by default. */
  readonly maxSize?: number;
  /** Phrases of BRIO version 1, by id from 0 to 255; messages with them are read. */
  readonly phrases?: ReadonlyMap<number, Uint8Array>;
  /** What writes further methods, and reads those that the module does not; such as `Brio`. */
  readonly bodies?: readonly BodyCodec[];
}

/** Flags of the choice that was made last. */
const IS_SETTLED = 1;
const IS_MODELLED = 2;

/** What a level tries, in the order of `aura_make_codec`. */
function policyOf(level: Level, isNearWorthIt: boolean): readonly number[] {
  const isQuick = level === 1;
  return [
    level,
    Math.max(0, MAX_AURALITE[level]),
    Math.max(0, MAX_ADAPTIVE[level]),
    isQuick ? 2 * REPEATS : REPEATS,
    isQuick ? MANY_REPEATS : 0,
    SETTLED,
    FRAMES[level],
    FUZZY_HEAD + 2,
    isNearWorthIt ? Math.max(0, MAX_FUZZY[level]) : 0,
    Number(isQuick),
  ];
}

/** Codes single messages with everything that both ends hold. */
export class Codec extends TextCodec {
  readonly model: Model | null;
  readonly level: Level;
  /** Whether its messages have a tag. */
  readonly check: boolean;
  readonly #templates: ReadonlyMap<number, Template>;
  readonly #models: readonly Model[];
  readonly #bodies: readonly BodyCodec[];
  readonly #maxSize: number;
  readonly #library: Held;
  readonly #held: Held;

  /**
   * @throws RangeError The level or the limit is out of range.
   * @throws TemplateError A pattern is unusable, or an id has two.
   */
  constructor(options: CodecOptions = {}) {
    super();
    const { model, models = [], level = 2, maxSize = LIMITS_DEFAULT_MAX_SIZE, bodies = [] } = options;
    if (![0, 1, 2].includes(level)) throw new RangeError(`level is 0 to 2, not ${String(level)}`);
    if (!(maxSize >= 0)) throw new RangeError(`maxSize is 0 or more, not ${String(maxSize)}`);
    this.model = model ?? null;
    this.level = level;
    this.check = options.check === true;
    this.#models = model === undefined ? models : [model, ...models];
    for (const one of this.#models) one.require();
    this.#templates = joinTemplates(options, model?.templates ?? new Map<number, Template>());
    this.#bodies = bodies;
    this.#maxSize = maxSize;
    // the built-in templates alone say what models know anyway
    const isNearWorthIt = level > 1 && [...this.#templates.keys()].some((id) => !(id in BUILTIN_PATTERNS));
    const core = instance();
    this.#library = fileTemplates(this.#templates, isNearWorthIt);
    core.put(partsOf([...policyOf(level, isNearWorthIt), ...this.#models.map(({ address }) => address)]));
    const made = core.exports.aura_make_codec(model?.address ?? 0, this.#library.address, this.#models.length);
    this.#held = core.hold(made, core.exports.aura_free_codec);
    const phrases = partsOf([...(options.phrases ?? [])].flat());
    core.put(phrases);
    if (phrases.length > 0 && core.exports.aura_set_phrases(made, phrases.length) === 0) throw core.refusal();
  }

  /** Where it stands, if all that it refers to is still there. */
  get address(): number {
    for (const model of this.#models) model.require();
    return this.#held.address;
  }

  /** Give its memory back now, rather than when it is collected. */
  dispose(): void {
    this.#held.dispose();
    this.#library.dispose();
  }

  protected write(message: Uint8Array): Uint8Array {
    const core = instance();
    const { address } = this;
    core.put(message);
    const wire = core.written(core.exports.aura_compress(address, message.length, this.check));
    const choice = core.exports.aura_last_choice();
    if (this.level < 2 || (choice & IS_SETTLED) !== 0) return wire;
    const tag = this.check ? TAG_SIZE : 0;
    let best = wire.subarray(tag);
    for (const { tries } of this.#bodies) {
      for (const other of tries?.(message, this.level, (choice & IS_MODELLED) !== 0) ?? []) {
        if (other.length < best.length) best = other;
      }
    }
    return best.length === wire.length - tag ? wire : concat([wire.subarray(0, tag), best]);
  }

  /**
   * Read one message.
   *
   * @throws DecodeError The message is refused; there is no partial result.
   */
  decompressBytes(wire: Uint8Array, options: DecompressOptions = {}): Uint8Array {
    const core = instance();
    const { address } = this;
    const maxSize = options.maxSize ?? this.#maxSize;
    const { aura_decompress: plain, aura_decompress_tagged: tagged } = core.exports;
    core.put(wire);
    const length = (this.check ? tagged : plain)(address, wire.length, limitOf(maxSize));
    try {
      return core.read(length);
    } catch (error) {
      if (!(error instanceof DecodeError) || error.code !== 'Unsupported') throw error;
      const other = this.#bodies.find(({ marker }) => marker === wire[this.check ? TAG_SIZE : 0]);
      if (other === undefined) throw error;
      return this.check ? this.#readTagged(other, wire, maxSize) : this.#readBody(other, wire, maxSize);
    }
  }

  #readBody(other: BodyCodec, wire: Uint8Array, maxSize: number): Uint8Array {
    const held = { templates: this.#templates, model: null, models: [], bodies: this.#bodies };
    return other.decode(wire.subarray(1), held, maxSize);
  }

  /** The module has compared the tag of the model (rule TAG-5). */
  #readTagged(other: BodyCodec, wire: Uint8Array, maxSize: number): Uint8Array {
    const core = instance();
    const message = wire.subarray(TAG_SIZE);
    const content = withOffset((offset) => offset + TAG_SIZE, () => this.#readBody(other, message, maxSize));
    core.put(content);
    if (core.written(core.exports.aura_tag(this.address, content.length))[1] !== wire[1]) {
      throw new DecodeError('ChecksumMismatch', 'the check of the content differs from the tag', 1);
    }
    return content;
  }
}
