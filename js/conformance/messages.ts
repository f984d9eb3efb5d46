// Messages of the golden vectors, tagged or not: what both ends hold, reading and writing.
import type { Brio } from '../src/brio.js';
import { decodeMessage, encodeAs, type SharedState } from '../src/message.js';
import type { Model } from '../src/model.js';
import { fromHex } from '../src/slot/value.js';
import { buildTagged, decodeTagged } from '../src/tag.js';
import { parsePatterns } from '../src/template.js';
import { toHex } from '../src/wire.js';
import { readEventStream, writeEventStream } from './event_streams.js';
import { type Fields, Skipped } from './protocol.js';

/** Whether messages of the case type have what both ends hold told. */
export function isMessage({ case_type: name }: Fields): boolean {
  return ['message', 'tagged message', 'event stream'].includes(name as string);
}

/** What is held for a request. */
export interface Held extends SharedState {
  readonly brio: Brio;
}

export function stateOf(told: Fields, model: Model | null, brio: Brio): Held {
  const templates = new Map(parsePatterns(told['templates'] as Record<number, string>));
  model?.templates.forEach((template, id) => templates.set(id, template));
  return { templates, model, models: model === null ? [] : [model], bodies: [brio], brio };
}

/** The text of a message. */
export function readMessage(wire: Uint8Array, told: Fields, held: SharedState): Fields {
  if (told['case_type'] === 'event stream') {
    return readEventStream(wire, told, { decompressBytes: (record, { maxSize }) => decodeMessage(record, held, maxSize) });
  }
  const read = told['case_type'] === 'message' ? decodeMessage : decodeTagged;
  return { text_hex: toHex(read(wire, held, Number(told['max_size']))) };
}

/** The message of a text, by the method that is told. */
export function writeMessage(told: Fields, held: Held): Uint8Array {
  if (told['case_type'] === 'event stream') {
    const { model } = held;
    return writeEventStream(told['value'] as Fields, (part) =>
      model === null ? encodeAs.stored(part) : encodeAs.auralite(part, model),
    );
  }
  const data = fromHex(told['text_hex'] as string);
  const message = writeAs(told, data, held);
  return told['case_type'] === 'message' ? message : buildTagged(message, data, held.model);
}

function writeAs(told: Fields, data: Uint8Array, held: Held): Uint8Array {
  const model = held.model as Model; // methods that need one come with one
  const id = Number(told['template_id']);
  const values = (told['slots'] as string[] | undefined)?.map(fromHex) ?? [];
  const template = () => {
    const found = held.templates.get(id);
    if (found === undefined) throw new Error(`there is no template ${String(id)}`);
    return found;
  };
  switch (told['method'] as string) {
    case 'stored':
      return encodeAs.stored(data);
    case 'auralite':
      return encodeAs.auralite(data, model);
    case 'auralite explicit':
      return encodeAs.auraliteExplicit(data, model);
    case 'adaptive':
      return encodeAs.adaptive(data, model);
    case 'adaptive explicit':
      return encodeAs.adaptiveExplicit(data, model);
    case 'typed':
      return encodeAs.typed(id, template(), values);
    case 'modelled':
      return encodeAs.modelled(id, template(), values, model);
    case 'fuzzy':
      return encodeAs.fuzzy(data, id, template(), model);
    case 'classic':
      return encodeAs.classic(id, values);
    case 'brio':
      return held.brio.encode1(data);
    case 'brio2':
      return held.brio.encode2(data, Number(told['level']) as 0 | 1);
  }
  throw new Skipped(`no method ${told['method'] as string}`);
}
