// The drop-in for WebSocket against servers in Python.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { WebSocket as NodeWebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EncodeError, Model } from '../src/core.js';
import type { ModelStore } from '../src/models.js';
import { AuraWebSocket as Socket, type AuraWebSocketOptions } from '../src/websocket.js';
import { conversationOf, pathOf, spawnPython } from './reference.js';

const model = Model.read(readFileSync(pathOf('src/aura/data/small.aura')));
const conversation = conversationOf();

/** As in browsers; Node 20 has no WebSocket of its own. */
class AuraWebSocket extends Socket {
  constructor(url: string, protocols: string[], options: AuraWebSocketOptions) {
    super(url, protocols, { WebSocket: NodeWebSocket as unknown as typeof WebSocket, ...options });
  }
}

let servers: ChildProcessWithoutNullStreams;
let addresses: Record<'aura' | 'chat' | 'plain' | 'deaf', string>;

beforeAll(async () => {
  servers = spawnPython('server.py');
  servers.stderr.resume();
  const [line] = (await once(servers.stdout, 'data')) as [Buffer];
  addresses = JSON.parse(String(line)) as typeof addresses;
});

afterAll(() => {
  servers.stdin.end();
});

/** The next event of a kind. */
function next<T extends Event>(socket: EventTarget, type: string): Promise<T> {
  return new Promise((resolve) => {
    socket.addEventListener(type, (event) => { resolve(event as T); }, { once: true });
  });
}

async function opened(
  server: keyof typeof addresses, options: AuraWebSocketOptions = {}, protocols: string[] = [],
): Promise<AuraWebSocket> {
  const socket = new AuraWebSocket(addresses[server], protocols, options);
  socket.binaryType = 'arraybuffer';
  await next(socket, 'open');
  return socket;
}

/** What a server sends back. */
async function echoOf(socket: AuraWebSocket, message: string | Uint8Array | Blob): Promise<unknown> {
  const came = next<MessageEvent<unknown>>(socket, 'message');
  socket.send(message);
  return (await came).data;
}

