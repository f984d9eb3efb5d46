// A whole message: the marker and the method that it names (rules MSG-1 to MSG-3).
import { decodeAuralite, decodeNamed, encodeAuralite } from './auralite.js';
import { decodeClassic, encodeClassic } from './classic.js';
import {
  AURALITE_MODEL_ID_SIZE, LIMITS_DEFAULT_MAX_SIZE, MARKER_ADAPTIVE_EXPLICIT, MARKER_AURALITE_EXPLICIT, MARKER_BRIO,
  MARKER_CLASSIC, MARKER_FUZZY, MARKER_MODELLED, MARKER_STORED, MARKER_TYPED, MARKER_ZSTANDARD_DICTIONARY,
} from './constants.js';
import type { ContextModel } from './context_model.js';
import { DecodeError } from './errors.js';
import { decodeFuzzy, encodeFuzzy } from './fuzzy.js';
import { decodeAdaptive, encodeAdaptive } from './local_model.js';
import type { Model } from './model.js';
import { decodeModelled, encodeModelled } from './modelled.js';
import { fromHex } from './slot/value.js';
import { builtinTemplates, type Template, tooLong } from './template.js';
import { decodeTyped, encodeTyped } from './typed.js';
import { concat } from './wire.js';

/** Markers of adaptive messages and of AURALITE with the implied model. */
export const FIRST_ADAPTIVE = 0x10;
export const LAST_ADAPTIVE = 0x1f;
export const FIRST_AURALITE = 0x80;

const QUESTION = 'written with another model or templates?';

/** Reads and writes a body that the core leaves to another module, by its marker. */
export interface BodyCodec {
  readonly marker: number;
  decode(body: Uint8Array, held: SharedState, maxSize: number): Uint8Array;
  /** The messages that are worth trying at a level, beside others that a model coded or none did. */
  readonly tries?: (data: Uint8Array, level: number, isModelled: boolean) => readonly Uint8Array[];
}

/** What both ends hold. */
export interface SharedState {
  readonly templates: ReadonlyMap<number, Template>;
  /** The implied model, or null. */
  readonly model: Model | null;
  /** Models that a message may name. */
  readonly models: readonly Model[];
  /** What reads bodies that the core does not. */
  readonly bodies: readonly BodyCodec[];
}

/** What a reader holds who has nothing but the built-in templates. */
export function emptyState(): SharedState {
  return { templates: builtinTemplates(), model: null, models: [], bodies: [] };
}

/**
 * Read a message.
 *
 * @throws DecodeError The message is refused; there is no partial result.
 */
export function decodeMessage(
  wire: Uint8Array, held: SharedState, maxSize = LIMITS_DEFAULT_MAX_SIZE,
): Uint8Array {
  try {
    return decodeBody(wire, held, maxSize);
  } catch (error) {
    if (error instanceof DecodeError && dependsOnState(error, wire[0])) {
      throw new DecodeError(error.code, `${error.reason}; ${QUESTION}`, error.offset);
    }
    throw error;
  }
}

/** Whether another model or other templates may be the cause of an error. */
function dependsOnState({ code }: DecodeError, marker: number | undefined): boolean {
  if (code === 'UnknownModel' || code === 'Unsupported') return false;
  if (code === 'UnknownTemplate') return true;
  return (
    marker !== undefined &&
    (isAdaptive(marker) || marker >= FIRST_AURALITE ||
      [MARKER_CLASSIC, MARKER_ZSTANDARD_DICTIONARY, MARKER_TYPED, MARKER_MODELLED, MARKER_FUZZY].includes(marker))
  );
}

function isAdaptive(marker: number): boolean {
  return marker >= FIRST_ADAPTIVE && marker <= LAST_ADAPTIVE;
}

function decodeBody(wire: Uint8Array, held: SharedState, maxSize: number): Uint8Array {
  if (wire.length === 0) throw new DecodeError('Truncated', 'the message is empty');
  const marker = wire[0];
  const body = wire.subarray(1);
  if (marker >= FIRST_AURALITE) return decodeAuralite(wire, impliedModel(held), maxSize);
  if (isAdaptive(marker)) return decodeAdaptive(wire, impliedModel(held), maxSize);
  switch (marker) {
    case MARKER_CLASSIC:
      return decodeClassic(body, held.templates, maxSize);
    case MARKER_AURALITE_EXPLICIT:
      return decodeNamed(body, [FIRST_AURALITE, 256], held.models, (string, model) =>
        decodeAuralite(string, model, maxSize),
      );
    case MARKER_TYPED:
      return decodeTyped(body, held.templates, maxSize);
    case MARKER_STORED:
      if (body.length > maxSize) throw tooLong(maxSize, 1);
      return body.slice();
    case MARKER_MODELLED:
      return decodeModelled(body, held.templates, impliedModel(held), maxSize);
    case MARKER_FUZZY:
      return decodeFuzzy(body, held.templates, impliedModel(held), maxSize);
    case MARKER_ADAPTIVE_EXPLICIT:
      return decodeNamed(body, [FIRST_ADAPTIVE, LAST_ADAPTIVE + 1], held.models, (string, model) =>
        decodeAdaptive(string, model, maxSize),
      );
  }
  const other = held.bodies.find((one) => one.marker === marker);
  if (other === undefined) throw new DecodeError('Unsupported', `marker ${String(marker)} is not read here`);
  return other.decode(body, held, maxSize);
}

/** Rules AUR-8 and FRS-4. */
function impliedModel({ model }: SharedState): ContextModel {
  if (model === null) throw new DecodeError('UnknownModel', 'no model is agreed on');
  return model.contextModel;
}

function withMarker(marker: number, ...parts: Uint8Array[]): Uint8Array {
  return concat([Uint8Array.of(marker), ...parts]);
}

/** Writers of each method; those of templates take their id and one value a slot. */
export const encodeAs = {
  stored: (data: Uint8Array) => withMarker(MARKER_STORED, data),
  auralite: (data: Uint8Array, model: Model) => encodeAuralite(data, model.contextModel),
  auraliteExplicit: (data: Uint8Array, model: Model) =>
    withMarker(MARKER_AURALITE_EXPLICIT, idBytes(model), encodeAuralite(data, model.contextModel)),
  adaptive: (data: Uint8Array, model: Model) => encodeAdaptive(data, model.contextModel),
  adaptiveExplicit: (data: Uint8Array, model: Model) =>
    withMarker(MARKER_ADAPTIVE_EXPLICIT, idBytes(model), encodeAdaptive(data, model.contextModel)),
  typed: (id: number, template: Template, values: readonly Uint8Array[]) =>
    withMarker(MARKER_TYPED, encodeTyped(id, template, values)),
  modelled: (id: number, template: Template, values: readonly Uint8Array[], model: Model) =>
    withMarker(MARKER_MODELLED, encodeModelled(id, template, values, model.contextModel)),
  fuzzy: (data: Uint8Array, id: number, template: Template, model: Model) =>
    withMarker(MARKER_FUZZY, encodeFuzzy(data, id, template, model.contextModel)),
  classic: (id: number, values: readonly Uint8Array[]) => withMarker(MARKER_CLASSIC, encodeClassic({ id, values })),
} as const;

function idBytes({ id }: Model): Uint8Array {
  return fromHex(id).subarray(0, AURALITE_MODEL_ID_SIZE);
}

/** A message of a method whose body another module wrote. */
export function brioMessage(body: Uint8Array): Uint8Array {
  return withMarker(MARKER_BRIO, body);
}
