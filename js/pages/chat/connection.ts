// The connection of the chat: what goes over the wire, seen where it goes, and what it says.
import { type Explanation, SessionExplainer } from '../../src/explain.js';
import type { Model } from '../../src/model.js';
import { AuraWebSocket } from '../../src/websocket.js';

/** The directions of a connection, as the page sees them. */
export type Direction = 'sent' | 'received';

/** A message, and how it went over the wire. */
export interface Entry {
  readonly direction: Direction;
  /** Messages of its direction before it. */
  readonly number: number;
  readonly text: string;
  /** Its frame; null if it went as plain text. */
  readonly frame: Uint8Array | null;
  readonly explanation: Explanation | null;
  /** Milliseconds that coding it took in this browser. */
  readonly took: number;
  readonly at: Date;
}

/** What a connection tells. */
export interface Listener {
  message(entry: Entry): void;
  /** It is open; `isAura` says whether it carries AURA. */
  opened(isAura: boolean): void;
  closed(code: number): void;
}

/** Milliseconds that the end of a connection may take. */
const TIMEOUT = 1000;

function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A connection to the chat. */
export class ChatConnection {
  /** What this visit is called in requests beside the connection. */
  readonly visit = randomId();
  /** Bytes of frames that carry no message: the ends agree by them. */
  agreeing = 0;
  readonly #listener: Listener;
  readonly #socket: AuraWebSocket;
  readonly #explainers: Readonly<Record<Direction, SessionExplainer>>;
  readonly #numbers = { sent: 0, received: 0 };
  /** Messages whose frames have not been seen. */
  readonly #waiting: { readonly text: string; readonly since: number }[] = [];
  /** The last frame that came, and when. */
  #came: { readonly frame: Uint8Array; readonly since: number } | null = null;

  /** Without a model, messages are coded without one; with a memory of 0, each by itself. */
  constructor(address: URL, model: Model | null, memory: number, listener: Listener) {
    this.#listener = listener;
    const models = model === null ? [] : [model];
    this.#explainers = {
      sent: new SessionExplainer({ models, isServers: false }),
      received: new SessionExplainer({ models, isServers: true }),
    };
    address.searchParams.set('visit', this.visit);
    this.#socket = new AuraWebSocket(address, [], { models, memory, WebSocket: this.#recorder() });
    this.#socket.onopen = () => { listener.opened(this.#socket.aura.isAgreed); };
    this.#socket.onclose = ({ code }) => { listener.closed(code); };
    this.#socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.#received(data);
    };
  }

  /** The class of the connection below, which looks at every frame. */
  #recorder(): typeof WebSocket {
    const sent = (data: unknown) => { this.#sawSent(data); };
    const received = (data: unknown) => { this.#sawReceived(data); };
    return class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        this.addEventListener('message', ({ data }: MessageEvent<unknown>) => { received(data); });
      }

      override send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
        sent(data);
        super.send(data);
      }
    };
  }

  #sawSent(data: unknown): void {
    const since = performance.now();
    const frame = data instanceof ArrayBuffer ? new Uint8Array(data) : null;
    if (frame !== null && this.#isControl('sent', frame)) return;
    const message = this.#waiting.shift();
    if (message !== undefined) this.#tell('sent', message.text, frame, since - message.since);
  }

  #sawReceived(data: unknown): void {
    const since = performance.now();
    this.#came = null;
    if (!(data instanceof ArrayBuffer)) return;
    const frame = new Uint8Array(data);
    if (!this.#isControl('received', frame)) this.#came = { frame, since };
  }

  #received(text: string): void {
    const took = this.#came === null ? 0 : performance.now() - this.#came.since;
    this.#tell('received', text, this.#came?.frame ?? null, took);
  }

  #isControl(direction: Direction, frame: Uint8Array): boolean {
    if (this.#explainers[direction].control(frame) === null) return false;
    this.agreeing += frame.length;
    return true;
  }

  #tell(direction: Direction, text: string, frame: Uint8Array | null, took: number): void {
    const explanation = frame === null ? null : this.#explainers[direction].explain(frame, text);
    const number = this.#numbers[direction]++;
    this.#listener.message({ direction, number, text, frame, explanation, took, at: new Date() });
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return this.#socket.readyState === AuraWebSocket.OPEN;
  }

  /** Say something. */
  say(text: string): void {
    this.#waiting.push({ text, since: performance.now() });
    this.#socket.send(text);
  }

  /** Leave, and tell nothing more; the promise ends when the server knows, or takes too long. */
  async leave(): Promise<void> {
    const socket = this.#socket;
    socket.onopen = socket.onclose = socket.onmessage = null;
    if (socket.readyState === AuraWebSocket.CLOSED) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, TIMEOUT);
      socket.addEventListener('close', () => { resolve(); });
      socket.close();
    });
  }
}
