// The events in a stream of type `text/event-stream`, as the HTML standard reads it (section 9.2.6).
import { DecodeError } from './errors.js';

/** An event of a server. */
export interface ServerEvent {
  /** `message` where the server names none. */
  readonly type: string;
  readonly data: string;
  /** The id that the server gave last, with this event or before. */
  readonly lastEventId: string;
}

const LINE_END = /\r\n?|\n/;

/** Finds events, as the bytes of a stream come. */
export class EventParser {
  /** Milliseconds that the server wants between connections; null if it has not said so. */
  retry: number | null = null;
  /** What the server wants to hear when the connection is opened anew. */
  lastEventId: string;
  readonly #maxSize: number;
  readonly #decoder = new TextDecoder();
  /** The beginning of a line whose end has not come. */
  #line = '';
  /** Whether the last character was a CR, which a LF may belong to. */
  #isAfterCr = false;
  #type = '';
  #data: string[] = [];
  /** Characters of the event so far. */
  #size = 0;
  #id: string;

  /** `lastEventId` is that of the connection before, `maxSize` the most characters that an event may have. */
  constructor(lastEventId: string, maxSize: number) {
    this.lastEventId = lastEventId;
    this.#id = lastEventId;
    this.#maxSize = maxSize;
  }

  /**
   * Take in bytes, and give the events that are complete with them.
   *
   * @throws DecodeError `LimitExceeded`: an event is too long.
   */
  *receive(bytes: Uint8Array): Generator<ServerEvent> {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return;
    const lines = text.slice(this.#isAfterCr && text.startsWith('\n') ? 1 : 0).split(LINE_END);
    this.#isAfterCr = text.endsWith('\r');
    for (const [at, piece] of lines.entries()) {
      this.#grow(piece);
      if (at === lines.length - 1) return; // its end has not come
      const line = this.#line;
      this.#line = '';
      if (line !== '') this.#field(line);
      else {
        const event = this.#event();
        if (event !== null) yield event;
      }
    }
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (name === 'event') this.#type = value;
    if (name === 'data') this.#data.push(value);
    if (name === 'id' && !value.includes('\0')) this.#id = value;
    if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
    if (name === '') this.#size -= line.length; // comments may go on for ever
  }

  /** The event that an empty line ends; null if it has no data. */
  #event(): ServerEvent | null {
    const [type, data] = [this.#type, this.#data];
    this.#type = '';
    this.#data = [];
    this.#size = 0;
    this.lastEventId = this.#id;
    return data.length === 0 ? null : { type: type || 'message', data: data.join('\n'), lastEventId: this.#id };
  }

  #grow(piece: string): void {
    this.#size += piece.length;
    if (this.#size > this.#maxSize) {
      throw new DecodeError('LimitExceeded', `an event of more than ${String(this.#maxSize)} characters`);
    }
    this.#line += piece;
  }
}
