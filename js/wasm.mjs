// Puts the WebAssembly module into the package, or says that the package is without it.
import { copyFileSync, existsSync, rmSync } from 'node:fs';

const built = new URL('../native/build/aura.wasm', import.meta.url);
const packed = new URL('dist/wasm/aura.wasm', import.meta.url);
if (existsSync(built)) {
  copyFileSync(built, packed);
} else {
  rmSync(packed, { force: true });
  console.warn(
    'native/build/aura.wasm is not there, so this package is without dist/wasm/aura.wasm: load() of the entry wasm fails ' +
      'unless it is told another address. `make wasm` builds the module, with clang and lld, and then `npm run build` adds it.',
  );
}
