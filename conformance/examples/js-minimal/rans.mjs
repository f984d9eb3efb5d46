// rANS (RNS-1 to RNS-6) and interleaved rANS (IRN-1 to IRN-7).
import { constants } from './data.mjs';

const { FREQUENCIES } = constants.context_model;

export function tableOf(frequencies) { // with the symbol of each slot
  const table = { frequencies, starts: new Uint16Array(frequencies.length), symbols: new Uint16Array(4096) };
  frequencies.forEach((frequency, s) => {
    table.starts[s] = s && table.starts[s - 1] + frequencies[s - 1];
    table.symbols.fill(s, table.starts[s], table.starts[s] + frequency);
  });
  return table;
}

function stateAfter(state, symbol, { frequencies, starts }) {
  return frequencies[symbol] * Math.floor(state / 4096) + (state % 4096) - starts[symbol];
}

export function readFrequencies(reader) {
  const frequencies = Array.from({ length: 256 }, () => reader.uint(2));
  reader.check(!frequencies.includes(0) && frequencies.reduce((a, b) => a + b) === 4096);
  return frequencies;
}

export function decodeRans(payload, frequencies, count, reader) {
  reader.check(payload.length >= 5, 'Truncated');
  let at = payload.length - 5;
  let state = payload.readUIntLE(at, 5);
  reader.check(state >= 2 ** 20 && state < 2 ** 28);
  const [table, out] = [tableOf(frequencies), Buffer.alloc(count)];
  for (let i = 0; i < count; i++) {
    out[i] = table.symbols[state % 4096];
    for (state = stateAfter(state, out[i], table); state < 2 ** 20; state = state * 256 + payload[--at]) {
      reader.check(at > 0, 'Truncated');
    }
  }
  reader.check(state === 2 ** 20 && at === 0);
  return out;
}

export function frequenciesOf(codes) { // IRN-7
  const weights = Array.from(codes, (code) => (code ? FREQUENCIES[code - 1] : 0));
  const sum = weights.reduce((a, b) => a + b, 0);
  const scaled = weights.map((weight) => weight && Math.max(1, Math.floor((weight * 4096) / sum)));
  for (let missing = 4096 - scaled.reduce((a, b) => a + b, 0); missing !== 0; missing -= Math.sign(missing)) {
    scaled[scaled.indexOf(Math.max(...scaled))] += Math.sign(missing);
  }
  return scaled;
}

export class Lanes {
  constructor(words, count, reader) {
    Object.assign(this, { words, reader, at: 0, lane: 0 });
    reader.check(words.length % 2 === 0);
    this.states = Array.from({ length: count }, () => this.word() * 65536 + this.word());
    reader.check(this.states.every((state) => state >= 65536));
  }

  word() {
    this.reader.check(this.at < this.words.length, 'Truncated');
    this.at += 2;
    return this.words.readUInt16LE(this.at - 2);
  }

  begin() { this.lane = 0; } // a batch

  next(table) {
    this.reader.check(table);
    const symbol = table.symbols[this.states[this.lane] % 4096];
    const state = stateAfter(this.states[this.lane], symbol, table);
    this.states[this.lane] = state < 65536 ? state * 65536 + this.word() : state;
    this.lane = (this.lane + 1) % this.states.length;
    return symbol;
  }

  end() { this.reader.check(this.at === this.words.length && this.states.every((state) => state === 65536)); }
}
