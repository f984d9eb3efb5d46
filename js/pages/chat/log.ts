// The messages of the chat, one below the other.
import { bytes, make, ratio } from '../view/dom.js';
import type { Entry } from './connection.js';

/** Messages that stay in the page. */
const KEPT = 500;

/** Who says a message, and what. The server puts the name of a guest before what it passes on. */
function saidBy({ direction, text }: Entry): readonly [who: string, text: string] {
  if (direction === 'sent') return ['You', text];
  const guest = /^(Guest \d+): /.exec(text);
  return guest === null ? ['Server', text] : [guest[1], text.slice(guest[0].length)];
}

function time(at: Date): string {
  return at.toLocaleTimeString('en-GB');
}

/** The list, of which one message is chosen. */
export class Log {
  readonly #list: HTMLElement;
  readonly #choose: (entry: Entry, opener: HTMLElement) => void;
  #chosen: HTMLElement | null = null;

  constructor(list: HTMLElement, choose: (entry: Entry, opener: HTMLElement) => void) {
    this.#list = list;
    this.#choose = choose;
  }

  add(entry: Entry): void {
    const [who, text] = saidBy(entry);
    const plain = new TextEncoder().encode(entry.text).length;
    const size = entry.frame?.length ?? plain;
    const [sizes, gain] = [`${bytes(plain)} → ${bytes(size)}`, ratio(plain, size)];
    const button = make(
      'button', { type: 'button', class: 'opener', 'aria-pressed': 'false', 'aria-label': `${sizes} ${gain}, where the bits went` },
      sizes, make('span', { class: 'soft' }, ` ${gain}`),
    );
    const choose = () => {
      this.#chosen?.setAttribute('aria-pressed', 'false');
      button.setAttribute('aria-pressed', 'true');
      this.#chosen = button;
      this.#choose(entry, button);
    };
    const bubble = make('p', { class: 'said' }, text === '' ? ' ' : text);
    button.addEventListener('click', choose);
    bubble.addEventListener('click', choose);
    const meta = make('p', { class: 'meta' }, make('span', { class: 'who' }, who), make('time', {}, time(entry.at)), button);
    const data = { class: entry.direction === 'sent' ? 'own' : 'other', 'data-frame': entry.frame === null ? '' : hex(entry.frame) };
    this.#list.append(make('li', data, bubble, meta));
    while (this.#list.childElementCount > KEPT) this.#list.firstElementChild?.remove();
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  clear(): void {
    this.#chosen = null;
    this.#list.replaceChildren();
  }

  /** Take back the choice. */
  release(): void {
    this.#chosen?.setAttribute('aria-pressed', 'false');
    this.#chosen = null;
  }
}

function hex(frame: Uint8Array): string {
  return Array.from(frame, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
