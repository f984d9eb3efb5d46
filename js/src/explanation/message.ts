// Single messages, method by method: what each piece costs.
import { Walk } from '../auralite.js';
import {
  AURALITE_MODEL_ID_SIZE, CONTEXT_MODEL_END, LIMITS_MAX_TEMPLATE_ID, MARKER_ADAPTIVE_EXPLICIT, MARKER_AURALITE_EXPLICIT,
  MARKER_CLASSIC, MARKER_FUZZY, MARKER_MODELLED, MARKER_STORED, MARKER_TYPED, TAG_SIZE,
} from '../constants.js';
import type { ContextModel } from '../context_model.js';
import { readFields } from '../classic.js';
import type { Codec } from '../codec.js';
import { memoryOf } from '../fuzzy.js';
import { FIRST_ADAPTIVE, FIRST_AURALITE, LAST_ADAPTIVE, type SharedState } from '../message.js';
import { LocalMemory } from '../local_memory.js';
import { Predictor } from '../local_model.js';
import { codeTexts, readModelled } from '../modelled.js';
import { isTextOnly, readValue, sizeOf, valueOf } from '../slot/slot.js';
import { findTemplate, findTemplateFor, isUtf8, type Template } from '../template.js';
import { Reader, toHex, varintSize } from '../wire.js';
import { type Breakdown, overheadOf, partsOf, type Piece, sumOf } from './parts.js';
import { adaptiveSteps, measure, type Step } from './steps.js';

/** Where the bits of a message went. */
export interface Explanation extends Breakdown {
  /** How it was coded: a name of the registry of markers, or `stream`. */
  readonly method: string;
  /** Bytes on the wire. */
  readonly size: number;
  readonly message: Uint8Array;
  /** How each byte of a string, and then its end, was coded, as `aura.explain` gives it in Python. */
  readonly steps: readonly Step[];
}

const NAMES = [
  'classic', 'brotli', 'brio', 'auralite explicit', 'zstandard', 'zstandard dictionary', 'typed', 'stored', 'modelled',
  'adaptive explicit', 'fuzzy',
];
const MARKER_OVERHEAD = { name: 'marker', bits: 8 };

/** The name of a marker in the registry. */
function nameOf(marker: number): string {
  if (marker >= FIRST_AURALITE) return 'auralite compact';
  if (marker >= FIRST_ADAPTIVE && marker <= LAST_ADAPTIVE) return 'adaptive compact';
  return NAMES[marker] ?? 'unassigned';
}

/**
 * Explain a message: which method it has, and what each piece of it costs. The costs and the overhead add up to the
 * bits on the wire.
 *
 * @param wire The message.
 * @param codec Reads it.
 * @throws DecodeError The message is refused.
 */
export function explain(wire: Uint8Array, codec: Codec): Explanation {
  const message = codec.decompressBytes(wire);
  const tagSize = codec.check ? TAG_SIZE : 0;
  const untagged = wire.subarray(tagSize);
  const steps = stepsOf(untagged, message, codec.held);
  const { parts, overhead } = breakdownOf(untagged, message, codec.held, steps);
  const tag = codec.check ? [{ name: 'tag', bits: 8 * TAG_SIZE }] : [];
  return { method: nameOf(untagged[0]), size: wire.length, message, steps, parts, overhead: [...tag, ...overhead] };
}

/** The model that a message which was read is coded with, or null. */
function modelOf(wire: Uint8Array, { model, models }: SharedState): ContextModel | null {
  const isNamed = wire[0] === MARKER_AURALITE_EXPLICIT || wire[0] === MARKER_ADAPTIVE_EXPLICIT;
  const id = toHex(wire.subarray(1, 1 + AURALITE_MODEL_ID_SIZE));
  return (isNamed ? models.find((one) => one.id === id) : model)?.contextModel ?? null;
}

function stepsOf(wire: Uint8Array, message: Uint8Array, held: SharedState): Step[] {
  const model = modelOf(wire, held);
  if (model === null) return [];
  const name = nameOf(wire[0]);
  if (name.startsWith('auralite')) {
    const walk = new Walk(model, message.length);
    return Array.from([...message, CONTEXT_MODEL_END], (symbol) => measure(model, walk, symbol));
  }
  if (name.startsWith('adaptive')) {
    const memory = new LocalMemory();
    return adaptiveSteps(message, new Predictor(model, memory), model, memory);
  }
  if (wire[0] === MARKER_FUZZY) {
    const template = findTemplate(new Reader(wire.subarray(1)).varint(LIMITS_MAX_TEMPLATE_ID), held.templates);
    const memory = memoryOf(template, model);
    return adaptiveSteps(message, new Predictor(model, memory), model, memory);
  }
  const steps: Step[] = [];
  if (wire[0] === MARKER_MODELLED) {
    const { template, values, isText } = readModelled(wire.subarray(1), held.templates, model, message.length);
    codeTexts(template, values, isText, model, (walk, symbol) => steps.push(measure(model, walk, symbol)));
  }
  return steps;
}

