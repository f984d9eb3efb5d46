// Answers the requests of the conformance runner with the TypeScript core, wherever JavaScript runs.
import { Brio, type UnitsFile } from '../src/brio.js';
import { ChunkedFiles } from '../src/chunked.js';
import { Model } from '../src/model.js';
import { fromHex } from '../src/slot/value.js';
import { toHex } from '../src/wire.js';
import { CASE_TYPES } from './case_types.js';
import { chunkedTypes } from './chunked_files.js';
import { SESSION_PARTS, sessionType, streamType } from './connections.js';
import { isMessage, readMessage, stateOf, writeMessage } from './messages.js';
import { type CaseType, type Fields, ProtocolAnswerer, Skipped } from './protocol.js';

const PROFILES = [
  'decoder-core', 'adaptive', 'fuzzy', 'encoder', 'tag', 'stream', 'session', 'event-stream', 'chunked', 'parts',
];

/** Answers requests, in order. */
export class Answerer extends ProtocolAnswerer<Model> {
  readonly #units: UnitsFile;
  readonly #brio: Brio;
  readonly #types: Readonly<Record<string, CaseType>>;

  /** `name` and `version` are those that the runner shows; `units` is the content of `vectors/data/units.json`. */
  constructor(name: string, version: string, units: UnitsFile) {
    super(name, version, PROFILES);
    this.#units = units;
    this.#brio = new Brio({ units });
    const modelOf = (request: Fields) => this.modelOf(request);
    this.#types = {
      ...CASE_TYPES,
      ...SESSION_PARTS,
      ...chunkedTypes(new ChunkedFiles(units)),
      stream: streamType(modelOf, [this.#brio]),
      session: sessionType(modelOf),
    };
  }

  protected readModel(file: Uint8Array): Model {
    return Model.read(file);
  }

  #heldFor(request: Fields) {
    return stateOf(request, this.modelOf(request), this.#brioFor((request['phrases'] ?? {}) as Fields));
  }

  /** What reads BRIO with the phrases of a request. */
  #brioFor(phrases: Fields): Brio {
    const entries = Object.entries(phrases).map(([id, digits]) => [Number(id), fromHex(digits as string)] as const);
    return entries.length === 0 ? this.#brio : new Brio({ units: this.#units, phrases: new Map(entries) });
  }

  #caseTypeOf({ case_type: name }: Fields): CaseType {
    if (!(name in this.#types)) throw new Skipped(`no case type ${name as string}`);
    return this.#types[name as string];
  }

  protected decode(request: Fields): Fields {
    const wire = fromHex(request['wire'] as string);
    if (!isMessage(request)) return { value: this.#caseTypeOf(request).read(wire, request) };
    const value = readMessage(wire, request, this.#heldFor(request));
    return request['case_type'] === 'message' ? value : { value };
  }

  protected encode(request: Fields): Fields {
    if (isMessage(request)) {
      const text = (request['text_hex'] ?? (request['value'] as Fields)['text_hex']) as string | undefined;
      const told = { ...request, text_hex: text };
      return { wire: toHex(writeMessage(told, this.#heldFor(request))) };
    }
    const { write } = this.#caseTypeOf(request);
    if (write === undefined) throw new Skipped('this is not written');
    return { wire: toHex(write(request['value'] as Fields, request)) };
  }
}
