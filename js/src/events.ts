/**
 * Event streams: the content coding `aura`, for answers that a server goes on writing.
 *
 * @module
 */
export { buildRecord, EventStreamReader, type RecordCodec } from './event_stream.js';
