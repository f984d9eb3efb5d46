// The drop-in for EventSource against servers in Python, and the parser under it.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DecodeError, Model } from '../src/core.js';
import { EventParser, type ServerEvent } from '../src/event_parser.js';
import { AuraEventSource, type AuraEventSourceOptions, type EventSourceError } from '../src/events.js';
import { pathOf, spawnPython } from './reference.js';

const model = Model.read(readFileSync(pathOf('src/aura/data/small.aura')));

/** The events of a stream that comes in pieces. */
function eventsOf(pieces: Iterable<Uint8Array>, maxSize = 1000): ServerEvent[] {
  const parser = new EventParser('', maxSize);
  return [...pieces].flatMap((piece) => [...parser.receive(piece)]);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('EventParser', () => {
  it('reads events as the HTML standard says', () => {
    const events = (text: string) => eventsOf([bytesOf(text)]).map(({ type, data, lastEventId }) => [type, data, lastEventId]);
    expect(events('data: YHOO\ndata: +2\ndata: 10\n\n')).toEqual([['message', 'YHOO\n+2\n10', '']]);
    expect(events(': comment\n\ndata: first\nid: 1\n\ndata:second\nid\n\ndata:  third\n\n')).toEqual([
      ['message', 'first', '1'], ['message', 'second', ''], ['message', ' third', ''],
    ]);
    expect(events('data\n\ndata\ndata\n\ndata:')).toEqual([['message', '', ''], ['message', '\n', '']]);
    expect(events('data:test\r\rdata: test\r\n\r\n')).toEqual([['message', 'test', ''], ['message', 'test', '']]);
    expect(events('\ufeffevent: add\ndata: 1\nretry: x\nid: a\0\nfoo: bar\n\nevent: none\n\ndata: 2\n\n')).toEqual([
      ['add', '1', ''], ['message', '2', ''],
    ]);
  });

  it('reads the same however a stream is cut', () => {
    const line = fc.constantFrom('data: a€b', 'data:', 'event: named', 'id: 7', ': comment', '', '', '\r');
    const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 12 });
    fc.assert(fc.property(stream, fc.array(fc.nat(80), { maxLength: 6 }), (lines, cuts) => {
      const bytes = bytesOf(lines.flat().join(''));
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((one, other) => one - other), bytes.length];
      const pieces = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
      expect(eventsOf(pieces)).toEqual(eventsOf([bytes]));
      expect(eventsOf(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(eventsOf([bytes]));
    }));
  });

  it('refuses an event without end', () => {
    const long = bytesOf('x'.repeat(600));
    expect(() => eventsOf([long, long])).toThrow(DecodeError);
    const events = Array.from({ length: 10 }, () => bytesOf(`: ${'x'.repeat(600)}\ndata: ${'x'.repeat(600)}\n\n`));
    expect(eventsOf(events)).toHaveLength(10);
    expect(eventsOf(Array.from({ length: 10 }, () => bytesOf(`:${'x'.repeat(600)}\n`)))).toEqual([]);
  });
});

let servers: ChildProcessWithoutNullStreams;
let addresses: Record<'events' | 'plain_events', string>;

beforeAll(async () => {
  servers = spawnPython('server.py');
  servers.stderr.pipe(process.stderr);
  const [line] = (await once(servers.stdout, 'data')) as [Buffer];
  addresses = JSON.parse(String(line)) as typeof addresses;
});

afterAll(() => {
  servers.stdin.end();
});

/** The next event of a kind. */
function next<T extends Event>(source: EventTarget, type: string): Promise<T> {
  return new Promise((resolve) => {
    source.addEventListener(type, (event) => { resolve(event as T); }, { once: true });
  });
}

