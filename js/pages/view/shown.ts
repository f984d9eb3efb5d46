// An explanation of the client as the view shows it.
import { cellsOf, type Explanation } from '../../src/explain.js';
import { toHex } from '../../src/wire.js';
import type { Shown } from './costs.js';

/** What is shown of an explanation and the bytes that it explains. */
export function shownOf(explanation: Explanation, wire: Uint8Array): Shown {
  const { method, size, message, overhead } = explanation;
  return { method, size, length: message.length, wire: toHex(wire), cells: cellsOf(explanation), overhead };
}
