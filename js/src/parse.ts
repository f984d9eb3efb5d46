// The parse of BRIO version 2: how the canonical encoder cuts a message (rules PAR-1 to PAR-6).
import { frequenciesFrom } from './adaptive.js';
import { codeNumber, openNumber } from './brio2.js';
import {
  ADAPTIVE_INCREMENT, BRIO2_MIN_MATCH, BRIO2_RECENT, PARSE_ADVANTAGE, PARSE_AVERAGE, PARSE_BLOCK, PARSE_EXTENSION,
  PARSE_LONG, PARSE_MAX_CANDIDATE, PARSE_OVERLAP, PARSE_TIMES, UNIT_MAX_UNIT,
} from './constants.js';
import { toLatin1 } from './text.js';
import { codeUnit, type StreamKind, unitBits, type Units } from './unit.js';

/** A literal run, in units, and the match that follows. */
export interface Sequence {
  readonly literalRun: number;
  length: number;
  readonly distance: number;
}

/** A message in units and matches; the units behind the last match have no sequence. */
export interface Parse {
  readonly units: readonly number[];
  readonly sequences: readonly Sequence[];
}

/** How to cut: the level, where the message begins behind its window, and the units. */
export interface ParseOptions {
  readonly level: number;
  readonly begin: number;
  readonly units: Units;
}

/** Rule PAR-1: the search lengths of each level. */
const SEARCH_LENGTHS = [
  [4, 8, 16, 32],
  [4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48],
] as const;
const FIRST_SEARCH_STRIDE = 3;

/** What to do at a position: a unit, with distance 0, or a match. */
interface Choice {
  readonly length: number;
  readonly distance: number;
  readonly unit: number;
}

/** Distances, 0 for none, and lengths, of all positions. */
interface Candidates {
  readonly distances: Int32Array;
  readonly lengths: Int32Array;
}

type Counts = Record<StreamKind, number[][]>;

/** Prices of options, in sixteenths of a bit (rules PAR-2 and PAR-6). */
interface Prices {
  /** By context and symbol. */
  readonly units: readonly (readonly number[])[];
  readonly recent: readonly number[];
  readonly distances: readonly number[];
  readonly lengths: readonly number[];
  readonly literalRuns: readonly [number, number];
}

const PRICES: (number | undefined)[] = [];

/** The price of a symbol (rule PAR-2). */
function priceOf(frequency: number): number {
  return (PRICES[frequency] ??= 16 * 12 - ((BigInt(frequency) ** 16n).toString(2).length - 1));
}

/** The counts of rule PAR-2. */
function firstCounts(units: Units): Counts {
  const mean = (tables: readonly Uint16Array[]) => [
    Array.from(tables[0], (_, symbol) =>
      Math.floor(tables.reduce((sum, table) => sum + table[symbol], 0) / tables.length),
    ),
  ];
  const { counts } = units;
  return {
    units: counts.units.map((table) => Array.from(table)),
    literal_runs: mean(counts.literal_runs),
    distances: mean(counts.distances),
    lengths: mean(counts.lengths),
  };
}

function pricesOf(counts: Counts): Prices {
  const price = (row: readonly number[], bitsOf: (symbol: number) => number) =>
    Array.from(frequenciesFrom(row), (frequency, symbol) => priceOf(frequency) + 16 * bitsOf(symbol));
  const bitsOfNumber = (symbol: number) => openNumber(symbol).bits;
  const recent = BRIO2_RECENT.length;
  const distances = price(counts.distances[0], (symbol) => (symbol < recent ? 0 : bitsOfNumber(symbol - recent)));
  const weights = frequenciesFrom(counts.literal_runs[0]);
  const literalRuns = price(counts.literal_runs[0], bitsOfNumber);
  let [sum, total] = [0, 0];
  for (let symbol = 1; symbol < weights.length; symbol++) {
    sum += weights[symbol] * literalRuns[symbol];
    total += weights[symbol];
  }
  return {
    units: counts.units.map((row) => price(row, unitBits)),
    recent: distances.slice(0, recent),
    distances: distances.slice(recent),
    lengths: price(counts.lengths[0], bitsOfNumber),
    literalRuns: [literalRuns[0], Math.floor(sum / total)],
  };
}

/** How many bytes from `position` on agree with those `distance` before, at most `most`. */
function agreeing(data: Uint8Array, position: number, distance: number, most: number): number {
  const end = Math.min(data.length, position + most);
  let at = position;
  while (at < end && data[at] === data[at - distance]) at++;
  return at - position;
}

