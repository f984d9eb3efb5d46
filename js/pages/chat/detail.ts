// One message in detail: sizes beside other compressors, its time, and where its bits went.
import { costView } from '../view/costs.js';
import { make } from '../view/dom.js';
import { shownOf } from '../view/shown.js';
import { sizesTable } from '../view/sizes.js';
import type { Entry } from './connection.js';
import { PEERS, type Sizes } from './figures.js';

function milliseconds(took: number): string {
  return took < 0.01 ? 'less than 0.01 ms' : `${took.toFixed(2)} ms`;
}

function sizesOf({ text, frame }: Entry, peers: Sizes | null): HTMLElement {
  const plain = new TextEncoder().encode(text).length;
  return sizesTable('Sizes after the same messages', [
    { name: 'AURA', size: frame?.length ?? plain },
    ...PEERS.map(([key, name]) => ({ name, size: peers === null ? null : peers[key] })),
    { name: 'plain text', size: plain },
  ]);
}

/** The panel of the chosen message. */
export class Detail {
  readonly #panel: HTMLElement;
  readonly #content: HTMLElement;
  #opener: HTMLElement | null = null;
  #sizes: HTMLElement | null = null;
  #entry: Entry | null = null;

  constructor(panel: HTMLElement, content: HTMLElement, close: HTMLElement, closed: () => void) {
    this.#panel = panel;
    this.#content = content;
    const leave = () => {
      if (this.#entry === null) return;
      this.clear();
      closed();
    };
    close.addEventListener('click', leave);
    panel.addEventListener('keydown', ({ key }) => { if (key === 'Escape') leave(); });
  }

  /** Show a message; the focus returns to `opener` in the end. */
  show(entry: Entry, peers: Sizes | null, opener: HTMLElement): void {
    this.#entry = entry;
    this.#opener = opener;
    const { explanation, frame, direction, took } = entry;
    const verb = direction === 'sent' ? 'Coded' : 'Decoded';
    this.#sizes = sizesOf(entry, peers);
    const title = make('h2', { tabindex: -1 }, direction === 'sent' ? 'Message sent' : 'Message received');
    const view = explanation === null || frame === null
      ? make('p', {}, 'It went as plain text: the ends do not speak AURA with each other.')
      : costView(shownOf(explanation, frame), this.#sizes);
    const time = make('p', { class: 'soft' }, `${verb} in ${milliseconds(took)} in this browser.`);
    this.#content.replaceChildren(title, view, ...(explanation === null ? [this.#sizes] : []), time);
    this.#panel.classList.add('open');
    this.#panel.scrollTop = 0;
    title.focus({ preventScroll: true });
  }

  /** Figures have come. */
  update(peersOf: (entry: Entry) => Sizes | null): void {
    if (this.#entry === null || this.#sizes === null) return;
    const sizes = sizesOf(this.#entry, peersOf(this.#entry));
    this.#sizes.replaceWith(sizes);
    this.#sizes = sizes;
  }

  /** Show nothing. */
  clear(): void {
    const hadFocus = this.#panel.contains(document.activeElement);
    this.#panel.classList.remove('open');
    this.#content.replaceChildren(make('p', { class: 'hint' }, 'Choose a message to see where its bits went.'));
    this.#entry = this.#sizes = null;
    if (hadFocus) this.#opener?.focus();
  }
}
