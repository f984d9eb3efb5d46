// Answers the requests of the conformance runner, version 1 of its protocol, wherever JavaScript runs.
import { Brio, type UnitsFile } from '../src/brio.js';
import { DecodeError } from '../src/errors.js';
import { Model } from '../src/model.js';
import { fromHex } from '../src/slot/value.js';
import { toHex } from '../src/wire.js';
import { CASE_TYPES, type CaseType, type Fields } from './case_types.js';
import { chunkedTypes, SESSION_PARTS, sessionType, streamType } from './connections.js';
import { isMessage, readMessage, Skipped, stateOf, writeMessage } from './messages.js';

const PROFILES = [
  'decoder-core', 'adaptive', 'fuzzy', 'encoder', 'tag', 'stream', 'session', 'event-stream', 'chunked', 'parts',
];

/** Answers requests, in order. */
export class Answerer {
  readonly #units: UnitsFile;
  readonly #brio: Brio;
  readonly #about: Fields;
  readonly #models = new Map<string, Model>();
  readonly #types: Readonly<Record<string, CaseType>>;

  /** `name` and `version` are those that the runner shows; `units` is the content of `vectors/data/units.json`. */
  constructor(name: string, version: string, units: UnitsFile) {
    this.#units = units;
    this.#brio = new Brio({ units });
    this.#about = { protocol: 1, name, version, spec: ['0.1.0'], profiles: PROFILES };
    const modelOf = (request: Fields) => this.#modelOf(request);
    this.#types = {
      ...CASE_TYPES,
      ...SESSION_PARTS,
      ...chunkedTypes(units),
      stream: streamType(modelOf, [this.#brio]),
      session: sessionType(modelOf),
    };
  }

  /** The answer to a request; null to the last one, which has none. */
  answer(request: Fields): Fields | null {
    const command = request['cmd'] as string;
    if (command === 'start') return this.#about;
    if (command === 'stop') return null;
    const seq = request['seq'] as number;
    try {
      return { seq, ...this.#run(command, request) };
    } catch (error) {
      return { seq, ...refusal(error) };
    }
  }

  #run(command: string, request: Fields): Fields {
    switch (command) {
      case 'model':
        this.hold(request['id'] as string, Model.read(fromHex(request['data'] as string)));
        return { ok: true };
      case 'decode':
        return this.#decode(request);
      case 'encode':
        return this.#encode(request);
    }
    throw new Skipped(`no command ${command}`);
  }

  /** Hold a model from now on; requests name it by this id. */
  hold(id: string, model: Model): void {
    this.#models.set(id, model);
  }

  #modelOf(request: Fields): Model | null {
    const id = request['model'] as string | undefined;
    const model = id === undefined ? null : this.#models.get(id);
    if (model === undefined) throw new Error(`the model ${id ?? ''} was not handed over`);
    return model;
  }

  #heldFor(request: Fields) {
    return stateOf(request, this.#modelOf(request), this.#brioFor((request['phrases'] ?? {}) as Fields));
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

  #decode(request: Fields): Fields {
    const wire = fromHex(request['wire'] as string);
    if (!isMessage(request)) return { value: this.#caseTypeOf(request).read(wire, request) };
    const value = readMessage(wire, request, this.#heldFor(request));
    return request['case_type'] === 'message' ? value : { value };
  }

  #encode(request: Fields): Fields {
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

function refusal(error: unknown): Fields {
  if (error instanceof Skipped) return { skipped: { reason: error.message } };
  if (!(error instanceof DecodeError)) return { errored: { message: String(error) } };
  return { error: { code: error.code, offset: error.offset, message: error.reason } };
}
