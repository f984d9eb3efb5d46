// What conformance tests read from the repository, from js/build/conformance.
import { readFileSync } from 'node:fs';
import type { UnitsFile } from '../src/brio.js';

const ROOT = new URL('../../../', import.meta.url);

/** The bytes of a file. */
export function bytesOf(path: string): Uint8Array {
  return readFileSync(new URL(path, ROOT));
}

/** The value that a JSON file holds. */
export function valueOf(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, ROOT), 'utf8'));
}

/** The version of this package. */
export function versionOf(): string {
  return (valueOf('js/package.json') as { version: string }).version;
}

/** The units of BRIO version 2. */
export function unitsOf(): UnitsFile {
  return valueOf('vectors/data/units.json') as UnitsFile;
}
