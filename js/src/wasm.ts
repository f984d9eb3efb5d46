/**
 * The codec of single messages and streams on the native core, as a WebAssembly module: the API of the entry `core`, once
 * {@link load} has loaded the module.
 *
 * @module
 */
export { AuraError, DecodeError, EncodeError, type ErrorCode, LoadError, TemplateError } from './errors.js';
export type { BodyCodec, SharedState } from './message.js';
export type { MessageCodec } from './message_stream.js';
export type { Check } from './stream_check.js';
export type { Kind, Slot, Template } from './template.js';
export type { DecompressOptions } from './text_codec.js';
export { type ChunkedOptions, type Frame, readIndex } from './chunked_format.js';
export { BlockWriter, Brio, decodeContainer, type ParseLevel } from './wasm/brio.js';
export { ChunkedFiles } from './wasm/chunked.js';
export { Codec, type CodecOptions, type Level } from './wasm/codec.js';
export { load, type WasmSource } from './wasm/load.js';
export { Model } from './wasm/model.js';
export { Stream, type StreamOptions } from './wasm/stream.js';
