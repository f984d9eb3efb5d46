// Server-sent events with the content coding `aura`, for who wrote for `EventSource`.
import { Codec } from './codec.js';
import { EventParser, type ServerEvent } from './event_parser.js';
import { EventStreamReader } from './event_stream.js';
import type { Model } from './model.js';
import { toLatin1, toUtf8 } from './text.js';

/** What `EventSource` takes, and more. */
export interface AuraEventSourceOptions {
  /** Whether cookies go to other origins; false by default. */
  readonly withCredentials?: boolean;
  /** The models that are held, the best first. */
  readonly models?: readonly Model[];
  /**
   * Where the coding is asked for (rule EVS-7): in headers, the default, or in the query of the address, which spares
   * requests to other origins a question ahead.
   */
  readonly asksIn?: 'headers' | 'query';
  /** Headers of each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds between connections, as long as the server names no other time; 3,000 by default. */
  readonly retry?: number;
  /** Milliseconds that failures in a row may bring this to; 60,000 by default. */
  readonly maxDelay?: number;
  /** Characters that an event may have; 2^20 by default. */
  readonly maxSize?: number;
  /** Takes the place of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** What a source says of its connection. */
export interface EventSourceStatus {
  /** Whether the server codes. */
  readonly isAgreed: boolean;
  /** The id of the model that it codes with, if any. */
  readonly model: string | null;
  /** Bytes of all answers as they came, and as they read. */
  readonly received: { readonly wire: number; readonly plain: number };
}

/** An event that says what failed. */
export interface EventSourceError extends Event {
  readonly error: unknown;
}

const [CONNECTING, OPEN, CLOSED] = [0, 1, 2] as const;
/** Milliseconds that a timer may be set to. */
const MAX_DELAY = 2 ** 31 - 1;
const EVENT_STREAM = /^text\/event-stream *(;|$)/i;

/** The server answers with something else than events, so that it is not asked again. */
class Unusable extends Error {}

/** A drop-in for `EventSource` that asks for the content coding `aura`, and reads plain event streams as well. */
export class AuraEventSource extends EventTarget {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSED = CLOSED;
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSED = CLOSED;

  onopen: ((event: Event) => unknown) | null = null;
  onmessage: ((event: MessageEvent<string>) => unknown) | null = null;
  onerror: ((event: EventSourceError) => unknown) | null = null;

  readonly url: string;
  readonly withCredentials: boolean;
  readonly #options: AuraEventSourceOptions;
  readonly #abort = new AbortController();
  #readyState: 0 | 1 | 2 = CONNECTING;
  #lastEventId = '';
  #retry: number;
  /** Connections in a row that brought no event. */
  #failures = 0;
  #isCoded = false;
  #model: string | null = null;
  #received = { wire: 0, plain: 0 };

  /**
   * As that of `EventSource`, with more options.
   *
   * @throws DOMException `SyntaxError`: the address is none.
   */
  constructor(url: string | URL, options: AuraEventSourceOptions = {}) {
    super();
    const base = (globalThis as { readonly location?: Location }).location?.href;
    if (!URL.canParse(String(url), base)) throw new DOMException(`${String(url)} is no address`, 'SyntaxError');
    this.url = new URL(url, base).href;
    this.withCredentials = options.withCredentials ?? false;
    this.#options = options;
    this.#retry = options.retry ?? 3000;
    void this.#run();
  }

  get readyState(): 0 | 1 | 2 {
    return this.#readyState;
  }

