// Answers the requests of the conformance runner with the WebAssembly module. What it does not code is skipped. Patterns,
// and what a model file holds of them, are parsed here, as the module leaves it to its host.
import { BRIO_VERSION, CHAR_RUNS_STATES, MARKER_BRIO, MODEL_DICTIONARY, MODEL_TEMPLATES, MODEL_VERSION } from '../src/constants.js';
import { crc32 } from '../src/crc32.js';
import { DecodeError } from '../src/errors.js';
import { fromHex } from '../src/slot/value.js';
import type { Check } from '../src/stream_check.js';
import { Codec, Model } from '../src/wasm.js';
import { instance } from '../src/wasm/instance.js';
import { StreamEnd } from '../src/wasm/stream.js';
import { toHex, Writer } from '../src/wire.js';
import { type Fields, ProtocolAnswerer, Skipped } from './protocol.js';
import { writeMessage } from './wasm_messages.js';

/** The profiles of which the module has all. */
const PROFILES = ['tag', 'stream'];

/** Bytes before the version of a container: its marker, and AURA. */
const CONTAINER_HEAD = 5;
const MAX_SIZE = 2 ** 26;

/** Reads messages of version 1 of BRIO as what they are: nothing that the module has. */
function skipFirstBrio(wire: Uint8Array): void {
  const isFirst = wire[0] === MARKER_BRIO && wire[CONTAINER_HEAD] === BRIO_VERSION;
  if (isFirst && toHex(wire.subarray(1, CONTAINER_HEAD)) === '41555241') throw new Skipped('no BRIO of version 1');
}

/** Answers requests, in order. */
export class WasmAnswerer extends ProtocolAnswerer<Model> {
  constructor(name: string, version: string) {
    super(name, version, PROFILES);
  }

  protected readModel(file: Uint8Array): Model {
    return Model.read(file);
  }

  protected decode(request: Fields): Fields {
    const wire = fromHex(request['wire'] as string);
    switch (request['case_type']) {
      case 'message':
        return this.#read(wire, request, false);
      case 'tagged message':
        return { value: this.#read(wire, request, true) };
      case 'stream':
        return { value: this.#receive(wire, request) };
      case 'model file':
        return { value: modelFile(wire) };
      case 'section':
        return { value: readSection(wire, request) };
    }
    throw new Skipped(`no case type ${request['case_type'] as string}`);
  }

  protected encode(request: Fields): Fields {
    const type = request['case_type'] as string;
    if (type === 'stream') return { wire: toHex(this.#send(request)) };
    if (type !== 'message' && type !== 'tagged message') throw new Skipped(`no case type ${type}`);
    const text = (request['text_hex'] ?? (request['value'] as Fields)['text_hex']) as string | undefined;
    return this.#withCodec(request, type !== 'message', (codec) => ({
      wire: toHex(writeMessage({ ...request, text_hex: text }, codec)),
    }));
  }

  #withCodec<T>(request: Fields, check: boolean, use: (codec: Codec) => T): T {
    const model = this.modelOf(request);
    const templates = request['templates'] as Record<number, string>;
    const codec = new Codec({ templates, check, withBuiltin: false, ...(model && { model }) });
    try {
      return use(codec);
    } finally {
      codec.dispose();
    }
  }

  #read(wire: Uint8Array, request: Fields, check: boolean): Fields {
    skipFirstBrio(wire);
    return this.#withCodec(request, check, (codec) => ({
      text_hex: toHex(codec.decompressBytes(wire, { maxSize: Number(request['max_size']) })),
    }));
  }

  /** Use an end of a stream, and what codes messages by themselves there. */
  #withEnd<T>(request: Fields, use: (end: StreamEnd, codec: Codec) => T): T {
    const model = this.modelOf(request) as Model;
    const terms = [Number(request['memory']), Number(request['check']) as Check, request['server'] as boolean] as const;
    const end = new StreamEnd(model, ...terms);
    const codec = new Codec({ model, withBuiltin: false });
    try {
      return use(end, codec);
    } finally {
      codec.dispose();
      end.dispose();
    }
  }

  #receive(wire: Uint8Array, request: Fields): Fields {
    return this.#withEnd(request, (end, codec) => {
      const read = (message: Uint8Array, maxSize: number) => {
        skipFirstBrio(message);
        return codec.decompressBytes(message, { maxSize });
      };
      for (const before of request['before'] as string[]) {
        try {
          end.decode(fromHex(before), MAX_SIZE, read);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }
      const { data, isText } = end.decode(wire, MAX_SIZE, read);
      return { text_hex: toHex(data), is_text: isText, asked: end.asked };
    });
  }

  #send(request: Fields): Uint8Array {
    return this.#withEnd(request, (end) => {
      const store = new Codec({ level: 0 });
      let wire: Uint8Array = new Uint8Array(0);
      for (const step of request['steps'] as Fields[]) {
        if (step['happens'] !== '') end.reset(step['happens'] === 'reset and ask');
        const data = fromHex(step['text_hex'] as string);
        wire = end.encode({ data, isText: step['is_text'] as boolean }, (bytes) => store.compress(bytes));
      }
      store.dispose();
      return wire;
    });
  }
}

function patternsOf({ templates }: Model): Fields {
  return Object.fromEntries([...templates].map(([at, { pattern }]) => [at, pattern]));
}

function modelFile(wire: Uint8Array): Fields {
  const { exports } = instance();
  const model = Model.read(wire);
  const { id, dictionary, address } = model;
  const states = Array.from({ length: CHAR_RUNS_STATES }, (_, state) => state);
  const value = {
    model_id: id,
    contexts: exports.aura_model_contexts(address),
    entries: exports.aura_model_entries(address),
    states_with_lists: states.filter((state) => exports.aura_model_has_list(address, state) !== 0),
    prefix_size: exports.aura_model_prefix_size(address),
    templates: patternsOf(model),
    dictionary_size: dictionary.length,
  };
  model.dispose();
  return value;
}

/** A file of a section and those around it (rules MDL-1 and MDL-2). */
function fileOf(sections: Readonly<Record<string, string>>): Uint8Array {
  const writer = new Writer();
  writer.bytes(fromHex('4155524d'));
  writer.byte(MODEL_VERSION);
  const entries = Object.entries(sections).sort(([one], [other]) => Number(one) - Number(other));
  writer.byte(entries.length);
  for (const [type, digits] of entries) {
    const content = fromHex(digits);
    writer.byte(Number(type));
    writer.uint(content.length, 4);
    writer.uint(crc32(content), 4);
    writer.bytes(content);
  }
  return writer.toBytes();
}

/** The module packs what it reads, so that of its own sections it shows no more than why they are refused. */
function readSection(wire: Uint8Array, { type, around }: Fields): Fields {
  const model = Model.read(fileOf({ ...(around as Record<string, string>), [type as number]: toHex(wire) }));
  model.dispose();
  if (type === MODEL_TEMPLATES) return { templates: patternsOf(model) };
  if (type === MODEL_DICTIONARY) return { dictionary_size: model.dictionary.length };
  throw new Skipped('the module packs what it reads');
}
