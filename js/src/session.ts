/**
 * Sessions: frames in, events out, and messages in, frames out (rules SES-3 to SES-18). No input or output.
 *
 * @module
 */
import {
  MARKER_ADAPTIVE_EXPLICIT, MARKER_AURALITE_EXPLICIT, MARKER_CLASSIC, MARKER_FUZZY, MARKER_MODELLED,
  MARKER_STORED, MARKER_TYPED,
  SESSION_COUNTERS, SESSION_NEGOTIATION_ADAPTIVE, SESSION_NEGOTIATION_ALL_CODINGS, SESSION_NEGOTIATION_CHECK_OF_ALL,
  SESSION_NEGOTIATION_CODING_SINGLE, SESSION_NEGOTIATION_CODING_STREAM, SESSION_NEGOTIATION_CODING_TAGGED,
  SESSION_NEGOTIATION_COMPACT, SESSION_NEGOTIATION_LONG_CHECK_BIT, STREAM_DEFAULT_MEMORY, STREAM_MAX_MEMORY, STREAM_MIN_MEMORY,
} from './constants.js';
import { DecodeError, EncodeError } from './errors.js';
import type { BodyCodec } from './message.js';
import { Model } from './model.js';
import type { Level } from './policy.js';
import { type FrameCodec, frameCodecFor } from './session_coding.js';
import {
  buildControl, checkFrame, type Chunk, type Control, isControl, NO_MODEL, type Offer, parseControl, type Use,
} from './session_frames.js';
import { type Hello, templatesDigest } from './session_negotiation.js';
import { sha256 } from './sha256.js';
import { type Check, isCheck } from './stream_check.js';
import { toUtf8 } from './text.js';
import { concat, toHex } from './wire.js';

export { closeCodeOf, isHello } from './session_frames.js';
export { applicationOf, offers, selectedBy, subprotocolFor } from './session_negotiation.js';

/** What an end of a session wants, and what it allows. */
export interface SessionSettings {
  /** The models that it holds, the best first. */
  readonly models?: readonly Model[];
  /** Bytes that a stream may take in each direction; 0 to code each message by itself. 32 KiB by default. */
  readonly memory?: number;
  /** Least bits of check of the streams that it sends; 4 by default. A peer that does not allow 32 is sent 16. */
  readonly check?: Check;
  /** Bytes that a message may have, sent or received; 1 MiB by default. */
  readonly maxMessage?: number;
  /** Bytes of the longest message that a model codes, sent or received; 4 KiB by default. */
  readonly maxModelled?: number;
  /** Bytes of model files that it fetches from its peer; 0, the default, to fetch none. */
  readonly maxFetch?: number;
  /** Leave it to the caller to ask with {@link Session.fetch} for the model {@link Session.wanted}; false by default. */
  readonly fetchesLater?: boolean;
  /** Which methods are tried for single messages; 2 by default. */
  readonly level?: Level;
  /** Send single messages with tags, to peers that read them. */
  readonly tag?: boolean;
  /** What reads and writes further methods. */
  readonly bodies?: readonly BodyCodec[];
}

/** What a frame of the peer led to. */
export type SessionEvent =
  | { readonly type: 'ready'; readonly hello: Hello }
  | { readonly type: 'message'; readonly data: Uint8Array; readonly isText: boolean }
  | { readonly type: 'model'; readonly model: Model; readonly file: Uint8Array };

/** Methods that this package reads, by their bits (rule SES-5). */
const METHODS =
  [
    MARKER_CLASSIC, MARKER_AURALITE_EXPLICIT, MARKER_TYPED, MARKER_STORED, MARKER_MODELLED, MARKER_ADAPTIVE_EXPLICIT,
    MARKER_FUZZY,
  ].reduce((bits, marker) => bits | (1 << marker), SESSION_NEGOTIATION_ADAPTIVE | SESSION_NEGOTIATION_COMPACT);

/** A model file that is coming. */
interface Download {
  readonly model: string;
  offer: Offer | null;
  readonly pieces: Uint8Array[];
  size: number;
}

/** Models that an end asks for on one connection. */
const MAX_REQUESTS = 4;

/**
 * One end of a session. Give it each frame of the peer with {@link receive} and each message with {@link send}; after
 * every call, send the frames that {@link dataToSend} returns. A session that threw a `DecodeError` is over.
 */
export class Session {
  readonly #settings: Required<SessionSettings>;
  readonly #isServer: boolean;
  #models: readonly Model[];
  #peer: Hello | null = null;
  #peerModels: readonly string[] = [];
  #unsent: Uint8Array[] = [];
  #using: Use | null = null;
  #encoder: FrameCodec | null = null;
  #decoder: FrameCodec | null = null;
  #sent = 0;
  #received = 0;
  #isFailed = false;
  readonly #requested = new Set<string>();
  readonly #served = new Set<string>();
  #fetchable: number;
  #download: Download | null = null;