/** The source, and all that it does until it gives up. */
async function story(url: string, options: AuraEventSourceOptions = {}): Promise<[AuraEventSource, string[]]> {
  const source = new AuraEventSource(url, { models: [model], retry: 5, ...options });
  expect(source.readyState).toBe(AuraEventSource.CONNECTING);
  const told: string[] = [];
  source.onopen = () => told.push('open');
  source.onmessage = ({ data, lastEventId, origin }) => told.push(`${lastEventId} ${data} ${origin}`);
  source.addEventListener('named', (event) => told.push(`named ${(event as MessageEvent<string>).data}`));
  await new Promise<void>((resolve) => {
    source.onerror = () => {
      told.push(`error ${String(source.readyState)}`);
      if (source.readyState === AuraEventSource.CLOSED) resolve();
    };
  });
  return [source, told];
}

function toldBy(address: string): string[] {
  const { origin } = new URL(address);
  const event = (id: number) => `${String(id)} event ${String(id)} €\nIs there anything else? ${origin}`;
  return [0, 3, 6]
    .flatMap((known) => ['open', ...[1, 2, 3].map((more) => event(known + more)), `named ${String(known)}`, 'error 0'])
    .concat('error 2');
}

describe('AuraEventSource', () => {
  it('gives the same events, coded and plain, over connections that end', async () => {
    for (const [name, options] of [
      ['events', {}], ['events', { asksIn: 'query' }], ['events', { models: [] }], ['plain_events', {}],
    ] as const) {
      const [{ aura }, told] = await story(`${addresses[name]}events?a=b`, options);
      expect(told).toEqual(toldBy(addresses[name]));
      const hasModel = !('models' in options);
      expect([aura.isAgreed, aura.model]).toEqual(name === 'events' ? [true, hasModel ? model.id : null] : [false, null]);
      if (name === 'events' && hasModel) expect(2 * aura.received.wire).toBeLessThan(aura.received.plain);
      else if (name === 'plain_events') expect(aura.received.wire).toBe(aura.received.plain);
    }
  });

  it('tells the server what it wants, and nothing of it to others', async () => {
    const source = new AuraEventSource(`${addresses.plain_events}told`, { models: [model], headers: { 'X-Own': 'yes' } });
    const { data } = await next<MessageEvent<string>>(source, 'message');
    source.close();
    expect(JSON.parse(data)).toMatchObject({
      accept: 'text/event-stream', 'aura-accept': 'aura', 'aura-models': model.id, 'x-own': 'yes', query: '',
    });
    const other = new AuraEventSource(`${addresses.plain_events}told?x=y`, { asksIn: 'query' });
    const told = JSON.parse((await next<MessageEvent<string>>(other, 'message')).data) as Record<string, string>;
    other.close();
    expect(told['query']).toBe('x=y&aura-accept=aura');
    expect(Object.keys(told).filter((header) => header.startsWith('aura'))).toEqual([]);
  });

  it('gives up where there are no events, and says why', async () => {
    for (const path of ['text', 'nothing']) {
      const source = new AuraEventSource(addresses.events + path);
      const { error } = await next<EventSourceError>(source, 'error');
      expect(String(error)).toMatch(/the server answers (200|404) with the type "text\/plain/);
      expect(source.readyState).toBe(AuraEventSource.CLOSED);
    }
    expect(() => new AuraEventSource('http://')).toThrow(DOMException);
  });

  it('connects anew after what is refused, and gives what came before', async () => {
    const source = new AuraEventSource(`${addresses.events}garbage`, { retry: 5 });
    const errors: unknown[] = [];
    source.onerror = ({ error }) => errors.push(error);
    for (let connection = 0; connection < 2; connection++) await next(source, 'open');
    expect(errors[0]).toBeInstanceOf(DecodeError);
    expect(source.aura.received.plain).toBe(2);
    source.close();
    expect(source.readyState).toBe(AuraEventSource.CLOSED);
  });

  it('tries again where there is no server, until it is closed', async () => {
    const source = new AuraEventSource('http://127.0.0.1:9/', { retry: 1, maxDelay: 20 });
    for (let tries = 0; tries < 3; tries++) await next(source, 'error');
    expect(source.readyState).toBe(AuraEventSource.CONNECTING);
    source.close();
    source.onerror = () => { throw new Error('closed sources are silent'); };
    await new Promise((resolve) => { setTimeout(resolve, 60); });
  });
});
