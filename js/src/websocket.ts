/**
 * A WebSocket that speaks AURA, for who wrote for `WebSocket`: the same events, properties and calls.
 *
 * @module
 */
import { DecodeError, EncodeError } from './errors.js';
import { Model } from './model.js';
import type { ModelStore } from './model_cache.js';
import {
  applicationOf, closeCodeOf, isHello, offers, selectedBy, Session, type SessionEvent, type SessionSettings,
} from './session.js';
import { fromUtf8, toUtf8 } from './text.js';

/** How a connection that was lost is opened anew. */
export interface Reconnection {
  /** Milliseconds before the first try; each later one waits twice as long. 500 by default. */
  readonly minDelay?: number;
  /** Milliseconds before a try, at most; 30,000 by default. */
  readonly maxDelay?: number;
  /** Tries in a row; no bound by default. */
  readonly maxTries?: number;
}

/** Settings of the session, and of the connection under it. */
export interface AuraWebSocketOptions extends SessionSettings {
  /** Open a connection anew that was lost, or whose session lost its thread; false, the default, leaves that to the page. */
  readonly reconnect?: boolean | Reconnection;
  /** Milliseconds that the server has for its hello; it is then taken for one that does not speak AURA. 5,000 by default. */
  readonly helloTimeout?: number;
  /** Keeps models that are fetched, and is asked for them first: a `ModelCache`, say. */
  readonly store?: ModelStore;
  /** The class of the connection under this one; the global `WebSocket` by default. */
  readonly WebSocket?: typeof WebSocket;
}

/** What a message may be, as `WebSocket.send` takes it. */
export type Sendable = string | ArrayBufferLike | Blob | ArrayBufferView;

/** What a connection says of itself. */
export interface AuraStatus {
  /** Whether both ends speak AURA. */
  readonly isAgreed: boolean;
  /** The id of the model that messages are sent with, if any. */
  readonly model: string | null;
  /** Bytes that went over the connection, and those of the messages in them. */
  readonly sent: { readonly wire: number; readonly plain: number };
  readonly received: { readonly wire: number; readonly plain: number };
}

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3] as const;
/** Scripts may not close with the codes of rule SES-16, but with these and more. */
const PRIVATE_CODES = 3000;
const NORMAL = 1000;

type Phase = 'opening' | 'greeting' | 'session' | 'plain';

