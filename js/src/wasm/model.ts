// Models in the memory of the WebAssembly module.
import { AURALITE_MODEL_ID_SIZE, MODEL_DICTIONARY, MODEL_FIRST_OPTIONAL, MODEL_TEMPLATES } from '../constants.js';
import { DecodeError } from '../errors.js';
import { readDictionary, readTemplates } from '../model_templates.js';
import { sha256 } from '../sha256.js';
import type { Template } from '../template.js';
import { concat, Reader, toHex } from '../wire.js';
import { type Held, type Instance, instance } from './instance.js';

/** Bytes of a section before its content: its type, length and CRC-32. */
const SECTION_HEAD = 9;

/** What a model file says of messages. Messages and codecs may share it. */
export class Model {
  /** Sixteen hexadecimal digits (rule MDL-4). */
  readonly id: string;
  /** By id (rule MDL-6). */
  readonly templates: ReadonlyMap<number, Template>;
  /** Empty if the file has none (rule MDL-8). */
  readonly dictionary: Uint8Array;
  readonly #held: Held;

  private constructor(held: Held, id: string, templates: ReadonlyMap<number, Template>, dictionary: Uint8Array) {
    this.#held = held;
    this.id = id;
    this.templates = templates;
    this.dictionary = dictionary;
  }

  /**
   * Read a model file.
   *
   * @param id That the model has to have.
   * @throws DecodeError The file is refused, as the rules of the chapters `model`, `trie`, `prefix` and `char_runs` say;
   *   `ChecksumMismatch` if it has another id.
   */
  static read(file: Uint8Array, id?: string): Model {
    const core = instance();
    core.put(file);
    const held = core.hold(core.exports.aura_read_model(file.length, false), core.exports.aura_free_model);
    try {
      const digest = idOf(core, held.address, file);
      const own = toHex(digest);
      if (id !== undefined && own !== id) throw new DecodeError('ChecksumMismatch', `the id of the model is ${own}`);
      const templates = sectionOf(core, held.address, file, MODEL_TEMPLATES);
      const dictionary = sectionOf(core, held.address, file, MODEL_DICTIONARY);
      core.put(digest);
      core.exports.aura_identify_model(held.address);
      return new Model(
        held,
        own,
        templates === null ? new Map<number, Template>() : readTemplates(new Reader(templates)),
        dictionary === null ? new Uint8Array(0) : readDictionary(new Reader(dictionary)),
      );
    } catch (error) {
      held.dispose();
      throw error;
    }
  }

  /** Where it stands. */
  get address(): number {
    return this.#held.address;
  }

  /** @throws Error It was disposed of. */
  require(): void {
    this.#held.require();
  }

  /** Give its memory back now, rather than when it is collected. Codecs and streams with it can code no more. */
  dispose(): void {
    this.#held.dispose();
  }
}

/** The content of a section, or null if there is none. */
function sectionOf({ exports }: Instance, model: number, file: Uint8Array, type: number): Uint8Array | null {
  const offset = exports.aura_section_offset(model, type);
  return offset === 0 ? null : file.subarray(offset, offset + exports.aura_section_size(model, type));
}

/** Rule MDL-4. */
function idOf({ exports }: Instance, model: number, file: Uint8Array): Uint8Array {
  const counted: Uint8Array[] = [];
  for (let type = 0; type < MODEL_FIRST_OPTIONAL; type++) {
    const offset = exports.aura_section_offset(model, type);
    const end = offset + exports.aura_section_size(model, type);
    if (offset > 0) counted.push(file.subarray(offset - SECTION_HEAD, end));
  }
  return sha256(concat(counted)).subarray(0, AURALITE_MODEL_ID_SIZE);
}