/** The candidates of a search length (rule PAR-1). */
function findCandidates(data: Uint8Array, text: string, searchLength: number): Candidates {
  const distances = new Int32Array(data.length);
  const lengths = new Int32Array(data.length);
  const latest = new Map<string, number>();
  for (let position = 0; position + searchLength <= data.length; position++) {
    const key = text.slice(position, position + searchLength);
    distances[position] = position - (latest.get(key) ?? position);
    latest.set(key, position);
  }
  for (let position = data.length - 1; position >= 0; position--) {
    const distance = distances[position];
    if (distance === 0) continue;
    lengths[position] =
      distances[position + 1] === distance
        ? Math.min(lengths[position + 1] + 1, PARSE_MAX_CANDIDATE)
        : searchLength + agreeing(data, position + searchLength, distance, PARSE_EXTENSION);
  }
  return { distances, lengths };
}

/** Cuts a message, with what it was searched for. */
class Parser {
  readonly #data: Uint8Array;
  readonly #text: string;
  readonly #begin: number;
  readonly #units: Units;

  constructor(data: Uint8Array, { begin, units }: ParseOptions) {
    this.#data = data;
    this.#text = toLatin1(data);
    this.#begin = begin;
    this.#units = units;
  }

  parse(level: number): Parse {
    const levels = SEARCH_LENGTHS[level].map((length) => findCandidates(this.#data, this.#text, length));
    const first = level > 0 ? levels.filter((_, at) => at % FIRST_SEARCH_STRIDE === 0) : levels;
    let cut = this.#walk(this.#judgeAll(first, null, pricesOf(firstCounts(this.#units))));
    for (let time = 0; level > 0 && time < PARSE_TIMES; time++) {
      const { recent, counts } = this.#learn(cut);
      cut = this.#walk(this.#judgeAll(levels, recent, pricesOf(counts)));
    }
    return cut;
  }

  /** The choices at all positions, behind a match and behind a unit (rule PAR-3). */
  #judgeAll(levels: readonly Candidates[], recent: readonly Candidates[] | null, prices: Prices): Choice[][] {
    const choices: Choice[][] = [];
    for (let start = this.#begin; start < this.#data.length; start += PARSE_BLOCK) {
      choices.push(...this.#judge(start, levels, recent, prices));
    }
    return choices;
  }

  #judge(
    start: number, levels: readonly Candidates[], recent: readonly Candidates[] | null, prices: Prices,
  ): Choice[][] {
    const width = PARSE_BLOCK + PARSE_OVERLAP;
    const costs = [new Int32Array(width + 1), new Int32Array(width + 1)];
    const ahead = (state: number, place: number) =>
      place <= width ? costs[state][place] : -PARSE_AVERAGE * (place - width);
    const choices: Choice[][] = [];
    for (let place = Math.min(width, this.#data.length - start) - 1; place >= 0; place--) {
      const position = start + place;
      const before = position > 0 ? this.#units.contextAfter[this.#data[position - 1]] : 0;
      const best: (Choice | null)[] = [null, null];
      const least = [Infinity, Infinity];
      const offer = (state: number, cost: number, choice: Choice) => {
        if (cost >= least[state]) return;
        least[state] = cost;
        best[state] = choice;
      };
      for (const unit of this.#unitsAt(position)) {
        const length = this.#units.sizeOf(unit);
        const { symbol } = codeUnit(unit);
        const cost = ahead(1, place + length);
        const choice = { length, distance: 0, unit };
        offer(0, prices.units[0][symbol] + cost, choice);
        offer(1, prices.units[before][symbol] + cost, choice);
      }
      this.#matchesAt(position, levels, recent, prices, (price, length, distance) => {
        const over = PARSE_AVERAGE * Math.max(0, length - PARSE_LONG);
        const cost = price + ahead(0, place + Math.min(length, PARSE_LONG)) - over;
        const choice = { length, distance, unit: 0 };
        offer(0, cost + prices.literalRuns[0], choice);
        offer(1, cost + prices.literalRuns[1], choice);
      });
      costs[0][place] = least[0];
      costs[1][place] = least[1];
      if (place < PARSE_BLOCK) choices.push(best as Choice[]);
    }
    return choices.reverse();
  }

  #unitsAt(position: number): number[] {
    const units = [this.#data[position]];
    for (let length = 2; length <= UNIT_MAX_UNIT && position + length <= this.#data.length; length++) {
      const unit = this.#units.numbers.get(this.#text.slice(position, position + length));
      if (unit !== undefined) units.push(unit);
    }
    return units;
  }

