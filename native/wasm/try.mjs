// Codes a few messages with the WebAssembly module and the small model: node native/wasm/try.mjs aura.wasm small.aura
import { readFileSync } from "node:fs";

const [module, file] = process.argv.slice(2).map((path) => readFileSync(path));
const { exports: aura } = (await WebAssembly.instantiate(module, {})).instance;

/** Copies bytes into the module's memory; gives their address. */
function put(bytes) {
  const address = aura.aura_allocate_bytes(bytes.length);
  new Uint8Array(aura.memory.buffer).set(bytes, address);
  return address;
}

const model = aura.aura_read_model(put(file), file.length);
if (model === 0) throw new Error(`the model is refused with code ${aura.aura_last_error()}`);
const ROOM = 4096;
const wire = aura.aura_allocate_bytes(ROOM);
const text = aura.aura_allocate_bytes(ROOM);
const messages = ["", "Yes, I can help with that.", "id,qty\n1,20\n2,21\n3,22\n4,23\n", "žluťoučký kůň ".repeat(40)];
for (const message of messages) {
  const bytes = Buffer.from(message);
  for (const method of [0, 1]) {
    const size = aura.aura_encode_message(model, method, put(bytes), bytes.length, wire, ROOM);
    const length = aura.aura_decode_message(model, method, wire, size, text, ROOM);
    const read = Buffer.from(aura.memory.buffer, text, Math.max(0, length));
    if (!read.equals(bytes)) throw new Error(`method ${method} gives another text than ${JSON.stringify(message)}`);
    console.log(Buffer.from(aura.memory.buffer, wire, size).toString("hex"));
  }
}
