// AURALITE messages (rules AUR-1 to AUR-9).
import { nextState } from './char_runs.js';
import { AURALITE_MODEL_ID_SIZE, CONTEXT_MODEL_END, LIMITS_MAX_MODELLED, MATCH_TOTAL } from './constants.js';
import { type ContextModel, find, follow, frequencyAt, totalOf } from './context_model.js';
import { DecodeError, EncodeError, withOffset } from './errors.js';
import { Matcher, MatchTable } from './match.js';
import type { Model } from './model.js';
import { type Coder, RangeDecoder, RangeEncoder } from './range_coder.js';
import { SymbolCoder } from './symbols.js';
import { tooLong } from './template.js';
import { Reader, toHex } from './wire.js';

/** What messages of a model need to be coded, and take in turn. */
interface Workspace {
  readonly symbols: SymbolCoder;
  readonly table: MatchTable;
}

const WORKSPACES = new WeakMap<ContextModel, Workspace>();

/** The workspace of a model. */
export function workspaceOf(model: ContextModel): Workspace {
  let workspace = WORKSPACES.get(model);
  if (workspace === undefined) {
    workspace = { symbols: new SymbolCoder(model), table: new MatchTable() };
    WORKSPACES.set(model, workspace);
  }
  return workspace;
}

/** A way through a model along a message: what encoder and decoder share. Only one of a model can be under way. */
export class Walk {
  /** The context in which the next symbol is coded. */
  context: number;
  /** The state of the character run that the message so far ends in (rule RUN-1). */
  charRun = 0;
  readonly matcher: Matcher;
  readonly #model: ContextModel;
  readonly #symbols: SymbolCoder;

  /** `capacity` is the most bytes that the message may have. */
  constructor(model: ContextModel, capacity: number) {
    const { symbols, table } = workspaceOf(model);
    this.#model = model;
    this.#symbols = symbols;
    this.context = model.trie.initial;
    this.matcher = new Matcher(model.hits, model.prefix, table, capacity);
  }

  /** Encode the next symbol (rules AUR-1 to AUR-5). */
  encode(encoder: RangeEncoder, symbol: number): void {
    this.encodePredicted(encoder, symbol, this.matcher.predict());
  }

  /** Encode the next symbol where the matcher predicts a byte, or -1. */
  encodePredicted(encoder: Coder, symbol: number, predicted: number): void {
    const { matcher } = this;
    const symbols = this.#symbols;
    symbols.predictedCount = 0;
    if (predicted >= 0) {
      const hit = this.#hits(predicted);
      if (symbol === predicted) {
        encoder.encode(0, hit, MATCH_TOTAL);
        matcher.hit();
        this.#pass(symbol, follow(this.#model.trie, this.context, symbol));
        return;
      }
      encoder.encode(hit, MATCH_TOTAL - hit, MATCH_TOTAL);
      this.#miss(predicted);
    }
    symbols.encode(encoder, this.context, this.charRun, symbol);
    this.#pass(symbol, symbols.following);
  }

  /** Decode the next symbol, and give it (rules AUR-1 to AUR-5). */
  decode(decoder: RangeDecoder): number {
    const { matcher } = this;
    const symbols = this.#symbols;
    const predicted = matcher.predict();
    symbols.predictedCount = 0;
    if (predicted >= 0) {
      const hit = this.#hits(predicted);
      if (decoder.value(MATCH_TOTAL) < hit) {
        decoder.take(0, hit);
        matcher.hit();
        this.#pass(predicted, follow(this.#model.trie, this.context, predicted));
        return predicted;
      }
      decoder.take(hit, MATCH_TOTAL - hit);
      this.#miss(predicted);
    }
    const symbol = symbols.decode(decoder, this.context, this.charRun);
    this.#pass(symbol, symbols.following);
    return symbol;
  }

  /** Go past a byte that is not coded (rule FRS-8). */
  feed(byte: number): void {
    this.matcher.feed();
    this.#pass(byte, follow(this.#model.trie, this.context, byte));
  }

  #miss(predicted: number): void {
    this.matcher.miss();
    this.#symbols.predicted[0] = predicted;
    this.#symbols.predictedCount = 1;
  }

  #hits(predicted: number): number {
    const { trie } = this.#model;
    const place = find(trie, this.context, predicted);
    if (place < 0) return this.matcher.hits(0, 1);
    return this.matcher.hits(frequencyAt(trie, this.context, place), totalOf(trie, this.context));
  }

  #pass(symbol: number, following: number): void {
    this.context = following;
    if (symbol === CONTEXT_MODEL_END) return;
    this.matcher.append(symbol);
    this.charRun = nextState(this.charRun, symbol);
  }
}

/**
 * The string that stands for a message; it is a whole one if the model is implied (rule AUR-6).
 *
 * @throws EncodeError The message has more than `MAX_MODELLED` bytes (rule AUR-9).
 */
export function encodeAuralite(data: Uint8Array, model: ContextModel): Uint8Array {
  if (data.length > LIMITS_MAX_MODELLED) {
    throw new EncodeError(`AURALITE codes at most ${String(LIMITS_MAX_MODELLED)} bytes`);
  }
  const walk = new Walk(model, data.length);
  const encoder = new RangeEncoder();
  for (const byte of data) walk.encode(encoder, byte);
  walk.encode(encoder, CONTEXT_MODEL_END);
  return encoder.finish();
}

/** Read a string, or a whole message whose model is implied (rules AUR-6 and AUR-9). */
export function decodeAuralite(string: Uint8Array, model: ContextModel, maxSize: number): Uint8Array {
  const decoder = new RangeDecoder(string);
  const most = Math.min(maxSize, LIMITS_MAX_MODELLED);
  const walk = new Walk(model, most + 1);
  const { matcher } = walk;
  while (walk.decode(decoder) !== CONTEXT_MODEL_END) {
    if (matcher.size > most) throw tooLong(most);
  }
  decoder.finish();
  return matcher.bytes.slice(0, matcher.size);
}

/** Read a body that names its model (rules AUR-7, AUR-8 and AUR-11); the first byte of its string is in a range. */
export function decodeNamed(
  body: Uint8Array, first: readonly [number, number], models: readonly Model[],
  decodeString: (string: Uint8Array, model: ContextModel) => Uint8Array,
): Uint8Array {
  const reader: Reader = new Reader(body, 1);
  const id = toHex(reader.bytes(AURALITE_MODEL_ID_SIZE));
  const string = reader.rest();
  const offset = 1 + AURALITE_MODEL_ID_SIZE;
  if (string.length === 0) throw new DecodeError('Truncated', 'the string is missing', offset);
  const isInside = string[0] >= first[0] && string[0] < first[1];
  if (!isInside) throw new DecodeError('Malformed', 'the string begins outside its first interval', offset);
  const model = models.find((one) => one.id === id);
  if (model === undefined) throw new DecodeError('UnknownModel', `model ${id} is not held`, 1);
  return withOffset(() => offset, () => decodeString(string, model.contextModel));
}