  constructor(settings: SessionSettings, role: 'client' | 'server') {
    this.#settings = {
      models: [], memory: STREAM_DEFAULT_MEMORY, check: 4, maxMessage: 2 ** 20, maxModelled: 2 ** 12, maxFetch: 0,
      fetchesLater: false, level: 2, tag: false, bodies: [], ...settings,
    };
    const { models, memory, maxMessage, maxModelled, bodies, maxFetch } = this.#settings;
    this.#isServer = role === 'server';
    this.#models = models;
    this.#fetchable = maxFetch;
    this.#say({
      kind: 'hello',
      methods: bodies.reduce((bits, { marker }) => bits | (1 << marker), METHODS),
      codings: this.#codings,
      memory, maxMessage, maxModelled,
      templates: templatesDigest(),
      models: models.map(({ id }) => id),
    });
  }

  /** Whether the hello of the peer has come, so that messages can be sent. */
  get isReady(): boolean {
    return this.#peer !== null;
  }

  /** Bytes of the longest message that can be sent; none before the hello of the peer. */
  get maxMessage(): number {
    return this.#peer === null ? 0 : Math.min(this.#peer.maxMessage, this.#settings.maxMessage);
  }

  /** How the messages that this end sends are coded; null before the first. */
  get use(): Use | null {
    return this.#using;
  }

  get #codings(): number {
    const stream = 1 << SESSION_NEGOTIATION_CODING_STREAM;
    return this.#settings.memory > 0 ? SESSION_NEGOTIATION_ALL_CODINGS : SESSION_NEGOTIATION_ALL_CODINGS & ~stream;
  }

  #say(control: Control): void {
    this.#unsent.push(buildControl(control));
  }

  /** The frames that are to be sent, in order, which are then forgotten. */
  dataToSend(): Uint8Array[] {
    const frames = this.#unsent;
    this.#unsent = [];
    return frames;
  }

  /**
   * Code a message.
   *
   * @throws EncodeError It is longer than one of the ends allows, holds a lone surrogate, or the session is not ready.
   */
  send(message: string | Uint8Array): void {
    if (this.#peer === null) throw new EncodeError("no message can be sent before the peer's hello");
    const isText = typeof message === 'string';
    const data = isText ? toUtf8(message) : message;
    if (data.length > this.maxMessage) throw new EncodeError(`a message of ${String(data.length)} bytes is too long`);
    const frame = this.#prepare(this.#peer).encode({ data, isText });
    this.#unsent.push(frame);
    this.#sent = (this.#sent + 1) % SESSION_COUNTERS;
  }

  /** The codec of the next message; the peer is told if it is another one than before (rule SES-7). */
  #prepare(peer: Hello): FrameCodec {
    const model = this.#models.find(({ id }) => this.#peerModels.includes(id)) ?? null;
    const use = this.#useFor(peer, model);
    const before = this.#using;
    const isSame = before !== null && before.model === use.model && before.coding === use.coding;
    if (this.#encoder !== null && isSame) return this.#encoder;
    this.#say(use);
    this.#using = use;
    return (this.#encoder = this.#codecFor(peer, use, model, this.#isServer));
  }

  #useFor(peer: Hello, model: Model | null): Use {
    const { memory: wanted, check, tag } = this.#settings;
    const canTag = (peer.codings & (1 << SESSION_NEGOTIATION_CODING_TAGGED)) !== 0;
    const single = tag && canTag ? SESSION_NEGOTIATION_CODING_TAGGED : SESSION_NEGOTIATION_CODING_SINGLE;
    const use = { kind: 'use', model: model?.id ?? NO_MODEL, count: this.#sent } as const;
    const memory = Math.min(peer.memory, wanted, STREAM_MAX_MEMORY);
    const canStream = (peer.codings & (1 << SESSION_NEGOTIATION_CODING_STREAM)) !== 0;
    if (model !== null && memory >= STREAM_MIN_MEMORY && canStream) {
      const most = peer.codings & SESSION_NEGOTIATION_LONG_CHECK_BIT ? check : SESSION_NEGOTIATION_CHECK_OF_ALL;
      return { ...use, coding: SESSION_NEGOTIATION_CODING_STREAM, memory, check: Math.min(check, most) };
    }
    return { ...use, coding: single, memory: 0, check: 0 };
  }

  #codecFor(peer: Hello, use: Use, model: Model | null, isServers: boolean): FrameCodec {
    const { level, maxMessage, maxModelled, bodies } = this.#settings;
    return frameCodecFor(
      {
        model, level, maxMessage, maxModelled, bodies,
        methods: peer.methods,
        hasBuiltin: peer.templates === templatesDigest(),
        maxCoded: Math.min(peer.maxModelled, maxModelled),
      },
      use, isServers,
    );
  }

  /**
   * Read a frame.
   *
   * @throws DecodeError The frame is refused; the session is over.
   */
  receive(frame: Uint8Array): SessionEvent | null {
    if (this.#isFailed) throw new DecodeError('StreamDesync', 'a frame before was refused');
    try {
      checkFrame(frame, this.#settings.maxMessage);
      if (isControl(frame)) return this.#take(parseControl(frame));
      if (this.#decoder === null) throw new DecodeError('Malformed', 'data frame before the first use frame');
      const said = this.#decoder.decode(frame);
      this.#received = (this.#received + 1) % SESSION_COUNTERS;
      return { type: 'message', ...said };
    } catch (error) {
      this.#isFailed = true;
      throw error;
    }
  }

  #take(control: Control): SessionEvent | null {
    if ((control.kind === 'hello') === (this.#peer !== null)) {
      throw new DecodeError('Malformed', this.#peer === null ? 'the first frame is not a hello' : 'second hello', 1);
    }
    switch (control.kind) {
      case 'hello':
        this.#peer = control;
        this.#peerModels = control.models;
        this.#fetchBest();
        return { type: 'ready', hello: control };
      case 'use':
        this.#takeUse(control);
        return null;
      case 'have':
        this.#peerModels = [control.model, ...this.#peerModels].slice(0, 64);
        this.#fetchBest();
        return null;
      case 'request':
        this.#refuse(control.model);
        return null;
      case 'offer':
        this.#takeOffer(control);
        return null;
      case 'chunk':
        return this.#takeChunk(control);
    }
  }

  #held(id: string): Model {
    const model = this.#models.find((one) => one.id === id);
    if (model === undefined) throw new DecodeError('UnknownModel', `model ${id} is not held`, 2);
    return model;
  }

  /** Rules SES-7 and SES-8. */
  #takeUse(use: Use): void {
    if (use.count !== this.#received) {
      throw new DecodeError('StreamDesync', 'an earlier message was lost or repeated', 2);
    }
    const model = use.model === NO_MODEL ? null : this.#held(use.model);
    const isStream = use.coding === SESSION_NEGOTIATION_CODING_STREAM;
    if (isStream && model === null) throw new DecodeError('UnknownModel', 'a stream has no model', 2);
    if (((this.#codings >> use.coding) & 1) === 0) {
      throw new DecodeError('Unsupported', `coding ${String(use.coding)} is not read`, 2);
    }
    const most = Math.min(this.#settings.memory, STREAM_MAX_MEMORY);
    const isAllowed = use.memory >= STREAM_MIN_MEMORY && use.memory <= most && isCheck(use.check);
    if (isStream && !isAllowed) throw new DecodeError('Unsupported', 'such a stream is not allowed', 3);
    this.#decoder = this.#codecFor(this.#peer as Hello, use, model, !this.#isServer);
  }

  /** Answer a request: this end gives no models, but only one that it holds may be asked for, once. */
  #refuse(id: string): void {
    this.#held(id);
    if (this.#served.has(id)) throw new DecodeError('Malformed', 'second request for the same model', 2);
    this.#served.add(id);
    this.#say({ kind: 'offer', model: id, size: 0, digest: '0'.repeat(64) });
  }

  /** The model that the peer likes best, if it may be asked for (rule SES-13); null if it is held, or on its way. */
  get wanted(): string | null {
    if (this.#peerModels.length === 0) return null;
    const [id] = this.#peerModels;
    const isHeld = this.#models.some((model) => model.id === id);
    if (isHeld || this.#fetchable === 0 || this.#download !== null || this.#requested.has(id)) return null;
    return this.#requested.size < MAX_REQUESTS ? id : null;
  }

  #fetchBest(): void {
    if (!this.#settings.fetchesLater) this.fetch();
  }

  /** Ask for the model {@link wanted}, if there is one. */
  fetch(): void {
    const id = this.wanted;
    if (id === null) return;
    this.#requested.add(id);
    this.#download = { model: id, offer: null, pieces: [], size: 0 };
    this.#say({ kind: 'request', model: id, maxSize: this.#fetchable });
  }

  /** Rule SES-14. */
  #takeOffer(offer: Offer): void {
    const download = this.#download;
    if (download?.offer !== null || download.model !== offer.model) {
      throw new DecodeError('Malformed', 'offer of a model that was not requested', 2);
    }
    if (offer.size > this.#fetchable) throw new DecodeError('LimitExceeded', 'the model is too large', 10);
    if (offer.size === 0) this.#download = null;
    else download.offer = offer;
  }

  /** Rule SES-15. */
  #takeChunk({ data }: Chunk): SessionEvent | null {
    const download = this.#download;
    if (download?.offer == null || download.size + data.length > download.offer.size) {
      throw new DecodeError('Malformed', 'chunk of a model that was not offered', 2);
    }
    download.pieces.push(data.slice());
    download.size += data.length;
    if (download.size < download.offer.size) return null;
    const file = concat(download.pieces);
    if (toHex(sha256(file)) !== download.offer.digest) {
      throw new DecodeError('ChecksumMismatch', 'the digest of the model differs from the offer', 2);
    }
    const model = Model.read(file, download.model);
    this.#fetchable -= file.length;
    this.#download = null;
    this.hold(model);
    return { type: 'model', model, file };
  }

  /** Hold a model from now on, and like it best; the peer is told (rule SES-12). */
  hold(model: Model): void {
    if (this.#models.some(({ id }) => id === model.id)) return;
    this.#models = [model, ...this.#models];
    if (this.#peer !== null) this.#say({ kind: 'have', model: model.id });
  }
}
