// A message whose characters are tinted by their cost, the sums, and the bytes on the wire.
import { bits, bytes, make, ratio } from './dom.js';

/** A message to show. */
export interface Shown {
  readonly method: string;
  /** Bytes on the wire. */
  readonly size: number;
  /** Bytes of the message. */
  readonly length: number;
  /** The bytes on the wire in hexadecimal digits. */
  readonly wire: string;
  readonly cells: readonly { readonly text: string; readonly bits: number; readonly note: string }[];
  readonly overhead: readonly { readonly name: string; readonly bits: number }[];
}

/** Bits at which the tint changes. */
const STEPS = [0.1, 0.5, 1, 2, 4, 8];
const SCALE = ['< 0.1', '0.1', '0.5', '1', '2', '4', '8 +'];
const MOST_BYTES = 4096;
const HINT = 'Point at a character, or use the arrow keys, to see how it was coded.';

/** The class of a cell, by the bits of each of its characters. */
function tintOf(cost: number, characters: number): string {
  const each = cost / Math.max(1, characters);
  return `cell c${String(STEPS.filter((step) => each >= step).length)}`;
}

/** What is shown for a character that would not be seen. */
function visible(text: string): string {
  if (text === '\n') return '↵\n';
  if (text === '\t') return '→\t';
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) =>
    character === '\n' ? '↵\n' : `‹${(character.codePointAt(0) ?? 0).toString(16)}›`,
  );
}

/** The name of a cell, for people. */
function named(text: string): string {
  if (text === ' ') return 'space';
  if (text === '\n') return 'new line';
  if (text.trim() === '') return 'white space';
  return `“${visible(text).trim()}”`;
}

/** The characters, of which one is current: by pointer, touch and keys. */
function characters({ cells }: Shown): HTMLElement {
  const note = make('p', { class: 'note' }, HINT);
  const options = cells.map(({ text, bits: cost }) => {
    const name = text.trim() === '' && { 'aria-label': named(text) };
    return make('span', { class: tintOf(cost, Array.from(text).length), role: 'option', ...name }, visible(text));
  });
  const list = make('div', { class: 'text', role: 'listbox', tabindex: 0, 'aria-label': 'Characters and their costs' }, ...options);
  if (cells.length === 0) list.append(make('span', { class: 'soft' }, 'an empty message'));
  let current = -1;
  const choose = (place: number) => {
    if (place < 0 || place >= cells.length || place === current) return;
    options[current]?.removeAttribute('aria-selected');
    options[current]?.removeAttribute('id');
    current = place;
    const { text, bits: cost, note: how } = cells[place];
    const said = `${named(text)}: ${bits(cost)}`;
    const option = options[place];
    option.setAttribute('aria-selected', 'true');
    option.setAttribute('aria-label', `${said}, ${how}`);
    option.id = 'current-character';
    list.setAttribute('aria-activedescendant', option.id);
    note.replaceChildren(make('strong', {}, said), make('br'), how);
  };
  const pointed = ({ target }: Event) => { choose(options.indexOf(target as HTMLSpanElement)); };
  list.addEventListener('pointerover', pointed);
  list.addEventListener('click', pointed);
  list.addEventListener('keydown', (event) => {
    const place = { ArrowRight: current + 1, ArrowDown: current + 1, ArrowLeft: current - 1, ArrowUp: current - 1, Home: 0, End: cells.length - 1 }[event.key];
    if (place === undefined) return;
    event.preventDefault();
    choose(place);
    options[current]?.scrollIntoView({ block: 'nearest' });
  });
  return make('div', {}, list, note);
}

/** What each tint and bar stands for. */
function legend(): HTMLElement {
  const steps = SCALE.map((label, level) => make('span', { class: `cell c${String(level)}` }, label));
  return make('p', { class: 'legend' }, make('span', {}, 'bits'), ...steps);
}

function row(name: string, value: string, kind = 'td'): HTMLElement {
  return make('tr', {}, make('th', { scope: 'row' }, name), make(kind as 'td', {}, value));
}

/** Where all bits went. */
function sums({ cells, overhead, size }: Shown): HTMLElement {
  const ofCells = cells.reduce((sum, cell) => sum + cell.bits, 0);
  return make(
    'table', { class: 'sums' },
    make('caption', {}, 'Where the bits went'),
    row('characters', bits(ofCells)),
    ...overhead.map(({ name, bits: cost }) => row(name, bits(cost))),
    row('on the wire', `${bits(8 * size)}, ${bytes(size)}`),
  );
}

/** The bytes on the wire. */
function digits({ wire, size }: Shown): HTMLElement {
  const shown = wire.slice(0, 2 * MOST_BYTES).replace(/../g, '$& ').trim();
  return make(
    'figure', { class: 'bytes' },
    make('figcaption', {}, size > MOST_BYTES ? `The first ${bytes(MOST_BYTES)} of ${bytes(size)}` : 'Bytes on the wire'),
    make('code', { class: 'hex', tabindex: 0 }, shown),
  );
}

/** One line about a message. */
export function summary({ method, size, length }: Shown): string {
  return `${method}, ${bytes(size)} for ${bytes(length)}, ${ratio(length, size)}`;
}

/** The view of a message; `more` comes in the middle. */
export function costView(shown: Shown, ...more: readonly Node[]): HTMLElement {
  return make(
    'div', { class: 'costs' },
    make('p', { class: 'summary' }, summary(shown)),
    characters(shown), legend(), ...more, digits(shown), sums(shown),
  );
}
