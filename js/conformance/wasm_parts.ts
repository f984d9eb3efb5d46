// Functions of single chapters: those of the module of native/wasm/parts, which is the one of the package with these.
import { fromHex } from '../src/slot/value.js';
import { parsePattern } from '../src/template.js';
import { type Exports, Instance } from '../src/wasm/instance.js';
import { fileTemplates, partsOf } from '../src/wasm/library.js';
import { concat, toHex } from '../src/wire.js';
import type { CaseType, Fields } from './protocol.js';

/** What that module exports besides. */
interface PartExports extends Exports {
  readonly aura_read_integer: (size: number, low: number, high: number) => number;
  readonly aura_write_integer: (low: number, high: number) => number;
  readonly aura_weigh_codes: (size: number) => number;
  readonly aura_slots_of: (size: number) => number;
  readonly aura_states_of: (size: number) => number;
  readonly aura_read_rans: (size: number, count: number) => number;
  readonly aura_write_rans: (count: number) => number;
  readonly aura_frequencies_of: (count: number) => number;
  readonly aura_open_payload: (size: number, tablesSize: number, count: number, lanes: number) => number;
  readonly aura_read_batch: (count: number) => number;
  readonly aura_close_payload: () => number;
  readonly aura_read_choices: (size: number, count: number) => number;
  readonly aura_write_choices: (count: number) => number;
  readonly aura_match_template: (library: number, size: number) => number;
  readonly aura_fill_template: (library: number, id: number, size: number) => number;
}

type Choices = readonly (readonly [number, number, number])[];

const LOW = 0xffffffffn;

/** Numbers of 16 or 32 bits, the lowest byte first. */
function shorts(numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(numbers).buffer);
}

function words(numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}

/** The low and the high half of a number of 64 bits. */
function halves(text: string): readonly [number, number] {
  const number = BigInt(text);
  return [Number(number & LOW), Number(number >> 32n)];
}

/** The module, and what it answers. */
class Parts {
  readonly #core: Instance;
  readonly #exports: PartExports;

  constructor(core: Instance) {
    this.#core = core;
    this.#exports = core.exports as PartExports;
  }

  #numbers(length: number): Uint32Array {
    return new Uint32Array(this.#core.read(length).buffer);
  }

  #shorts(length: number): Uint16Array {
    return new Uint16Array(this.#core.read(length).buffer);
  }

