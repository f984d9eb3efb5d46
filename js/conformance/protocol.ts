// Version 1 of the protocol of the conformance runner, whatever answers.
import { DecodeError } from '../src/errors.js';
import { fromHex } from '../src/slot/value.js';

/** A JSON object of a request or a value. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- its fields are those that the protocol states
export type Fields = Record<string, any>;

/** How values of a case type are read and, for some, written. */
export interface CaseType {
  readonly read: (wire: Uint8Array, told: Fields) => Fields;
  readonly write?: (value: Fields, told: Fields) => Uint8Array;
}

/** Thrown for what an implementation does not have. */
export class Skipped extends Error {}

/** Answers requests, in order. */
export abstract class ProtocolAnswerer<Model> {
  readonly #about: Fields;
  readonly #models = new Map<string, Model>();

  /** `name` and `version` are those that the runner shows, and `profiles` those that are claimed. */
  protected constructor(name: string, version: string, profiles: readonly string[]) {
    this.#about = { protocol: 1, name, version, spec: ['0.1.0'], profiles };
  }

  protected abstract readModel(file: Uint8Array): Model;
  protected abstract decode(request: Fields): Fields;
  protected abstract encode(request: Fields): Fields;

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
        this.#models.set(request['id'] as string, this.readModel(fromHex(request['data'] as string)));
        return { ok: true };
      case 'decode':
        return this.decode(request);
      case 'encode':
        return this.encode(request);
    }
    throw new Skipped(`no command ${command}`);
  }

  /** The model of a request, or null. */
  protected modelOf(request: Fields): Model | null {
    const id = request['model'] as string | undefined;
    const model = id === undefined ? null : this.#models.get(id);
    if (model === undefined) throw new Error(`the model ${id ?? ''} was not handed over`);
    return model;
  }
}

function refusal(error: unknown): Fields {
  if (error instanceof Skipped) return { skipped: { reason: error.message } };
  if (!(error instanceof DecodeError)) return { errored: { message: String(error) } };
  return { error: { code: error.code, offset: error.offset, message: error.reason } };
}