describe('AuraWebSocket', () => {
  it('carries texts and bytes in a session, and gains', async () => {
    const socket = await opened('chat', { models: [model] }, ['chat']);
    expect(socket.protocol).toBe('chat');
    for (const text of conversation) expect(await echoOf(socket, text)).toBe(text);
    const bytes = Uint8Array.from([0, 255, 127, 126, 125]);
    expect(new Uint8Array((await echoOf(socket, bytes)) as ArrayBuffer)).toEqual(bytes);
    expect(new Uint8Array((await echoOf(socket, new Blob([bytes]))) as ArrayBuffer)).toEqual(bytes);
    socket.binaryType = 'blob';
    expect(await ((await echoOf(socket, bytes)) as Blob).arrayBuffer()).toEqual(bytes.buffer);
    const { isAgreed, model: used, sent, received } = socket.aura;
    expect([isAgreed, used]).toEqual([true, model.id]);
    expect(3 * sent.wire).toBeLessThan(sent.plain);
    expect(3 * received.wire).toBeLessThan(received.plain);
    const closed = next<Event & { code: number }>(socket, 'close');
    socket.close();
    expect((await closed).code).toBe(1000);
    expect(socket.readyState).toBe(AuraWebSocket.CLOSED);
  });

  it('keeps messages in order where a Blob has to be awaited', async () => {
    const socket = await opened('aura', { models: [model] });
    const come: string[] = [];
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      come.push(typeof data === 'string' ? data : new TextDecoder().decode(data));
    };
    socket.send('one');
    socket.send(new Blob(['two']));
    socket.send('three');
    expect(socket.bufferedAmount).toBeGreaterThan(0);
    while (come.length < 3) await next(socket, 'message');
    expect(come).toEqual(['one', 'two', 'three']);
    socket.close();
  });

  it('fetches the model that the server likes best', async () => {
    const socket = new AuraWebSocket(addresses.aura, [], { maxFetch: 2 ** 20 });
    const { detail } = await next<CustomEvent<Model>>(socket, 'model');
    expect(detail.id).toBe(model.id);
    expect(await echoOf(socket, 'Where is order 1041?')).toBe('Where is order 1041?');
    expect(socket.aura.model).toBe(model.id);
    socket.close();
  });

  it('looks for the model in a store first, and keeps it there', async () => {
    const files = new Map<string, Uint8Array>();
    const asked: string[] = [];
    const store: ModelStore = {
      get: (id) => Promise.resolve((asked.push(id), files.get(id) ?? null)),
      put: (id, file) => Promise.resolve(void files.set(id, file)),
      delete: (id) => Promise.resolve(void files.delete(id)),
    };
    const sizes: number[] = [];
    for (const state of ['empty', 'damaged', 'kept']) {
      if (state === 'damaged') files.set(model.id, new Uint8Array(10));
      const socket = new AuraWebSocket(addresses.aura, [], { maxFetch: 2 ** 20, store });
      expect((await next<CustomEvent<Model>>(socket, 'model')).detail.id).toBe(model.id);
      expect(await echoOf(socket, 'Where is order 1041?')).toBe('Where is order 1041?');
      expect(socket.aura.model).toBe(model.id);
      expect(Model.read(files.get(model.id) ?? new Uint8Array()).id).toBe(model.id);
      sizes.push(socket.aura.received.wire);
      socket.close();
    }
    expect(asked).toEqual([model.id, model.id, model.id]);
    expect(sizes[0]).toBeGreaterThan(2 ** 16);
    expect(sizes[1]).toBe(sizes[0]);
    expect(sizes[2]).toBeLessThan(200);
  });

  it('goes on in plain messages where the server does not speak AURA', async () => {
    for (const name of ['plain', 'deaf'] as const) {
      const socket = await opened(name, { models: [model], helloTimeout: 200 });
      expect(socket.aura.isAgreed).toBe(false);
      expect(await echoOf(socket, 'hello')).toBe('hello');
      expect(new Uint8Array((await echoOf(socket, Uint8Array.of(1, 2))) as ArrayBuffer)).toEqual(Uint8Array.of(1, 2));
      socket.close();
    }
  });

  it('behaves as a WebSocket does', async () => {
    const socket = new AuraWebSocket(addresses.aura, [], { models: [model] });
    expect(socket.readyState).toBe(AuraWebSocket.CONNECTING);
    expect(() => { socket.send('too soon'); }).toThrow(DOMException);
    await new Promise((resolve) => { socket.onopen = resolve; });
    expect(socket.readyState).toBe(AuraWebSocket.OPEN);
    expect(await echoOf(socket, 'half \ud800 a pair')).toBe('half \ufffd a pair');
    expect(() => { socket.send('x'.repeat(2 ** 20 + 1)); }).toThrow(EncodeError);
    const closed = next<Event & { code: number; reason: string }>(socket, 'close');
    socket.send('close');
    const { code, reason } = await closed;
    expect([code, reason]).toEqual([4001, 'as you wish']);
    socket.send('nothing happens');
    expect(socket.readyState).toBe(AuraWebSocket.CLOSED);
  });

  it('fails with an error where the server breaks a rule', async () => {
    const socket = await opened('aura', { models: [model] });
    const failed = next(socket, 'error');
    const closed = next<Event & { code: number }>(socket, 'close');
    socket.send('garbage');
    await failed;
    expect((await closed).code).toBeGreaterThanOrEqual(1000);
  });

  it('opens a connection anew that was lost, and sends what waited', async () => {
    const socket = await opened('aura', { models: [model], reconnect: { minDelay: 20 } });
    for (const fault of ['drop', 'garbage', 'close', 'drop']) {
      expect(await echoOf(socket, 'before')).toBe('before');
      const lost = next<CustomEvent<{ tries: number }>>(socket, 'reconnecting');
      const again = next(socket, 'open');
      socket.send(fault);
      expect((await lost).detail.tries).toBe(1);
      expect(socket.readyState).toBe(AuraWebSocket.CONNECTING);
      const came = next<MessageEvent<string>>(socket, 'message');
      socket.send(`after ${fault}`);
      await again;
      expect((await came).data).toBe(`after ${fault}`);
    }
    socket.close();
  });

  it('gives up after so many tries', async () => {
    const socket = new AuraWebSocket('ws://127.0.0.1:9/', [], { reconnect: { minDelay: 5, maxTries: 2 } });
    let tries = 0;
    socket.addEventListener('reconnecting', () => tries++);
    await next(socket, 'close');
    expect(tries).toBe(2);
  });
});