  /** Fail if a call without a result does. */
  #expect(result: number): void {
    if (result < 0) throw this.#core.refusal();
  }

  readInteger(wire: Uint8Array, { maximum }: Fields): Fields {
    this.#core.put(wire);
    const result = this.#core.read(this.#exports.aura_read_integer(wire.length, ...halves(maximum as string)));
    const view = new DataView(result.buffer);
    return { value: String(view.getBigUint64(0, true)), signed: String(view.getBigInt64(8, true)) };
  }

  writeInteger({ value }: Fields): Uint8Array {
    return this.#core.written(this.#exports.aura_write_integer(...halves(value as string)));
  }

  weights(wire: Uint8Array): Fields {
    this.#core.put(wire);
    const numbers = [...this.#shorts(this.#exports.aura_weigh_codes(wire.length))];
    return {
      frequencies: numbers.filter((_, at) => at % 2 === 0),
      escapes_of_4096: numbers.filter((_, at) => at % 2 === 1),
    };
  }

  slots(wire: Uint8Array): Fields {
    this.#core.put(wire);
    return { slots: [...this.#numbers(this.#exports.aura_slots_of(wire.length))] };
  }

  states(wire: Uint8Array): Fields {
    this.#core.put(wire);
    return { states: [...this.#core.read(this.#exports.aura_states_of(wire.length))] };
  }

  readRans(wire: Uint8Array, { frequencies, count }: Fields): Fields {
    this.#core.put(shorts(frequencies as number[]), wire);
    return { symbols_hex: toHex(this.#core.read(this.#exports.aura_read_rans(wire.length, count as number))) };
  }

  writeRans({ symbols_hex: digits }: Fields, { frequencies }: Fields): Uint8Array {
    const symbols = fromHex(digits as string);
    this.#core.put(shorts(frequencies as number[]), symbols);
    return this.#core.written(this.#exports.aura_write_rans(symbols.length));
  }

  frequencies(wire: Uint8Array): Fields {
    this.#core.put(wire);
    return { frequencies: [...this.#numbers(this.#exports.aura_frequencies_of(wire.length))] };
  }

  payload(wire: Uint8Array, { tables, lanes, batches }: Fields): Fields {
    const rows = tables as number[][];
    const laidOut = concat(rows.map((row) => Uint8Array.of(row.length >> 8, row.length & 0xff, ...row)));
    this.#core.put(laidOut, wire);
    const size = laidOut.length + wire.length;
    this.#expect(this.#exports.aura_open_payload(size, laidOut.length, rows.length, lanes as number));
    const symbols = (batches as number[][]).map((row) => {
      this.#core.put(shorts(row));
      return [...this.#shorts(this.#exports.aura_read_batch(row.length))];
    });
    this.#expect(this.#exports.aura_close_payload());
    return { symbols };
  }

  readChoices(wire: Uint8Array, told: Fields): Fields {
    const choices = told['choices'] as Choices;
    this.#core.put(words(choices.flat()), wire);
    const count = this.#exports.aura_read_choices(wire.length, choices.length);
    this.#expect(count);
    if (count < choices.length) throw new Error('the string leads elsewhere');
    return {};
  }

  writeChoices(_: Fields, told: Fields): Uint8Array {
    const choices = told['choices'] as Choices;
    this.#core.put(words(choices.flat()));
    return this.#core.written(this.#exports.aura_write_choices(choices.length));
  }

  /** Use a library of one template, whose id is 0. */
  #withTemplate<T>(pattern: string, use: (library: number) => T): T {
    const library = fileTemplates(new Map([[0, parsePattern(pattern)]]), false, this.#core);
    try {
      return use(library.address);
    } finally {
      library.dispose();
    }
  }

  match(wire: Uint8Array, { pattern }: Fields): Fields {
    return this.#withTemplate(pattern as string, (library) => {
      this.#core.put(wire);
      const length = this.#exports.aura_match_template(library, wire.length);
      if (length < 0) return { slots: null };
      const result = this.#core.result(length);
      const view = new DataView(result.buffer);
      const slots: string[] = [];
      for (let at = 0; at < length; ) {
        const end = at + 4 + view.getUint32(at, true);
        slots.push(toHex(result.subarray(at + 4, end)));
        at = end;
      }
      return { slots };
    });
  }

  fill({ slots }: Fields, { pattern }: Fields): Uint8Array {
    return this.#withTemplate(pattern as string, (library) => {
      const values = partsOf((slots as string[]).map(fromHex));
      this.#core.put(values);
      return this.#core.written(this.#exports.aura_fill_template(library, 0, values.length));
    });
  }
}

/** The case types of single chapters, on the module of these bytes. */
export function partTypes(module: BufferSource): Readonly<Record<string, CaseType>> {
  const parts = new Parts(new Instance(new WebAssembly.Module(module)));
  return {
    integer: { read: (wire, told) => parts.readInteger(wire, told), write: (value) => parts.writeInteger(value) },
    'template match': {
      read: (wire, told) => parts.match(wire, told),
      write: (value, told) => parts.fill(value, told),
    },
    rans: { read: (wire, told) => parts.readRans(wire, told), write: (value, told) => parts.writeRans(value, told) },
    'frequencies of a table': { read: (wire) => parts.frequencies(wire) },
    payload: { read: (wire, told) => parts.payload(wire, told) },
    choices: {
      read: (wire, told) => parts.readChoices(wire, told),
      write: (value, told) => parts.writeChoices(value, told),
    },
    'weights of codes': { read: (wire) => parts.weights(wire) },
    'slots of positions': { read: (wire) => parts.slots(wire) },
    'states of character runs': { read: (wire) => parts.states(wire) },
  };
}
