// What the WebAssembly module gains beside the TypeScript core: node --expose-gc bench.mjs MESSAGES.jsonl.gz [MODEL], after
// `make wasm` and `npm run build`. Times are of the processor; those of messages are of the quickest of some rounds, in
// which the cores take turns.
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import * as core from './dist/core.js';
import { nearest } from './dist/near.js';
import * as wasm from './dist/wasm.js';
import { instance } from './dist/wasm/instance.js';

const MESSAGES = 1000;
const ROUNDS = 9;
const [, , messages, path = new URL('../src/aura/data/default.aura', import.meta.url)] = process.argv;
const lines = gunzipSync(readFileSync(messages)).toString().trim().split('\n').slice(0, MESSAGES);
const texts = lines.map((line) => JSON.parse(line).text);
const file = readFileSync(path);

/** Milliseconds of processor time of a call, all threads together, and what it gives. */
function timed(call) {
  const before = process.cpuUsage();
  const result = call();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000, result];
}

/** Bytes that are in use, of the heap and of arrays; those of arrays are given back a little later. */
async function memory() {
  globalThis.gc();
  await setTimeout(100);
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Say how much memory the module takes. */
function report() {
  const { exports } = instance();
  const held = exports.aura_heap_size() - exports.aura_free_size();
  const whole = exports.memory.buffer.byteLength;
  console.log(`WebAssembly: ${(held / 1e6).toFixed(1)} MB are in use of the module's ${(whole / 1e6).toFixed(1)} MB`);
}

const started = process.cpuUsage();
await wasm.load();
const { user, system } = process.cpuUsage(started);
console.log(`the module is loaded in ${((user + system) / 1000).toFixed(0)} ms`);

const codecs = {};
for (const [name, { Model, Codec }] of Object.entries({ TypeScript: core, WebAssembly: wasm })) {
  const before = await memory();
  const [first, model] = timed(() => Model.read(file));
  const taken = ((await memory()) - before) / 1e6;
  if (name === 'TypeScript') console.log(`${name}: the model takes ${taken.toFixed(1)} MB`);
  if (name === 'WebAssembly') report();
  const times = [1, 2, 3].map(() => {
    const [time, again] = timed(() => Model.read(file));
    again.dispose?.();
    return time;
  });
  console.log(`${name}: the model is read in ${first.toFixed(0)} ms, again in ${Math.min(...times).toFixed(0)} ms`);
  codecs[name] = new Codec({ model, near: nearest });
}
const wires = texts.map((text) => codecs.TypeScript.compress(text));
const best = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, codec] of Object.entries(codecs)) {
    const [write, written] = timed(() => texts.map((text) => codec.compress(text)));
    const [read] = timed(() => wires.map((wire) => codec.decompress(wire)));
    if (written.some((wire, at) => Buffer.compare(wire, wires[at]) !== 0)) throw new Error('another message');
    const [least, other] = best[name] ?? [Infinity, Infinity];
    best[name] = [Math.min(least, write), Math.min(other, read)];
  }
}
for (const [name, times] of Object.entries(best)) {
  const [write, read] = times.map((time) => `${((1000 * time) / texts.length).toFixed(1)} µs, ${((1000 * texts.length) / time).toFixed(0)}/s`);
  console.log(`${name}: a message is written in ${write}, and read in ${read}`);
}
