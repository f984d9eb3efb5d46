// Elements, made of text that is never taken for markup.

/** What an element is made with: properties that are attributes, and `class`. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** An element with attributes and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K, attributes: Attributes = {}, ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

/** The element of the page with an id. */
export function at(id: string): HTMLElement;
/** The element of the page with an id, of a class. */
export function at<T extends HTMLElement>(id: string, type: new () => T): T;
export function at(id: string, type: new () => HTMLElement = HTMLElement): HTMLElement {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no such element ${id}`);
  return element;
}

/** A number of bytes. */
export function bytes(count: number): string {
  return `${count.toLocaleString('en')} B`;
}

/** A number of bits. */
export function bits(count: number): string {
  return `${(Math.abs(count) < 0.005 ? 0 : count).toFixed(2)} bits`;
}

/** How many times smaller something is. */
export function ratio(plain: number, size: number): string {
  return size > 0 && plain > 0 ? `${(plain / size).toFixed(plain < 10 * size ? 2 : 1)} ×` : '–';
}
