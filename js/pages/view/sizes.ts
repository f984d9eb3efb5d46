// Sizes side by side: a name, a number and a bar each.
import { bytes, make } from './dom.js';

/** A size to show; null while it is not known. */
export interface Size {
  readonly name: string;
  readonly size: number | null;
  /** How it was found. */
  readonly how?: string;
}

/** A table of sizes. */
export function sizesTable(caption: string, sizes: readonly Size[]): HTMLElement {
  const largest = Math.max(1, ...sizes.map(({ size }) => size ?? 0));
  const rows = sizes.map(({ name, size, how = '' }) => {
    const bar = make('span', { class: 'bar' });
    bar.style.inlineSize = `${String((100 * (size ?? 0)) / largest)}%`;
    const shown = size === null ? '–' : bytes(size);
    const title = how === '' ? [name] : [name, make('small', {}, how)];
    return make('tr', { class: name === 'AURA' ? 'own' : '' }, make('th', { scope: 'row' }, ...title), make('td', {}, shown), make('td', { class: 'bars', 'aria-hidden': 'true' }, bar));
  });
  return make('table', { class: 'sizes' }, make('caption', {}, caption), ...rows);
}