function bytesOf(data: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** An event that a connection was closed; Node 20 has no class for it. */
function closeEvent(init: CloseEventInit): Event {
  return 'CloseEvent' in globalThis ? new CloseEvent('close', init) : Object.assign(new Event('close'), init);
}

/** Bytes of a message; those of text in UTF-8. */
function sizeOf(data: Sendable): number {
  if (typeof data === 'string') return toUtf8(data).length;
  return data instanceof Blob ? data.size : data.byteLength;
}

/** A drop-in for `WebSocket` that negotiates `aura.v1`, and falls back to plain messages. */
export class AuraWebSocket extends EventTarget {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSING = CLOSING;
  static readonly CLOSED = CLOSED;
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSING = CLOSING;
  readonly CLOSED = CLOSED;

  onopen: ((event: Event) => unknown) | null = null;
  onmessage: ((event: MessageEvent) => unknown) | null = null;
  onerror: ((event: Event) => unknown) | null = null;
  onclose: ((event: CloseEvent) => unknown) | null = null;
  binaryType: BinaryType = 'blob';

  readonly #url: string;
  readonly #protocols: readonly string[];
  readonly #options: AuraWebSocketOptions;
  #models: readonly Model[];
  #socket: WebSocket;
  #phase: Phase = 'opening';
  #session: Session | null = null;
  #readyState: 0 | 1 | 2 | 3 = CONNECTING;
  #isReconnecting = false;
  /** Whether this end refused a frame of the connection. */
  #isRefused = false;
  #tries = 0;
  /** Whether AURA is offered: to a server that refuses the connection for it, it is not. */
  #offersAura = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Messages that wait for the connection, or for the bytes of a Blob before them. */
  #queue: Sendable[] = [];
  #isDraining = false;
  /** Ids of models that are looked for in the store. */
  readonly #sought = new Set<string>();
  #sent = { wire: 0, plain: 0 };
  #received = { wire: 0, plain: 0 };

  /** As that of `WebSocket`; `options` are the settings of the session, and more. */
  constructor(url: string | URL, protocols: string | readonly string[] = [], options: AuraWebSocketOptions = {}) {
    super();
    this.#url = String(url);
    this.#protocols = typeof protocols === 'string' ? [protocols] : protocols;
    this.#options = options;
    this.#models = options.models ?? [];
    this.#socket = this.#connect();
  }

  get url(): string {
    return this.#socket.url;
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#readyState;
  }

  /** The subprotocol of the application. */
  get protocol(): string {
    return selectedBy(this.#socket.protocol);
  }

  get extensions(): string {
    return this.#socket.extensions;
  }

  /** Bytes that wait to be sent, messages that wait for the connection included. */
  get bufferedAmount(): number {
    return this.#queue.reduce((sum, data) => sum + sizeOf(data), this.#socket.bufferedAmount);
  }

  /** Whether both ends speak AURA, with which model, and what that saves. */
  get aura(): AuraStatus {
    const model = this.#session?.use?.model ?? null;
    return { isAgreed: this.#phase === 'session', model, sent: { ...this.#sent }, received: { ...this.#received } };
  }

  #connect(): WebSocket {
    const Socket = this.#options.WebSocket ?? WebSocket;
    const socket = new Socket(this.#url, this.#offersAura ? offers(this.#protocols) : [...this.#protocols]);
    socket.binaryType = 'arraybuffer';
    this.#phase = 'opening';
    this.#isRefused = false;
    this.#session = null;
    socket.addEventListener('open', () => { this.#opened(); });
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => { this.#came(data); });
    socket.addEventListener('error', () => {
      if (!this.#mayReconnect() && !this.#mayOfferLess()) this.#dispatch(new Event('error'));
    });
    socket.addEventListener('close', (event) => { this.#closed(event); });
    return socket;
  }

  /** Rule SES-1. Scripts cannot send a ping, so a time takes the place of its answer. */
  #opened(): void {
    if (applicationOf(this.#socket.protocol) === null) {
      this.#begin('plain');
      return;
    }
    this.#phase = 'greeting';
    const fetchesLater = this.#options.store !== undefined;
    this.#session = new Session({ ...this.#options, models: this.#models, fetchesLater }, 'client');
    this.#flush(this.#session);
    this.#timer = setTimeout(() => { this.#begin('plain'); }, this.#options.helloTimeout ?? 5000);
  }

  /** Let the application begin. */
  #begin(phase: 'session' | 'plain'): void {
    clearTimeout(this.#timer);
    this.#phase = phase;
    if (phase === 'plain') this.#session = null;
    this.#tries = 0;
    this.#isReconnecting = false;
    if (this.#readyState === CONNECTING) this.#readyState = OPEN;
    this.#dispatch(new Event('open'));
    void this.#drain();
  }

  /** Take in a message of the connection. */
  #came(data: string | ArrayBuffer): void {
    if (this.#phase === 'opening') return;
    const size = typeof data === 'string' ? toUtf8(data).length : data.byteLength;
    this.#received.wire += size;
    if (this.#phase === 'greeting' && (typeof data === 'string' || !isHello(new Uint8Array(data)))) {
      this.#begin('plain');
    }
    const session = this.#session;
    if (session === null) {
      this.#received.plain += size;
      this.#give(typeof data === 'string' ? data : new Uint8Array(data));
      return;
    }
    try {
      if (typeof data === 'string') throw new DecodeError('Unsupported', 'a text message in a session');
      this.#happened(session.receive(new Uint8Array(data)));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#refuse(error);
      return;
    }
    this.#flush(session);
    if (this.#options.store !== undefined) void this.#lookFor(session, this.#options.store);
  }

  /** Look in the store for the model that the session wants, before it is fetched. */
  async #lookFor(session: Session, store: ModelStore): Promise<void> {
    const id = session.wanted;
    if (id === null || this.#sought.has(id)) return;
    this.#sought.add(id);
    const file = await store.get(id);
    let model: Model | null = null;
    try {
      model = file && Model.read(file, id);
    } catch {
      await store.delete(id); // the file is damaged
    }
    this.#sought.delete(id);
    if (this.#session !== session) return;
    if (model === null) session.fetch();
    else {
      session.hold(model);
      this.#hold(model);
    }
    this.#flush(session);
  }

  #hold(model: Model): void {
    this.#models = [model, ...this.#models];
    this.#dispatch(new CustomEvent('model', { detail: model }));
  }

  #happened(event: SessionEvent | null): void {
    switch (event?.type) {
      case 'ready':
        this.#begin('session');
        break;
      case 'model':
        this.#hold(event.model);
        void this.#options.store?.put(event.model.id, event.file);
        break;
      case 'message':
        this.#received.plain += event.data.length;
        this.#give(event.isText ? (fromUtf8(event.data) ?? '') : event.data);
        break;
      case undefined:
    }
  }

  /** Close a connection whose peer broke a rule (rule SES-16). */
  #refuse(error: DecodeError): void {
    this.#session = null;
    this.#phase = 'opening'; // nothing that still comes counts
    this.#isRefused = true;
    this.#socket.close(PRIVATE_CODES + closeCodeOf(error.code));
    if (!this.#mayReconnect()) {
      if (this.#readyState < CLOSING) this.#readyState = CLOSING;
      this.#dispatch(new Event('error'));
    }
  }

  #give(data: string | Uint8Array): void {
    let given: string | ArrayBuffer | Blob;
    if (typeof data === 'string') given = data;
    else {
      const copy = data.slice();
      given = this.binaryType === 'blob' ? new Blob([copy]) : copy.buffer;
    }
    this.#dispatch(new MessageEvent('message', { data: given, origin: new URL(this.url).origin }));
  }

  #flush(session: Session): void {
    for (const frame of session.dataToSend()) {
      this.#sent.wire += frame.length;
      this.#socket.send(frame.slice().buffer);
    }
  }

  /**
   * Send a message. While a connection is opened anew, it waits.
   *
   * @throws DOMException `InvalidStateError` before the first connection is open.
   * @throws EncodeError The message is longer than one of the ends allows; it is not sent.
   */
  send(data: Sendable): void {
    if (this.#readyState === CONNECTING && !this.#isReconnecting) {
      throw new DOMException('the connection is not open yet', 'InvalidStateError');
    }
    if (this.#readyState > OPEN) return;
    const text = typeof data === 'string' ? data.replace(/\p{Surrogate}/gu, '\ufffd') : null;
    const message = text ?? (data instanceof Blob ? data : bytesOf(data as ArrayBufferLike).slice());
    const longest = this.#session?.maxMessage ?? Infinity;
    if (sizeOf(message) > longest) throw new EncodeError(`a message of more than ${String(longest)} bytes`);
    this.#queue.push(message);
    if (!this.#isDraining) void this.#drain();
  }

  /** Send what waits, in order; it stops where the bytes of a Blob have to be awaited, and goes on with them. */
  async #drain(): Promise<void> {
    this.#isDraining = true;
    try {
      while (this.#queue.length > 0 && this.#readyState === OPEN) {
        const [data] = this.#queue;
        const message = data instanceof Blob ? new Uint8Array(await data.arrayBuffer()) : data;
        if (this.#queue[0] !== data) break;
        this.#queue.shift();
        this.#post(typeof message === 'string' ? message : bytesOf(message));
      }
    } finally {
      this.#isDraining = false;
    }
  }

  #post(message: string | Uint8Array): void {
    const session = this.#session;
    const size = sizeOf(message);
    this.#sent.plain += size;
    if (session === null) {
      this.#sent.wire += size;
      this.#socket.send(typeof message === 'string' ? message : message.slice().buffer);
      return;
    }
    if (size <= session.maxMessage) session.send(message);
    else this.#dispatch(new Event('error')); // it waited while the connection was opened anew
    this.#flush(session);
  }

  /** Close the connection, for good. */
  close(code = NORMAL, reason = ''): void {
    if (this.#readyState > OPEN) return;
    clearTimeout(this.#timer);
    this.#readyState = CLOSING;
    if (this.#socket.readyState === CLOSED) this.#closed({ code: NORMAL, wasClean: true });
    else this.#socket.close(code, reason);
  }

  #mayReconnect(): boolean {
    const { reconnect = false } = this.#options;
    if (reconnect === false || this.#readyState > OPEN) return false;
    return this.#tries < (reconnect === true ? Infinity : (reconnect.maxTries ?? Infinity));
  }

  /** Whether the connection failed before it was open, and may do better without AURA. */
  #mayOfferLess(): boolean {
    return this.#phase === 'opening' && this.#offersAura && !this.#isRefused && this.#readyState === CONNECTING;
  }

  #closed(event: CloseEventInit): void {
    clearTimeout(this.#timer);
    this.#session = null;
    if (this.#mayOfferLess()) {
      // a browser refuses a server that selects none of the subprotocols
      this.#offersAura = false;
      this.#socket = this.#connect();
      return;
    }
    this.#offersAura ||= this.#phase === 'opening';
    const { code = 1006, reason = '', wasClean = false } = event;
    if (code === NORMAL || !this.#mayReconnect()) {
      this.#readyState = CLOSED;
      this.#queue = [];
      this.#dispatch(closeEvent({ code, reason, wasClean }));
      return;
    }
    const { reconnect = true } = this.#options;
    const { minDelay = 500, maxDelay = 30_000 } = typeof reconnect === 'boolean' ? {} : reconnect;
    const delay = Math.min(maxDelay, minDelay * 2 ** this.#tries) * (0.5 + Math.random() / 2);
    this.#tries++;
    this.#isReconnecting = true;
    this.#readyState = CONNECTING;
    this.#dispatch(new CustomEvent('reconnecting', { detail: { tries: this.#tries, delay } }));
    this.#timer = setTimeout(() => {
      this.#socket = this.#connect();
    }, delay);
  }

  #dispatch(event: Event): void {
    if (event.type === 'open') this.onopen?.(event);
    if (event.type === 'message') this.onmessage?.(event as MessageEvent);
    if (event.type === 'error') this.onerror?.(event);
    if (event.type === 'close') this.onclose?.(event as CloseEvent);
    this.dispatchEvent(event);
  }
}