  /** Whether the server codes, with which model, and what that saves. */
  get aura(): EventSourceStatus {
    return { isAgreed: this.#isCoded, model: this.#model, received: { ...this.#received } };
  }

  /** End the connection, for good. */
  close(): void {
    this.#readyState = CLOSED;
    this.#abort.abort();
  }

  /** Connect, and connect anew, until the source is closed. */
  async #run(): Promise<void> {
    while (this.#readyState !== CLOSED) {
      let reason: unknown = new Error('the server has ended the stream');
      try {
        this.#failures++;
        await this.#read(await this.#ask());
      } catch (error) {
        reason = error;
      }
      if (this.#isClosed()) return;
      this.#readyState = reason instanceof Unusable ? CLOSED : CONNECTING;
      this.#dispatch(Object.assign(new Event('error'), { error: reason }));
      if (!this.#isClosed()) await this.#wait();
    }
  }

  /** Whether the source was closed meanwhile. */
  #isClosed(): boolean {
    return this.#readyState === CLOSED;
  }

  async #wait(): Promise<void> {
    const { maxDelay = 60_000 } = this.#options;
    const longer = Math.max(this.#retry, 250) * 2 ** (this.#failures - 1) * (0.5 + Math.random() / 2);
    const backOff = this.#failures > 1 ? Math.min(maxDelay, longer) : 0;
    const delay = Math.min(MAX_DELAY, Math.max(this.#retry, backOff));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#abort.signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
    });
  }

  /** Rules EVS-1 and EVS-7. */
  async #ask(): Promise<Response> {
    const { fetch = globalThis.fetch, models = [], headers: own, asksIn = 'headers' } = this.#options;
    const headers = new Headers(own);
    headers.set('Accept', 'text/event-stream');
    if (this.#lastEventId !== '') headers.set('Last-Event-ID', toLatin1(toUtf8(this.#lastEventId)));
    const url = new URL(this.url);
    const wishes = [['aura-accept', 'aura'], ['aura-models', models.map(({ id }) => id).join()]] as const;
    for (const [name, value] of wishes) {
      if (value === '') continue;
      if (asksIn === 'query') url.searchParams.append(name, value);
      else headers.set(name, value);
    }
    return await fetch(url, {
      headers,
      cache: 'no-store',
      credentials: this.withCredentials ? 'include' : 'same-origin',
      signal: this.#abort.signal,
    });
  }

  async #read(response: Response): Promise<void> {
    const { headers, body, status } = response;
    const kind = headers.get('content-type') ?? '';
    if (status !== 200 || !EVENT_STREAM.test(kind)) {
      await body?.cancel();
      throw new Unusable(`the server answers ${String(status)} with the type "${kind}"`);
    }
    const parser = new EventParser(this.#lastEventId, this.#options.maxSize ?? 2 ** 20);
    const records = this.#readerFor(headers);
    this.#readyState = OPEN;
    this.#dispatch(new Event('open'));
    const pieces = body?.getReader();
    try {
      for (;;) {
        const { value } = (await pieces?.read()) ?? {};
        if (value === undefined || this.#isClosed()) break;
        this.#received.wire += value.length;
        for (const part of records?.parts(value) ?? [value]) {
          this.#received.plain += part.length;
          for (const event of parser.receive(part)) this.#give(event, response.url);
          this.#lastEventId = parser.lastEventId;
          this.#retry = parser.retry ?? this.#retry;
        }
      }
      records?.end();
    } finally {
      await pieces?.cancel().catch(() => undefined);
    }
  }

  /** What reads a coded answer; null if it is plain. */
  #readerFor(headers: Headers): EventStreamReader | null {
    this.#isCoded = headers.get('content-encoding')?.toLowerCase() === 'aura';
    this.#model = this.#isCoded ? headers.get('aura-model') : null;
    if (!this.#isCoded) return null;
    const model = this.#options.models?.find(({ id }) => id === this.#model);
    if (model === undefined && this.#model !== null) throw new Unusable(`the model ${this.#model} is not held`);
    return new EventStreamReader(new Codec(model ? { model } : {}));
  }

  #give({ type, data, lastEventId }: ServerEvent, address: string): void {
    if (this.#isClosed()) return;
    this.#failures = 0;
    const { origin } = new URL(address || this.url);
    this.#dispatch(new MessageEvent(type, { data, lastEventId, origin }));
  }

  #dispatch(event: Event): void {
    if (event.type === 'open') this.onopen?.(event);
    if (event.type === 'message') this.onmessage?.(event as MessageEvent<string>);
    if (event.type === 'error') this.onerror?.(event as EventSourceError);
    this.dispatchEvent(event);
  }
}
