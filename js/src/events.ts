/**
 * Event streams: the content coding `aura`, for answers that a server goes on writing; and a drop-in for `EventSource`.
 *
 * @module
 */
export {
  AuraEventSource, type AuraEventSourceOptions, type EventSourceError, type EventSourceStatus,
} from './event_source.js';
export { buildRecord, EventStreamReader, type RecordCodec } from './event_stream.js';
