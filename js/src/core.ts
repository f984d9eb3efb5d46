/**
 * The codec of single messages: stored messages, template frames, AURALITE, adaptive messages and tags; and streams.
 *
 * @module
 */
export { Codec, type CodecOptions, type DecompressOptions } from './codec.js';
export { AuraError, DecodeError, EncodeError, type ErrorCode, LoadError, TemplateError } from './errors.js';
export type { BodyCodec, SharedState } from './message.js';
export { Model } from './model.js';
export type { Level } from './policy.js';
export type { FindNear, Near } from './selection.js';
export { type MessageCodec, Stream, type StreamOptions } from './stream.js';
export type { Check } from './stream_check.js';
export type { Kind, Slot, Template } from './template.js';
