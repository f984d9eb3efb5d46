// Speaks the protocol of the conformance runner as adapter.ts does, and has the WebAssembly module answer.
import { load } from '../src/wasm.js';
import { answerLines } from './lines.js';
import { bytesOf, versionOf } from './repository.js';
import { WasmAnswerer } from './wasm_answerer.js';
import { partTypes } from './wasm_parts.js';

await load(bytesOf('native/build/aura.wasm').slice());
const parts = partTypes(bytesOf('native/build/parts.wasm').slice());
const answerer = new WasmAnswerer('@aura-codec/client/wasm', versionOf(), parts);
await answerLines((request) => answerer.answer(request));
