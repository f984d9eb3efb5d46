// The codec of single messages: one message in, one message out.
import { BUILTIN_PATTERNS, LIMITS_DEFAULT_MAX_SIZE } from './constants.js';
import { TemplateLibrary } from './library.js';
import { type BodyCodec, decodeMessage, type SharedState } from './message.js';
import type { Model } from './model.js';
import { ALL_METHODS, type Level } from './policy.js';
import { choose, type FindNear, type TemplateSearch } from './selection.js';
import { buildTagged, decodeTagged } from './tag.js';
import type { Template } from './template.js';
import { type DecompressOptions, joinTemplates, type TemplateOptions, TextCodec } from './text_codec.js';

export type { DecompressOptions } from './text_codec.js';

/** What both ends hold, and how much is tried. */
export interface CodecOptions extends TemplateOptions {
  /** The model of AURALITE messages; without one, none are written. */
  readonly model?: Model;
  /** Further models, to read messages that name one of them. */
  readonly models?: readonly Model[];
  /** Which methods are tried: 0 stores only, 1 is a quick decision tree, 2 (the default) the usual, 3 everything. */
  readonly level?: Level;
  /** The methods that the reader reads, by bits as in a hello (rule SES-5); all by default. */
  readonly methods?: number;
  /** Write AURALITE messages that name the model, nine bytes longer. */
  readonly explicitModel?: boolean;
  /** Write and read tagged messages, two bytes longer (chapter `tag`). */
  readonly check?: boolean;
  /** The most bytes that a message may decode to; 64 MiB by default. */
  readonly maxSize?: number;
  /** Finds templates for fuzzy frames: `nearest` of the entry `near`. Without it, such frames are read, not written. */
  readonly near?: FindNear;
  /** What reads and writes further methods, such as `Brio`. */
  readonly bodies?: readonly BodyCodec[];
}

/** Codes single messages with everything that both ends hold. */
export class Codec extends TextCodec {
  readonly model: Model | null;
  readonly level: Level;
  /** Whether its messages have a tag. */
  readonly check: boolean;
  /** What it reads messages with. */
  readonly held: SharedState;
  readonly #options: CodecOptions;
  readonly #search: TemplateSearch;

  /**
   * @throws RangeError The level or the limit is out of range.
   * @throws TemplateError A pattern is unusable, or an id has two.
   */
  constructor(options: CodecOptions = {}) {
    super();
    const { model, models = [], level = 2, maxSize = 0, bodies = [] } = options;
    if (![0, 1, 2, 3].includes(level)) throw new RangeError(`level is 0 to 3, not ${String(level)}`);
    if (!(maxSize >= 0)) throw new RangeError(`maxSize is 0 or more, not ${String(maxSize)}`);
    const held = joinTemplates(options, model?.templates ?? new Map<number, Template>());
    this.#options = options;
    const library = new TemplateLibrary(held);
    // the built-in templates alone say what models know anyway
    const isNearWorthIt = [...held.keys()].some((id) => !(id in BUILTIN_PATTERNS));
    this.#search = { match: (message) => library.match(message), near: isNearWorthIt ? (options.near ?? null) : null };
    this.model = model ?? null;
    this.level = level;
    this.check = options.check === true;
    const all = model === undefined ? models : [model, ...models];
    this.held = { templates: held, model: this.model, models: all, bodies };
  }

  /** What this codec takes for granted with its readers. */
  get #shared(): SharedState {
    return this.#options.explicitModel === true ? { ...this.held, model: null } : this.held;
  }

  protected write(message: Uint8Array): Uint8Array {
    const shared = this.#shared;
    const policy = { level: this.level, methods: this.#options.methods ?? ALL_METHODS };
    const wire = choose(message, policy, shared, this.#search);
    return this.check ? this.tag(wire, message) : wire;
  }

  /** A message that was coded elsewhere, with the tag of this codec before it; `content` is what it says. */
  tag(wire: Uint8Array, content: Uint8Array): Uint8Array {
    return buildTagged(wire, content, this.#shared.model);
  }

  decompressBytes(wire: Uint8Array, options: DecompressOptions = {}): Uint8Array {
    const maxSize = options.maxSize ?? this.#options.maxSize ?? LIMITS_DEFAULT_MAX_SIZE;
    const read = this.check ? decodeTagged : decodeMessage;
    return read(wire, this.held, maxSize);
  }
}
