import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnitsFile } from '../src/brio.js';
import { ChunkedFiles, readIndex } from '../src/chunked.js';
import { Codec, DecodeError, EncodeError, Model, Stream } from '../src/core.js';
import { buildRecord, EventStreamReader } from '../src/events.js';
import { Session, type SessionEvent, type SessionSettings } from '../src/session.js';
import { pathOf } from './reference.js';

const model = Model.read(readFileSync(pathOf('src/aura/data/small.aura')));
const units = JSON.parse(readFileSync(pathOf('vectors/data/units.json'), 'utf8')) as UnitsFile;
const tiny = Model.read(
  Buffer.from(
    (JSON.parse(readFileSync(pathOf('vectors/model.json'), 'utf8')) as { groups: { tests: { wire: string }[] }[] })
      .groups[0].tests[0].wire,
    'hex',
  ),
);

const text = fc.string({ unit: 'binary', maxLength: 80 });
const message = fc.oneof(
  fc.constantFrom('Hello!', 'Where is order 1041?', 'Where is order 1042?', '{"id": 7, "ok": true}', 'x'.repeat(2000)),
  text,
  fc.uint8Array({ maxLength: 80 }),
);
const conversation = fc.array(message, { maxLength: 12 });

describe('Stream', () => {
  it('reads what the other end sends, in order', () => {
    fc.assert(
      fc.property(conversation, fc.constantFrom(4, 8, 16, 32), fc.boolean(), (messages, check, isLarge) => {
        const terms = { model, check, memory: isLarge ? 2 ** 16 : 26_624 } as const;
        const client = new Stream({ ...terms, role: 'client' });
        const server = new Stream({ ...terms, role: 'server' });
        for (const said of messages) {
          expect(server.receive(client.send(said))).toEqual(said);
          expect(client.receive(server.send(said))).toEqual(said);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('gains on what was said before', () => {
    const client = new Stream({ model, role: 'client' });
    const first = client.send('The zygote of the quokka costs 17 zlotys.');
    expect(client.send('The zygote of the quokka costs 18 zlotys.').length).toBeLessThan(first.length / 3);
  });

  it('refuses lost, repeated and damaged messages, and never gives another text', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 2, maxLength: 8 }), fc.nat(), fc.nat(), fc.constantFrom('lose', 'repeat', 'flip'),
        (messages, where, bit, fault) => {
          const client = new Stream({ model, role: 'client', check: 16 });
          const server = new Stream({ model, role: 'server', check: 16 });
          const place = where % messages.length;
          let isLost = false;
          messages.forEach((said, at) => {
            const wire = client.send(said);
            if (at === place && fault === 'lose') return;
            if (at === place && fault === 'flip') wire[bit % wire.length] ^= 1 << (bit % 8);
            for (let times = at === place && fault === 'repeat' ? 2 : 1; times > 0; times--) {
              try {
                expect(server.receive(wire)).toBe(said);
                expect(isLost).toBe(false);
              } catch (error) {
                expect(error).toBeInstanceOf(DecodeError);
                isLost = true;
              }
            }
          });
          expect(isLost).toBe(!(fault === 'lose' && place === messages.length - 1));
          expect(server.lost).toBe(isLost);
          server.reset();
          client.receive(server.send('anew'));
          expect(server.receive(client.send('here again'))).toBe('here again');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads a message again that was too long', () => {
    const client = new Stream({ model, role: 'client' });
    const server = new Stream({ model, role: 'server' });
    const wire = client.send('0123456789');
    expect(() => server.receive(wire, 5)).toThrow(DecodeError);
    expect(server.receive(wire, 10)).toBe('0123456789');
    expect(() => new Stream({ model, role: 'client', memory: 1000 })).toThrow(RangeError);
    expect(() => new Stream({ model, role: 'client', check: 5 as 4 })).toThrow(RangeError);
  });
});

/** Two ends of a session, and what each has received. */
class Pair {
  readonly client: Session;
  readonly server: Session;
  readonly events: SessionEvent[] = [];

  constructor(client: SessionSettings, server: SessionSettings) {
    this.client = new Session(client, 'client');
    this.server = new Session(server, 'server');
    this.flush();
  }

  /** Carry all frames to and fro. */
  flush(): void {
    for (const [from, to] of [[this.client, this.server], [this.server, this.client]] as const) {
      for (const frame of from.dataToSend()) {
        const event = to.receive(frame);
        if (event !== null) this.events.push(event);
      }
    }
  }

  /** The message that comes of one that is sent. */
  carry(from: Session, said: string | Uint8Array): string | Uint8Array {
    this.events.length = 0;
    from.send(said);
    this.flush();
    const [event] = this.events;
    if (event.type !== 'message') throw new Error('no message came');
    return event.isText ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(event.data) : event.data;
  }
}

describe('Session', () => {
  it.each([
    ['a stream', { models: [model] }],
    ['single messages', { models: [model], memory: 0 }],
    ['tagged messages', { models: [model], memory: 0, tag: true }],
    ['no model', {}],
  ])('carries any messages in %s', (_, settings) => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const pair = new Pair(settings, settings);
        for (const said of messages) {
          expect(pair.carry(pair.client, said)).toEqual(said);
          expect(pair.carry(pair.server, said)).toEqual(said);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('takes a model up while it goes on', () => {
    const pair = new Pair({ models: [model] }, { models: [model, tiny] });
    expect(pair.carry(pair.client, 'one')).toBe('one');
    expect(pair.client.use?.model).toBe(model.id);
    pair.client.hold(tiny);
    pair.flush();
    expect(pair.carry(pair.client, 'two')).toBe('two');
    expect(pair.client.use?.model).toBe(tiny.id);
    expect(pair.carry(pair.server, 'three')).toBe('three');
  });

  it('keeps to the limits of both ends', () => {
    const pair = new Pair({ models: [model] }, { models: [model], maxMessage: 100 });
    expect(() => {
      pair.client.send('x'.repeat(101));
    }).toThrow(EncodeError);
    expect(pair.carry(pair.client, 'x'.repeat(100))).toHaveLength(100);
    expect(() => {
      new Session({}, 'client').send('too soon');
    }).toThrow(EncodeError);
  });

  it('throws its own errors alone, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (frames) => {
        const pair = new Pair({ models: [model] }, { models: [model] });
        pair.client.send('a message');
        for (const frame of [...pair.client.dataToSend(), ...frames]) {
          try {
            pair.server.receive(frame);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        }
      }),
    );
  });
});

describe('EventStreamReader', () => {
  it('gives out parts as they come', () => {
    const codec = new Codec({ model });
    const parts = ['data: one\n\n', 'data: two\n\n', ''];
    const content = parts.flatMap((part) => [...buildRecord(codec.compress(part))]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), (step) => {
        const reader = new EventStreamReader(codec);
        const come: string[] = [];
        for (let at = 0; at < content.length; at += step) {
          for (const part of reader.receive(Uint8Array.from(content.slice(at, at + step)))) {
            come.push(new TextDecoder().decode(part));
          }
        }
        reader.end();
        expect(come).toEqual(parts);
      }),
    );
    const reader = new EventStreamReader(codec);
    reader.receive(Uint8Array.from(content.slice(0, 3)));
    expect(() => {
      reader.end();
    }).toThrow(DecodeError);
  });
});

describe('ChunkedFiles', () => {
  const files = new ChunkedFiles(units);
  const words = fc.array(fc.constantFrom('the ', 'quick ', 'brown ', 'fox\n', '{"id": ', '12', '}'), { maxLength: 300 });

  it('reads what it writes, and its index', () => {
    fc.assert(
      fc.property(words, fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }), (row, frameSize) => {
        const data = new TextEncoder().encode(row.join(''));
        const file = files.compress(data, frameSize === undefined ? {} : { frameSize, windowBits: 10 });
        expect(files.decompress(file)).toEqual(data);
        const lengths = readIndex(file).map(({ length }) => length);
        const whole = frameSize === undefined ? 0 : data.length;
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses what is damaged or too long', () => {
    const data = new TextEncoder().encode('the quick brown fox '.repeat(20));
    const file = files.compress(data, { frameSize: 100 });
    fc.assert(
      fc.property(fc.nat({ max: file.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const damaged = file.slice();
        damaged[place] ^= change;
        let content: Uint8Array;
        try {
          content = files.decompress(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          return;
        }
        expect([place, content]).toEqual([6, data]); // another window, of which nothing is used
      }),
    );
    expect(() => files.decompress(file, 399)).toThrow(DecodeError);
    expect(() => files.compress(file, { windowBits: 9 })).toThrow(EncodeError);
  });
});
