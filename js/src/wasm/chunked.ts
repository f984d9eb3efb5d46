// Chunked files on the WebAssembly module.
import { ChunkedFormat } from '../chunked_format.js';
import { BlockWriter, decodeContainer } from './brio.js';

/** Reads and writes chunked files. */
export class ChunkedFiles extends ChunkedFormat {
  constructor() {
    super(decodeContainer, (windowBits, level, use) => {
      const writer = new BlockWriter(windowBits, level);
      try {
        use((content, begins) => writer.encode(content, begins));
      } finally {
        writer.dispose();
      }
    });
  }
}
