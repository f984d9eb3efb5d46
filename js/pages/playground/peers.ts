// What the compressors of this browser make of a message.
import type { Size } from '../view/sizes.js';

/** Names of CompressionStream, which browsers have some of, and those of people. */
const FORMATS = [['deflate-raw', 'deflate'], ['zstd', 'Zstandard'], ['brotli', 'Brotli']] as const;
const HOW = 'by this browser, at the level that it takes';

/** Whether this browser has a format; not all have the class. */
function has(format: string): boolean {
  try {
    return Boolean(new CompressionStream(format as CompressionFormat));
  } catch {
    return false;
  }
}

const HERE = FORMATS.filter(([format]) => has(format));

/** The compressors of this browser, before anything is compressed. */
export const NO_SIZES: readonly Size[] = HERE.map(([, name]) => ({ name, size: null, how: HOW }));

/** The sizes of a message by itself. */
export async function peerSizes(data: Uint8Array): Promise<readonly Size[]> {
  return Promise.all(
    HERE.map(async ([format, name]) => {
      const packed = new Blob([data.slice()]).stream().pipeThrough(new CompressionStream(format as CompressionFormat));
      return { name, size: (await new Response(packed).arrayBuffer()).byteLength, how: HOW };
    }),
  );
}
