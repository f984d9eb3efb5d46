// Streams: connections that remember what was said.
import { Codec } from './codec.js';
import { MessageStream, type StreamSettings } from './message_stream.js';
import type { Model } from './model.js';
import { Receiver, Sender, termsOf } from './stream_ends.js';

export type { MessageCodec } from './message_stream.js';

/** What both ends of a stream agree on, and more. */
export interface StreamOptions extends StreamSettings {
  readonly model: Model;
}

/**
 * One end of a connection. Each message is coded with what the ones before it said in the same direction, so that
 * messages have to be received in the order in which they were sent, each once.
 */
export class Stream extends MessageStream {
  readonly model: Model;

  /** @throws RangeError The memory or the check is out of range. */
  constructor(options: StreamOptions) {
    const { model } = options;
    super(
      options,
      () => new Codec({ model }),
      (...terms) => new Sender(termsOf(model, ...terms)),
      (...terms) => new Receiver(termsOf(model, ...terms)),
    );
    this.model = model;
  }
}
