// What a message, and a stream, predicts of the next symbol (rules LOC-1 to LOC-13).
import { workspaceOf } from './auralite.js';
import { nextState } from './char_runs.js';
import {
  CONTEXT_MODEL_END, LIMITS_MAX_ADAPTIVE, LOCAL_MODEL_LENGTH_STEPS, LOCAL_MODEL_MAX_MATCH_LENGTH,
  LOCAL_MODEL_MAX_MISSES, LOCAL_MODEL_MAX_TRIED, LOCAL_MODEL_MIN_MATCH, LOCAL_MODEL_MIN_TRIED,
  LOCAL_MODEL_RELATION_NONE, LOCAL_MODEL_WORD, MIXER_LONG_LEVEL, MIXER_MAX_LEFT, MIXER_MAX_SINCE, MIXER_PROB_ONE,
  MIXER_SHARE_STEPS, PREFIX_LENGTH, RANGE_CODER_ADAPTIVE_END, RANGE_CODER_ADAPTIVE_START,
} from './constants.js';
import type { ContextModel } from './context_model.js';
import { EncodeError } from './errors.js';
import { CONTEXTS, hashByte, LocalMemory } from './local_memory.js';
import { isDigit, LocalNumber } from './local_number.js';
import { countSteps } from './match.js';
import { CONTEXT, FIELD, LENGTH, MATCH, MISS, type Mixer, NUMBER, SET } from './mixer.js';
import { type Coder, RangeDecoder, RangeEncoder } from './range_coder.js';
import type { SymbolCoder } from './symbols.js';
import { tooLong } from './template.js';

/** Rule LOC-1. */
const CLASS_OF_BYTE = new Uint8Array(256).map((_, byte) =>
  byte >= 128 ? 4 : [/\d/, /[a-z_]/, /[A-Z]/].findIndex((sort) => sort.test(String.fromCharCode(byte))) + 1,
);

/** The level of a match by its length (rule LOC-5). */
const LEVELS = new Uint8Array(LOCAL_MODEL_MAX_MATCH_LENGTH + 1).map((_, length) =>
  countSteps(LOCAL_MODEL_LENGTH_STEPS, length),
);

const ROW_STARTS = Array.from('\n{<', (character) => character.charCodeAt(0));
const NO_SYMBOL = -1;

/** A message that is predicted: what encoder and decoder share. */
export class Predictor {
  /** The message so far is the first `size` of these bytes. */
  bytes = new Uint8Array(256);
  size = 0;
  /** The candidate that was the last symbol; -1 if none was. */
  hit = NO_SYMBOL;
  readonly #model: ContextModel;
  readonly #memory: LocalMemory;
  readonly #mixer: Mixer;
  readonly #symbols: SymbolCoder;
  readonly #number: LocalNumber;
  readonly #slots = new Int32Array(CONTEXTS);
  readonly #candidates = new Uint16Array(2 * CONTEXTS + 3);
  #count = 0;
  #context: number;
  #charRun = 0;
  #misses = 0;
  #since = 0;
  #row = 0;
  #signs = 0;
  /** The last four bytes of the message, the last one lowest. */
  #four = 0;
  #matchLength = 0;
  #pointer = 0;
  #isInPrefix = false;
  /** The symbol that an active match predicts. */
  #matched = NO_SYMBOL;

  /** Let a message begin (rule LOC-10). */
  constructor(model: ContextModel, memory: LocalMemory) {
    this.#model = model;
    this.#memory = memory;
    this.#mixer = memory.mixer;
    this.#symbols = workspaceOf(model).symbols;
    this.#number = new LocalNumber(memory.fields);
    this.#context = model.trie.initial;
  }

  /** Encode the next symbol (rule LOC-9). */
  encode(encoder: Coder, symbol: number): void {
    this.#look();
    if (!this.#try(null, encoder, symbol)) {
      this.#symbols.encode(encoder, this.#context, this.#charRun, symbol);
    }
    this.#pass(symbol);
  }