function breakdownOf(wire: Uint8Array, message: Uint8Array, held: SharedState, steps: readonly Step[]): Breakdown {
  const body = wire.subarray(1);
  const { length } = message;
  switch (wire[0]) {
    case MARKER_STORED:
      return {
        parts: Array.from(message, (_, start) => ({ start, end: start + 1, bits: 8, note: 'stored' })),
        overhead: [MARKER_OVERHEAD],
      };
    case MARKER_TYPED:
      return typed(body, held);
    case MARKER_CLASSIC: {
      const { id, values } = readFields(new Reader(body), isUtf8);
      const template = findTemplateFor(id, values, held.templates);
      const filled = fill(template, values, (index) => 16 + 8 * values[index].length);
      return {
        parts: partsOf(filled.pieces),
        overhead: [MARKER_OVERHEAD, { name: 'template id', bits: 8 }, { name: 'slots', bits: 8 + filled.beside }],
      };
    }
    case MARKER_MODELLED:
      return modelled(body, length, held, steps);
    case MARKER_FUZZY: {
      const idSize = varintSize(new Reader(body).varint(LIMITS_MAX_TEMPLATE_ID));
      return {
        parts: partsOf([{ length, bits: 0, note: '' }], steps),
        overhead: [
          MARKER_OVERHEAD, { name: 'template id', bits: 8 * idSize }, ...overheadOf(steps, 8 * (body.length - idSize)),
        ],
      };
    }
  }
  if (steps.length === 0) {
    return {
      parts: partsOf([{ length, bits: 8 * body.length, note: 'coded as a whole' }]),
      overhead: [MARKER_OVERHEAD],
    };
  }
  const isNamed = wire[0] < FIRST_ADAPTIVE;
  const markerBits = isNamed ? 8 : wire[0] < FIRST_AURALITE ? 4 : 1;
  const headBits = isNamed ? 8 + 8 * AURALITE_MODEL_ID_SIZE : markerBits;
  return {
    parts: partsOf([{ length, bits: 0, note: '' }], steps),
    overhead: [
      { name: 'marker', bits: markerBits },
      ...(isNamed ? [{ name: 'model id', bits: 8 * AURALITE_MODEL_ID_SIZE }] : []),
      ...overheadOf(steps, 8 * wire.length - headBits),
    ],
  };
}

/** The pieces of a filled template, and bits of slots that are in none of them, as their values are empty. */
function fill(
  template: Template, values: readonly Uint8Array[], bitsOf: (index: number) => number,
): { readonly pieces: readonly Piece[]; readonly beside: number } {
  const literal = (at: number): Piece => ({ length: template.literals[at].length, bits: 0, note: 'template' });
  const pieces = [literal(0)];
  const left = values.map((_, index) => bitsOf(index));
  for (const [at, place] of template.places.entries()) {
    const { name, kind } = template.slots[place];
    const { length } = values[place];
    if (length > 0) {
      pieces.push({ length, bits: left[place], note: `slot ${name} (${kind})` });
      left[place] = 0;
    }
    pieces.push(literal(at + 1));
  }
  return { pieces, beside: left.reduce((sum, bits) => sum + bits, 0) };
}

function slotsOverhead(bits: number): Breakdown['overhead'] {
  return bits > 0 ? [{ name: 'slots', bits }] : [];
}

function typed(body: Uint8Array, held: SharedState): Breakdown {
  const reader: Reader = new Reader(body, 1);
  const id = reader.varint(LIMITS_MAX_TEMPLATE_ID);
  const template = findTemplate(id, held.templates);
  const { slots } = template;
  const isLast = (index: number) => index === slots.length - 1;
  const values = slots.map((slot, index) => valueOf(slot, readValue(slot, reader, isLast(index))));
  const { pieces, beside } = fill(template, values, (index) => 8 * sizeOf(slots[index], values[index], isLast(index)));
  return {
    parts: partsOf(pieces),
    overhead: [MARKER_OVERHEAD, { name: 'template id', bits: 8 * varintSize(id) }, ...slotsOverhead(beside)],
  };
}

function modelled(body: Uint8Array, size: number, held: SharedState, steps: readonly Step[]): Breakdown {
  const model = held.model as NonNullable<typeof held.model>;
  const { id, template, values, isText, string } = readModelled(body, held.templates, model.contextModel, size);
  const bitsOf = (index: number) => (isText[index] ? 0 : 8 * sizeOf(template.slots[index], values[index], true));
  const { pieces, beside } = fill(template, values, bitsOf);
  const heads = template.slots.filter((slot, index) => isText[index] && !isTextOnly(slot)).length;
  return {
    parts: partsOf(pieces, steps),
    overhead: [
      MARKER_OVERHEAD, { name: 'template id', bits: 8 * varintSize(id) }, ...slotsOverhead(beside + 8 * heads),
      ...overheadOf(steps, 8 * string.length),
    ],
  };
}

/** The bits of an explanation; those on the wire. */
export function totalOf({ parts, overhead }: Breakdown): number {
  return sumOf(parts) + sumOf(overhead);
}
