// Fuzzy template frames (rules FUZ-1 to FUZ-6).
import { FUZZY_END, FUZZY_START, LIMITS_MAX_ADAPTIVE, LIMITS_MAX_TEMPLATE_ID, LOCAL_MODEL_SLOT_BITS } from './constants.js';
import type { ContextModel } from './context_model.js';
import { EncodeError, withOffset } from './errors.js';
import { LocalMemory } from './local_memory.js';
import { learnMessage, Predictor, readMessage, writeMessage } from './local_model.js';
import { RangeDecoder, RangeEncoder } from './range_coder.js';
import { findTemplate, type Template } from './template.js';
import { Reader, Writer } from './wire.js';

/** Stands in the slots of an example. */
const FILLING = Uint8Array.of(0x31, 0x32); // 12

/** The example of a template (rule FUZ-4). */
export function exampleOf(template: Template): Uint8Array {
  return template.render(template.slots.map(() => FILLING));
}

/** What frames take in turn. */
let memory: LocalMemory | null = null;

/** What remembers the example of a template (rule FUZ-5), until the next frame. */
export function memoryOf(template: Template, model: ContextModel): LocalMemory {
  memory ??= new LocalMemory({ slotBits: LOCAL_MODEL_SLOT_BITS, window: 2 ** 16 });
  memory.reset();
  learnMessage(exampleOf(template), memory, model);
  return memory;
}

function predictorFor(template: Template, model: ContextModel): Predictor {
  return new Predictor(model, memoryOf(template, model));
}

/** Read a body. */
export function decodeFuzzy(
  body: Uint8Array, templates: ReadonlyMap<number, Template>, model: ContextModel, maxSize: number,
): Uint8Array {
  const reader = new Reader(body, 1);
  const template = findTemplate(reader.varint(LIMITS_MAX_TEMPLATE_ID), templates);
  const offset = 1 + reader.at;
  const string = reader.rest();
  return withOffset(() => offset, () => {
    const decoder = new RangeDecoder(string, FUZZY_START, FUZZY_END);
    return readMessage(predictorFor(template, model), decoder, maxSize);
  });
}

/**
 * Write a body.
 *
 * @throws EncodeError The message has more than `MAX_ADAPTIVE` bytes (rule FUZ-6).
 */
export function encodeFuzzy(data: Uint8Array, id: number, template: Template, model: ContextModel): Uint8Array {
  if (data.length > LIMITS_MAX_ADAPTIVE) {
    throw new EncodeError(`a fuzzy frame codes at most ${String(LIMITS_MAX_ADAPTIVE)} bytes`);
  }
  const writer = new Writer();
  writer.varint(id);
  writer.bytes(writeMessage(data, predictorFor(template, model), new RangeEncoder(FUZZY_START, FUZZY_END)));
  return writer.toBytes();
}
