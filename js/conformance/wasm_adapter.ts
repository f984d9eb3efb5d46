// Speaks the protocol of the conformance runner as adapter.ts does, and has the WebAssembly module answer.
import { load } from '../src/wasm.js';
import { answerLines } from './lines.js';
import { bytesOf, versionOf } from './repository.js';
import { WasmAnswerer } from './wasm_answerer.js';

await load(bytesOf('native/build/aura.wasm').slice());
const answerer = new WasmAnswerer('@aura-codec/client/wasm', versionOf());
await answerLines((request) => answerer.answer(request));
