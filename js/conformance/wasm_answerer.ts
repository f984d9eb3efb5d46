// Answers the requests of the conformance runner with the WebAssembly module. What it does not code is skipped. Patterns,
// and what a model file holds of them, are parsed here, as the module leaves it to its host.
import { DecodeError } from '../src/errors.js';
import { fromHex } from '../src/slot/value.js';
import type { Check } from '../src/stream_check.js';
import { ChunkedFiles, Codec, Model } from '../src/wasm.js';
import { StreamEnd } from '../src/wasm/stream.js';
import { toHex } from '../src/wire.js';
import { chunkedTypes } from './chunked_files.js';
import { readEventStream, writeEventStream } from './event_streams.js';
import { type CaseType, type Fields, ProtocolAnswerer, Skipped } from './protocol.js';
import { writeAs, writeMessage } from './wasm_messages.js';
import { readModelFile, readSection } from './wasm_sections.js';

/** The profiles of which the module has all. */
const PROFILES = ['decoder-core', 'adaptive', 'fuzzy', 'encoder', 'tag', 'stream', 'event-stream', 'chunked', 'parts'];

const MAX_SIZE = 2 ** 26;

/** Answers requests, in order. */
export class WasmAnswerer extends ProtocolAnswerer<Model> {
  /** Case types that need nothing of a request but the case. */
  readonly #types: Readonly<Record<string, CaseType>>;

  /** `name` and `version` are those that the runner shows, `parts` answers for single chapters. */
  constructor(name: string, version: string, parts: Readonly<Record<string, CaseType>>) {
    super(name, version, PROFILES);
    this.#types = { ...parts, ...chunkedTypes(new ChunkedFiles()) };
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
      case 'event stream':
        return { value: this.#withCodec(request, false, (codec) => readEventStream(wire, request, codec)) };
      case 'model file':
        return { value: readModelFile(wire) };
      case 'section':
        return { value: readSection(wire, request) };
    }
    return { value: this.#typeOf(request).read(wire, request) };
  }

  protected encode(request: Fields): Fields {
    const type = request['case_type'] as string;
    if (type === 'stream') return { wire: toHex(this.#send(request)) };
    if (type === 'event stream') {
      const method = this.modelOf(request) === null ? 'stored' : 'auralite';
      const write = (codec: Codec) =>
        writeEventStream(request['value'] as Fields, (part) => writeAs({ method }, part, codec));
      return { wire: toHex(this.#withCodec(request, false, write)) };
    }
    if (type !== 'message' && type !== 'tagged message') {
      const { write } = this.#typeOf(request);
      if (write === undefined) throw new Skipped('this is not written');
      return { wire: toHex(write(request['value'] as Fields, request)) };
    }
    const text = (request['text_hex'] ?? (request['value'] as Fields)['text_hex']) as string | undefined;
    return this.#withCodec(request, type !== 'message', (codec) => ({
      wire: toHex(writeMessage({ ...request, text_hex: text }, codec)),
    }));
  }

  #typeOf({ case_type: name }: Fields): CaseType {
    if (!((name as string) in this.#types)) throw new Skipped(`no case type ${name as string}`);
    return this.#types[name as string];
  }

  #withCodec<T>(request: Fields, check: boolean, use: (codec: Codec) => T): T {
    const model = this.modelOf(request);
    const templates = request['templates'] as Record<number, string>;
    const told = Object.entries((request['phrases'] ?? {}) as Record<string, string>);
    const phrases = new Map(told.map(([id, digits]) => [Number(id), fromHex(digits)]));
    const codec = new Codec({ templates, phrases, check, withBuiltin: false, ...(model && { model }) });
    try {
      return use(codec);
    } finally {
      codec.dispose();
    }
  }

  #read(wire: Uint8Array, request: Fields, check: boolean): Fields {
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
      const read = (message: Uint8Array, maxSize: number) => codec.decompressBytes(message, { maxSize });
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
