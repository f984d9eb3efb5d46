// What other compressors take for the messages of this connection, as the server measures it.
import type { Direction } from './connection.js';

/** Bytes of one message. */
export interface Sizes {
  readonly number: number;
  readonly plain: number;
  readonly deflate: number;
  readonly zstd: number;
  readonly brotli: number;
}

/** What the peers are called. */
export const PEERS = [['deflate', 'permessage-deflate'], ['zstd', 'Zstandard 19'], ['brotli', 'Brotli 11']] as const;

/** Milliseconds in which messages are gathered to be asked for together. */
const PAUSE = 60;

/** The sizes of a visit, asked for as messages come. */
export class Figures {
  readonly #visit: string;
  readonly #told: () => void;
  readonly #known: Record<Direction, Map<number, Sizes>> = { sent: new Map(), received: new Map() };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(visit: string, told: () => void) {
    this.#visit = visit;
    this.#told = told;
  }

  of(direction: Direction, number: number): Sizes | null {
    return this.#known[direction].get(number) ?? null;
  }

  /** Bytes of all messages so far. */
  get totals(): Readonly<Record<'deflate' | 'zstd' | 'brotli', number>> {
    const sums = { deflate: 0, zstd: 0, brotli: 0 };
    for (const known of Object.values(this.#known)) {
      for (const sizes of known.values()) for (const [name] of PEERS) sums[name] += sizes[name];
    }
    return sums;
  }

  /** Ask soon. */
  ask(): void {
    if (this.#timer !== undefined || this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#fetch();
    }, PAUSE);
  }

  async #fetch(): Promise<void> {
    const { sent, received } = this.#known;
    const query = new URLSearchParams({ visit: this.#visit, sent: String(sent.size), received: String(received.size) });
    const response = await fetch(`/sizes?${String(query)}`).catch(() => null);
    if (response?.ok !== true || this.#isOver) return;
    const found = (await response.json()) as Record<Direction, readonly Sizes[]>;
    for (const direction of ['sent', 'received'] as const) {
      for (const sizes of found[direction]) this.#known[direction].set(sizes.number, sizes);
    }
    this.#told();
  }

  /** Ask no more. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
