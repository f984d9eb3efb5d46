// Plays a conversation: says what is its own, and waits for the answers.
import type { Entry } from './connection.js';
import type { Exchange } from './conversation.js';

/** Milliseconds between messages, so that people can follow and the server allows it. */
const PAUSE = 120;
/** Milliseconds that an answer may take. */
const TIMEOUT = 5000;

/** One conversation that is played. */
export class Player {
  #isOver = false;
  #left = 0;
  #go: () => void = () => undefined;

  /** Play exchanges with `say`; the promise ends with the conversation. */
  async play(exchanges: readonly Exchange[], say: (text: string) => void): Promise<void> {
    for (const [said, answers] of exchanges) {
      if (this.#isOver) return;
      this.#left = answers.length;
      const answered = new Promise<void>((resolve) => { this.#go = resolve; });
      say(said);
      if (this.#left > 0) await Promise.race([answered, pause(TIMEOUT)]);
      await pause(PAUSE);
    }
  }

  /** Take note of a message that came. */
  heard({ direction }: Entry): void {
    if (direction === 'received' && --this.#left === 0) this.#go();
  }

  stop(): void {
    this.#isOver = true;
    this.#go();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