  /** Offer the matches that are options at a position, priced but for the literal run (rules PAR-2, PAR-3 and PAR-6). */
  #matchesAt(
    position: number, levels: readonly Candidates[], recent: readonly Candidates[] | null, prices: Prices,
    offer: (price: number, length: number, distance: number) => void,
  ): void {
    const far = (distance: number) => prices.distances[codeNumber(distance - 1).symbol];
    const long = (length: number) => prices.lengths[codeNumber(length - BRIO2_MIN_MATCH).symbol];
    if (recent === null) {
      for (const { distances, lengths } of levels) {
        const [distance, length] = [distances[position], lengths[position]];
        if (distance > 0) offer(far(distance) + long(length), length, distance);
      }
      return;
    }
    recent.forEach(({ distances, lengths }, at) => {
      const [distance, length] = [distances[position], lengths[position]];
      if (distance > 0) offer(prices.recent[at] + long(length), length, distance);
    });
    let shortest = BRIO2_MIN_MATCH;
    for (const { distances, lengths } of levels) {
      const [distance, length] = [distances[position], lengths[position]];
      for (let some = shortest; some <= Math.min(length, PARSE_LONG); some++) {
        const own = some === PARSE_LONG ? length : some;
        offer(far(distance) + long(own), own, distance);
      }
      shortest = Math.max(shortest, length + 1);
    }
  }

  /** Follow the choices (rules PAR-4 and PAR-5). */
  #walk(choices: readonly (readonly Choice[])[]): Parse {
    const data = this.#data;
    const units: number[] = [];
    const sequences: Sequence[] = [];
    let [position, literalRun, last] = [this.#begin, 0, 0];
    while (position < data.length) {
      const choice = choices[position - this.#begin][literalRun > 0 ? 1 : 0];
      let { length, distance } = choice;
      if (last > 0 && distance !== last) {
        const again = agreeing(data, position, last, data.length);
        if (again >= Math.max(BRIO2_MIN_MATCH, length - (distance > 0 ? PARSE_ADVANTAGE : 0))) {
          length = again;
          distance = last;
        }
      }
      position += length;
      if (distance === 0) {
        units.push(choice.unit);
        literalRun++;
      } else if (distance === last && literalRun === 0) {
        sequences[sequences.length - 1].length += length;
      } else {
        sequences.push({ literalRun, length, distance });
        literalRun = 0;
        last = distance;
      }
    }
    return { units, sequences };
  }

  /** What a parse tells for the next: recent distances as candidates by place, and counts (rule PAR-6). */
  #learn({ units, sequences }: Parse): { recent: Candidates[]; counts: Counts } {
    const data = this.#data;
    const counts = firstCounts(this.#units);
    const count = (row: number[], symbol: number) => {
      row[symbol] += ADAPTIVE_INCREMENT;
    };
    const distances = [...BRIO2_RECENT];
    const valid = distances.map(() => new Int32Array(data.length));
    let [position, taken] = [0, 0];
    const hold = (end: number) => {
      valid.forEach((row, at) => row.fill(distances[at], position, end));
      position = end;
    };
    hold(this.#begin);
    const starts = new Set([0]);
    for (const { literalRun, length, distance } of sequences) {
      let end = position + length;
      for (let at = taken; at < taken + literalRun; at++) end += this.#units.sizeOf(units[at]);
      taken += literalRun;
      starts.add(taken);
      hold(end);
      const place = distances.indexOf(distance);
      count(counts.distances[0], place >= 0 ? place : distances.length + codeNumber(distance - 1).symbol);
      distances.splice(place >= 0 ? place : distances.length - 1, 1);
      distances.unshift(distance);
      count(counts.literal_runs[0], codeNumber(literalRun).symbol);
      count(counts.lengths[0], codeNumber(length - BRIO2_MIN_MATCH).symbol);
    }
    hold(data.length);
    let before = 0;
    units.forEach((unit, at) => {
      const { symbol } = codeUnit(unit);
      count(counts.units[starts.has(at) ? 0 : this.#units.contextAfter[before]], symbol);
      before = symbol;
    });
    return { recent: valid.map((row) => this.#repeats(row)), counts };
  }

  /** The distances in force as candidates, where enough bytes agree (rule PAR-6). */
  #repeats(valid: Int32Array): Candidates {
    const distances = new Int32Array(valid.length);
    const lengths = new Int32Array(valid.length);
    valid.forEach((distance, position) => {
      const length = distance <= position ? agreeing(this.#data, position, distance, PARSE_LONG) : 0;
      if (length < BRIO2_MIN_MATCH) return;
      distances[position] = distance;
      lengths[position] = length;
    });
    return { distances, lengths };
  }
}

/** Cut what follows `begin`, of which matches may begin before it (rules PAR-1 to PAR-6 and CHK-4). */
export function parse(data: Uint8Array, options: ParseOptions): Parse {
  return new Parser(data, options).parse(options.level);
}