  /** Decode the next symbol, and give it (rule LOC-9). */
  decode(decoder: RangeDecoder): number {
    this.#look();
    const isHit = this.#try(decoder, null, NO_SYMBOL);
    const symbol = isHit ? this.hit : this.#symbols.decode(decoder, this.#context, this.#charRun);
    this.#pass(symbol);
    return symbol;
  }

  /** Let a byte enter that was not coded here (rule STR-11). */
  learn(byte: number): void {
    this.#findSlots();
    this.#append(byte);
    this.#learn(byte, byte);
  }

  #look(): void {
    this.#findSlots();
    this.#lookForMatch();
    this.#findCandidates();
  }

  /** The slots of the current symbol (rules LOC-3 and LOC-4). */
  #findSlots(): void {
    const memory = this.#memory;
    const four = this.#four;
    const two = hashByte(hashByte(0, four & 0xff), (four >>> 8) & 0xff);
    const place = hashByte(hashByte(this.#signs, this.#since), CLASS_OF_BYTE[four & 0xff]);
    this.#slots[0] = memory.find(0, hashByte(hashByte(two, (four >>> 16) & 0xff), four >>> 24));
    this.#slots[1] = memory.find(1, place);
    this.#slots[2] = memory.find(2, hashByte(this.#row, this.#since));
    this.#slots[3] = memory.find(3, two);
  }

  /** Rules LOC-5 and LOC-13. */
  #lookForMatch(): void {
    const memory = this.#memory;
    const { prefix } = this.#model;
    const slot = this.#slots[0];
    if (this.#matchLength === 0 && memory.run[slot] > 0) {
      const place = memory.placeOf(slot);
      const length = memory.matchLength(place);
      if (length >= LOCAL_MODEL_MIN_MATCH) this.#match(place, length, false);
    }
    if (this.#matchLength === 0 && prefix !== null) {
      const place = prefix.find(this.bytes, this.size);
      if (place > 0) this.#match(place, PREFIX_LENGTH, true);
    }
    if (this.#matchLength === 0) this.#matched = NO_SYMBOL;
    else {
      const isInPrefix = this.#isInPrefix && prefix !== null;
      this.#matched = memory.symbol(isInPrefix ? prefix.text[this.#pointer] : memory.byteAt(this.#pointer));
    }
  }

  #match(pointer: number, length: number, isInPrefix: boolean): void {
    this.#pointer = pointer;
    this.#matchLength = length;
    this.#isInPrefix = isInPrefix;
  }

  /** Rule LOC-8. */
  #findCandidates(): void {
    const memory = this.#memory;
    this.#count = 0;
    this.#propose(this.#number.expected);
    this.#propose(this.#matched);
    for (let context = 0; context < CONTEXTS; context++) {
      const slot = this.#slots[context];
      if (memory.run[slot] > 0) this.#propose(memory.symbol(memory.last[slot]));
    }
    this.#propose(this.#number.nextDigit);
    for (let context = 0; context < CONTEXTS; context++) {
      const other = memory.other[this.#slots[context]];
      if (other >= 0) this.#propose(memory.symbol(other));
    }
  }

  /** Add a candidate, unless it is none or there already. */
  #propose(symbol: number): void {
    if (symbol < 0) return;
    for (let at = 0; at < this.#count; at++) if (this.#candidates[at] === symbol) return;
    this.#candidates[this.#count++] = symbol;
  }

  /** Code whether a candidate hits, and which; false if none does (rule LOC-9). */
  #try(decoder: RangeDecoder | null, encoder: Coder | null, symbol: number): boolean {
    const symbols = this.#symbols;
    const mixer = this.#mixer;
    symbols.predictedCount = 0;
    this.hit = NO_SYMBOL;
    for (let at = 0; at < this.#count && symbols.predictedCount < LOCAL_MODEL_MAX_TRIED; at++) {
      const candidate = this.#candidates[at];
      const share = symbols.share(MIXER_PROB_ONE, this.#context, this.#charRun, candidate);
      const most = Math.min(share, MIXER_PROB_ONE - 1);
      this.#gather(candidate, most, symbols.predictedCount > 0);
      const p = mixer.probability(most);
      if (p < LOCAL_MODEL_MIN_TRIED) continue;
      let isHit = candidate === symbol;
      if (encoder !== null) {
        encoder.encode(isHit ? 0 : p, isHit ? p : MIXER_PROB_ONE - p, MIXER_PROB_ONE);
      } else if (decoder !== null) {
        isHit = decoder.value(MIXER_PROB_ONE) < p;
        decoder.take(isHit ? 0 : p, isHit ? p : MIXER_PROB_ONE - p);
      }
      mixer.learn(isHit);
      if (isHit) {
        this.hit = candidate;
        return true;
      }
      symbols.predicted[symbols.predictedCount++] = candidate;
    }
    return false;
  }

  /** Gather the evidence for a candidate (rule MIX-3). */
  #gather(symbol: number, share: number, isLater: boolean): void {
    const memory = this.#memory;
    const mixer = this.#mixer;
    const number = this.#number;
    const level = LEVELS[this.#matchLength];
    const agrees = this.#matched === symbol ? 1 : 0;
    const match = this.#matchLength === 0 ? 0 : agrees === 0 ? 3 : level > MIXER_LONG_LEVEL ? 2 : 1;
    const common = share < MIXER_SHARE_STEPS[0] ? 0 : share < MIXER_SHARE_STEPS[1] ? 1 : 2;
    mixer.begin(SET + (((isLater ? 1 : 0) * 2 + (isDigit(symbol) ? 1 : 0)) * 4 + match) * 3 + common);
    let votes = 0;
    for (let context = 0; context < CONTEXTS; context++) {
      const slot = this.#slots[context];
      const run = memory.run[slot];
      if (run === 0) continue;
      const other = memory.other[slot];
      let kind = 2;
      if (memory.symbol(memory.last[slot]) === symbol) {
        kind = 0;
        votes++;
      } else if (other >= 0 && memory.symbol(other) === symbol) kind = 1;
      mixer.add(CONTEXT + ((context * 3 + kind) * 3 + run - 1) * 2 + (other >= 0 ? 1 : 0));
    }
    if (this.#matchLength > 0) mixer.add(MATCH + agrees * 11 + level);
    const { expected } = number;
    if (expected >= 0) mixer.add(NUMBER + (expected === symbol ? 8 : 0) + number.confidence);
    if (number.relation !== LOCAL_MODEL_RELATION_NONE) {
      const left = Math.max(0, number.before.length - number.digits);
      mixer.add(FIELD + number.relationOf(symbol) * 8 + Math.min(left, MIXER_MAX_LEFT));
    }
    mixer.add(MISS + (this.#misses * 2 + agrees) * 5 + votes);
    const byteClass = CLASS_OF_BYTE[symbol & 0xff]; // that of END is the class of 0
    mixer.add(LENGTH + Math.min(this.#since, MIXER_MAX_SINCE) * 5 + byteClass);
  }

  /** Go past a symbol that was coded (rule LOC-11). */
  #pass(symbol: number): void {
    if (this.#count > 0) {
      this.#misses = this.#candidates[0] === symbol ? 0 : Math.min(this.#misses + 1, LOCAL_MODEL_MAX_MISSES);
    }
    this.#context = this.#symbols.following;
    if (symbol !== CONTEXT_MODEL_END) {
      this.#append(symbol);
      this.#charRun = nextState(this.#charRun, symbol);
      this.#learn(symbol, symbol);
    } else if (this.#memory.isStream) {
      this.#learn(0, symbol);
    }
  }

  #append(byte: number): void {
    if (this.size === this.bytes.length) {
      const grown = new Uint8Array(2 * this.size);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[this.size++] = byte;
  }

  /** Go past a byte, coded as a symbol (rules LOC-2, LOC-7 and LOC-11). */
  #learn(byte: number, symbol: number): void {
    const memory = this.#memory;
    for (let context = 0; context < CONTEXTS; context++) memory.learn(this.#slots[context], byte);
    if (this.#matchLength > 0) {
      this.#pointer++;
      const isAtEnd = this.#isInPrefix && this.#pointer === this.#model.prefix?.text.length;
      if (this.#matched !== symbol || isAtEnd) this.#matchLength = 0;
      else if (this.#matchLength < LOCAL_MODEL_MAX_MATCH_LENGTH) this.#matchLength++;
    }
    this.#number.pass(byte);
    this.#passPlace(byte);
    this.#four = (this.#four << 8) | byte;
    memory.append(byte);
  }

  /** Rule LOC-2. */
  #passPlace(byte: number): void {
    if (CLASS_OF_BYTE[byte] > 0) {
      this.#since++;
      return;
    }
    if (this.#since > 0) this.#row = hashByte(this.#row, LOCAL_MODEL_WORD);
    this.#row = ROW_STARTS.includes(byte) ? byte : hashByte(this.#row, byte);
    this.#signs = (this.#signs << 8) | byte;
    this.#since = 0;
  }
}

/** What single messages take in turn. */
let single: LocalMemory | null = null;

function emptyMemory(): LocalMemory {
  single ??= new LocalMemory();
  single.reset();
  return single;
}

/** Let bytes that are coded elsewhere enter a stream's memory as a message (rule STR-11). */
export function learnMessage(data: Uint8Array, memory: LocalMemory, model: ContextModel): void {
  const predictor = new Predictor(model, memory);
  for (const byte of data.subarray(Math.max(0, data.length - memory.size.window))) predictor.learn(byte);
  predictor.learn(0);
}

/** Code the symbols of a message (rule LOC-10). */
export function writeMessage(data: Uint8Array, predictor: Predictor, encoder: RangeEncoder): Uint8Array {
  for (const byte of data) predictor.encode(encoder, byte);
  predictor.encode(encoder, CONTEXT_MODEL_END);
  return encoder.finish();
}

/** Read the symbols of a message of at most `maxSize` bytes, to the end of its string (rule LOC-10). */
export function readMessage(predictor: Predictor, decoder: RangeDecoder, maxSize: number): Uint8Array {
  const most = Math.min(maxSize, LIMITS_MAX_ADAPTIVE);
  while (predictor.decode(decoder) !== CONTEXT_MODEL_END) {
    if (predictor.size > most) throw tooLong(most);
  }
  decoder.finish();
  return predictor.bytes.slice(0, predictor.size);
}

/**
 * The string that stands for a message; it is a whole one if the model is implied (rule AUR-10).
 *
 * @throws EncodeError The message has more than `MAX_ADAPTIVE` bytes (rule AUR-12).
 */
export function encodeAdaptive(data: Uint8Array, model: ContextModel): Uint8Array {
  if (data.length > LIMITS_MAX_ADAPTIVE) {
    throw new EncodeError(`an adaptive message has at most ${String(LIMITS_MAX_ADAPTIVE)} bytes`);
  }
  const encoder = new RangeEncoder(RANGE_CODER_ADAPTIVE_START, RANGE_CODER_ADAPTIVE_END);
  return writeMessage(data, new Predictor(model, emptyMemory()), encoder);
}

/** Read a string, or a whole message whose model is implied (rules AUR-10 and AUR-12). */
export function decodeAdaptive(string: Uint8Array, model: ContextModel, maxSize: number): Uint8Array {
  const decoder = new RangeDecoder(string, RANGE_CODER_ADAPTIVE_START, RANGE_CODER_ADAPTIVE_END);
  return readMessage(new Predictor(model, emptyMemory()), decoder, maxSize);
}
