// The codec of single messages: one message in, one message out.
import { BUILTIN_PATTERNS, LIMITS_DEFAULT_MAX_SIZE } from './constants.js';
import { DecodeError, TemplateError } from './errors.js';
import { TemplateLibrary } from './library.js';
import { type BodyCodec, decodeMessage, type SharedState } from './message.js';
import type { Model } from './model.js';
import { ALL_METHODS, choose, type FindNear, type Level, type TemplateSearch } from './selection.js';
import { buildTagged, decodeTagged } from './tag.js';
import { builtinTemplates, parsePatterns } from './template.js';
import { fromUtf8, toUtf8 } from './text.js';

/** What both ends hold, and how much is tried. */
export interface CodecOptions {
  /** The model of AURALITE messages; without one, none are written. */
  readonly model?: Model;
  /** Further models, to read messages that name one of them. */
  readonly models?: readonly Model[];
  /** Patterns by id to hold beside the built-in ones and those of the model. */
  readonly templates?: Readonly<Record<number, string>>;
  /** Whether the built-in templates are held; true by default. */
  readonly withBuiltin?: boolean;
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

/** A limit of one call. */
export interface DecompressOptions {
  /** The most bytes that the result may have; the codec's own limit by default. */
  readonly maxSize?: number;
}

/** Codes single messages with everything that both ends hold. */
export class Codec {
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
    const { model, models = [], templates = {}, level = 2, maxSize = 0, bodies = [] } = options;
    if (![0, 1, 2, 3].includes(level)) throw new RangeError(`level is 0 to 3, not ${String(level)}`);
    if (!(maxSize >= 0)) throw new RangeError(`maxSize is 0 or more, not ${String(maxSize)}`);
    const held = new Map(options.withBuiltin === false ? [] : builtinTemplates());
    for (const some of [parsePatterns(templates), model?.templates ?? []]) {
      for (const [id, template] of some) {
        const before = held.get(id)?.pattern ?? template.pattern;
        if (before !== template.pattern) throw new TemplateError(`template ${String(id)} is published already`);
        held.set(id, template);
      }
    }
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

  /**
   * Code one message. The result is at most one byte longer than the message, with `check` at most three.
   *
   * @param data A text, taken as UTF-8, or bytes.
   * @throws EncodeError The text holds a lone surrogate.
   */
  compress(data: string | Uint8Array): Uint8Array {
    const message = typeof data === 'string' ? toUtf8(data) : data;
    const shared = this.#shared;
    const policy = { level: this.level, methods: this.#options.methods ?? ALL_METHODS };
    const wire = choose(message, policy, shared, this.#search);
    return this.check ? this.tag(wire, message) : wire;
  }

  /** A message that was coded elsewhere, with the tag of this codec before it; `content` is what it says. */
  tag(wire: Uint8Array, content: Uint8Array): Uint8Array {
    return buildTagged(wire, content, this.#shared.model);
  }

  /** Code messages, in order, each as {@link compress} does. */
  compressBatch(messages: Iterable<string | Uint8Array>): Uint8Array[] {
    return Array.from(messages, (message) => this.compress(message));
  }

  /**
   * Read one message as text.
   *
   * @throws DecodeError The message is refused, or is no UTF-8.
   */
  decompress(wire: Uint8Array, options: DecompressOptions = {}): string {
    const text = fromUtf8(this.decompressBytes(wire, options));
    if (text === null) throw new DecodeError('Malformed', 'the message is not UTF-8; decompressBytes reads it');
    return text;
  }

  /**
   * Read one message.
   *
   * @throws DecodeError The message is refused; there is no partial result.
   */
  decompressBytes(wire: Uint8Array, options: DecompressOptions = {}): Uint8Array {
    const maxSize = options.maxSize ?? this.#options.maxSize ?? LIMITS_DEFAULT_MAX_SIZE;
    const read = this.check ? decodeTagged : decodeMessage;
    return read(wire, this.held, maxSize);
  }

  /** Read messages as text, in order, each as {@link decompress} does. */
  decompressBatch(wires: Iterable<Uint8Array>, options: DecompressOptions = {}): string[] {
    return Array.from(wires, (wire) => this.decompress(wire, options));
  }
}
