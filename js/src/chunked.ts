// Chunked files with the TypeScript core.
import { Brio2 } from './brio2.js';
import { ChunkedFormat, NOTHING } from './chunked_format.js';
import { parse } from './parse.js';
import { Units, type UnitsFile } from './unit.js';
import { concat } from './wire.js';

export { type ChunkedOptions, type Frame, readIndex } from './chunked_format.js';

/** Reads and writes chunked files with the units of the specification. */
export class ChunkedFiles extends ChunkedFormat {
  /** `file` is the content of `units.json`, parsed. */
  constructor(file: UnitsFile) {
    const units = new Units(file);
    const brio = new Brio2(units);
    super(
      (container, maxSize, window) => brio.decodeContainer(container, maxSize, window),
      (windowBits, level, use) => {
        let window = NOTHING;
        use((content, begins) => {
          if (begins) window = NOTHING;
          const whole = concat([window, content]);
          const cut = parse(whole, { level, begin: window.length, units });
          window = whole.subarray(-(2 ** windowBits));
          return brio.encodeParse(content, cut);
        });
      },
    );
  }
}
