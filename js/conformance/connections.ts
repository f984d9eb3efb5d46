// What the golden vectors ask of connections: streams and sessions.
import { DecodeError, type ErrorCode } from '../src/errors.js';
import { type BodyCodec, decodeMessage } from '../src/message.js';
import type { Model } from '../src/model.js';
import { applicationOf, closeCodeOf, Session, subprotocolFor } from '../src/session.js';
import {
  buildControl, buildData, type Control, type Request, parseControl, parseData,
} from '../src/session_frames.js';
import type { Hello } from '../src/session_negotiation.js';
import { fromHex } from '../src/slot/value.js';
import type { Check } from '../src/stream_check.js';
import { Receiver, Sender, termsOf } from '../src/stream_ends.js';
import { fromUtf8, toUtf8 } from '../src/text.js';
import { concat, toHex } from '../src/wire.js';
import type { CaseType, Fields } from './protocol.js';

/** The model of a request. */
type ModelOf = (request: Fields) => Model | null;

const MAX_SIZE = 2 ** 26;
const STORED = 7;

/** Messages that are no strings are stored ones here. */
function store(data: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(STORED), data]);
}

/** Reads messages that are no strings with the model. */
function readerWith(model: Model, bodies: readonly BodyCodec[]): (message: Uint8Array, maxSize: number) => Uint8Array {
  const held = { templates: model.templates, model, models: [model], bodies };
  return (message, maxSize) => decodeMessage(message, held, maxSize);
}

/** Messages of streams. */
export function streamType(modelOf: ModelOf, bodies: readonly BodyCodec[]): CaseType {
  const terms = (told: Fields) =>
    termsOf(
      modelOf(told) as Model, Number(told['memory']), Number(told['check']) as Check, told['server'] as boolean,
    );
  return {
    read: (wire, told) => {
      const receiver = new Receiver(terms(told));
      const read = readerWith(modelOf(told) as Model, bodies);
      for (const before of told['before'] as string[]) {
        try {
          receiver.decode(fromHex(before), MAX_SIZE, read);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }
      const { data, isText } = receiver.decode(wire, MAX_SIZE, read);
      return { text_hex: toHex(data), is_text: isText, asked: receiver.asked };
    },
    write: (_, told) => {
      const sender = new Sender(terms(told));
      let wire: Uint8Array = new Uint8Array(0);
      for (const step of told['steps'] as Fields[]) {
        if (step['happens'] !== '') sender.reset(step['happens'] === 'reset and ask');
        const data = fromHex(step['text_hex'] as string);
        wire = sender.encode({ data, isText: step['is_text'] as boolean }, store);
      }
      return wire;
    },
  };
}

/** Frames that an end of a session receives. */
export function sessionType(modelOf: ModelOf): CaseType {
  return {
    read: (wire, told) => {
      const hello = parseControl(fromHex(told['hello'] as string)) as Hello;
      const steps = told['before'] as { sent?: string; received?: string }[];
      const sent = steps.flatMap(({ sent: frame }) => (frame === undefined ? [] : [parseControl(fromHex(frame))]));
      const requests = sent.filter((control): control is Request => control.kind === 'request');
      const model = modelOf(told);
      const { memory, maxMessage, maxModelled } = hello;
      const maxFetch = Math.max(0, ...requests.map(({ maxSize }) => maxSize));
      const models = model === null ? [] : [model];
      const session = new Session({ models, memory, maxMessage, maxModelled, maxFetch }, 'server');
      for (const { received } of steps) if (received !== undefined) session.receive(fromHex(received));
      const event = session.receive(wire);
      if (event?.type === 'message') {
        return { gives: event.isText ? 'text' : 'bytes', data_hex: toHex(event.data) };
      }
      return event?.type === 'model' ? { gives: 'model', data_hex: toHex(event.file) } : { gives: 'nothing' };
    },
  };
}

const TO_JSON: Readonly<Record<string, string>> = {
  maxMessage: 'max_message', maxModelled: 'max_modelled', maxSize: 'max_size', data: 'data',
};
const SIZES = ['memory', 'max_message', 'max_modelled', 'max_size', 'size'];

function controlValue(control: Control): Fields {
  return Object.fromEntries(
    Object.entries(control).map(([own, value]: [string, unknown]) => {
      const name = TO_JSON[own] ?? own;
      if (value instanceof Uint8Array) return [name, toHex(value)];
      return [name, SIZES.includes(name) ? String(value) : value];
    }),
  );
}

function controlOf(fields: Fields): Control {
  const own = Object.fromEntries(Object.entries(TO_JSON).map(([name, json]) => [json, name]));
  return Object.fromEntries(
    Object.entries(fields).map(([json, value]: [string, unknown]) => {
      if (json === 'data') return ['data', fromHex(value as string)];
      return [own[json] ?? json, SIZES.includes(json) ? Number(value) : value];
    }),
  ) as unknown as Control;
}

/** Frames, subprotocols and close codes, each by itself. */
export const SESSION_PARTS: Readonly<Record<string, CaseType>> = {
  'control frame': {
    read: (wire) => controlValue(parseControl(wire)),
    write: (value) => buildControl(controlOf(value)),
  },
  'data frame': {
    read: (wire) => {
      const { coded, isText } = parseData(wire);
      return { coded_hex: toHex(coded), is_text: isText };
    },
    write: ({ coded_hex: digits, is_text: isText }) =>
      buildData({ coded: fromHex(digits as string), isText: isText as boolean }),
  },
  subprotocol: {
    read: (wire) => ({ application: applicationOf(fromUtf8(wire) ?? '') }),
    write: ({ application }) => toUtf8(subprotocolFor(application as string)),
  },
  'close code': { read: (wire) => ({ close: closeCodeOf(fromUtf8(wire) as ErrorCode) }) },
};
