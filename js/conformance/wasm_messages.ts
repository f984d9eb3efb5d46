// Messages of the golden vectors, written by the WebAssembly module by the method that is told.
import { MARKER_BRIO, MARKER_CLASSIC, MARKER_MODELLED, MARKER_TYPED } from '../src/constants.js';
import { fromHex } from '../src/slot/value.js';
import { Brio, Codec } from '../src/wasm.js';
import { instance } from '../src/wasm/instance.js';
import { partsOf } from '../src/wasm/library.js';
import { concat } from '../src/wire.js';
import { type Fields, Skipped } from './protocol.js';

const FRAMES: Readonly<Record<string, number>> = {
  classic: MARKER_CLASSIC, typed: MARKER_TYPED, modelled: MARKER_MODELLED,
};
const METHODS = ['auralite', 'adaptive'];

/** Write a frame of a template with the values that are told. */
function writeFrame(told: Fields, codec: Codec, marker: number): Uint8Array {
  const core = instance();
  const values = partsOf((told['slots'] as string[]).map(fromHex));
  core.put(values);
  return core.written(core.exports.aura_encode_frame(codec.address, marker, Number(told['template_id']), values.length));
}

/** The message of a text, by the method that is told. */
export function writeAs(told: Fields, data: Uint8Array, codec: Codec): Uint8Array {
  const core = instance();
  const method = told['method'] as string;
  if (method in FRAMES) return writeFrame(told, codec, FRAMES[method]);
  if (method === 'brio2') return new Brio().encode(data, Number(told['level']) as 0 | 1);
  const [name, isExplicit] = [method.replace(' explicit', ''), method.endsWith(' explicit')];
  core.put(data);
  if (method === 'brio') {
    return concat([Uint8Array.of(MARKER_BRIO), core.written(core.exports.aura_encode_brio(codec.address, data.length))]);
  }
  if (METHODS.includes(name)) {
    const number = METHODS.indexOf(name);
    return core.written(core.exports.aura_encode_message(codec.address, number, isExplicit, data.length));
  }
  if (method === 'fuzzy') {
    return core.written(core.exports.aura_encode_fuzzy(codec.address, Number(told['template_id']), data.length));
  }
  if (method !== 'stored') throw new Skipped(`no method ${method}`);
  const store = new Codec({ level: 0 });
  const wire = store.compress(data);
  store.dispose();
  return wire;
}

/** The same, with a tag if the codec writes tags. */
export function writeMessage(told: Fields, codec: Codec): Uint8Array {
  const core = instance();
  const data = fromHex((told['text_hex'] as string | undefined) ?? '');
  const message = writeAs(told, data, codec);
  if (!codec.check) return message;
  core.put(data);
  return concat([core.written(core.exports.aura_tag(codec.address, data.length)), message]);
}
