import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuraError, Codec, DecodeError, EncodeError, Model, TemplateError } from '../src/core.js';
import { pathOf } from './reference.js';

const file = readFileSync(pathOf('src/aura/data/small.aura'));
const model = Model.read(file);
const codec = new Codec({ model });
const bytes = (...values: number[]) => Uint8Array.from(values);

/** The error that a call throws. */
function errorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('Codec', () => {
  it('reads what it writes, as text and as bytes', () => {
    const wire = codec.compress('Yes, I can help with that.');
    expect(wire.length).toBeLessThan(10);
    expect(codec.decompress(wire)).toBe('Yes, I can help with that.');
    expect(codec.decompressBytes(wire)).toEqual(new TextEncoder().encode('Yes, I can help with that.'));
    expect(codec.decompressBatch(codec.compressBatch(['one', 'zwei', '三', '']))).toEqual(['one', 'zwei', '三', '']);
  });

  it('keeps any text and any bytes, and never makes a message longer by more than a byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wire = codec.compress(text);
        expect(wire.length).toBeLessThanOrEqual(new TextEncoder().encode(text).length + 1);
        expect(codec.decompress(wire)).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (data) => {
        expect(codec.decompressBytes(codec.compress(data))).toEqual(data);
      }),
    );
  });

  it('keeps a mark for the byte order, and refuses text that is none', () => {
    expect(codec.decompress(codec.compress('\uFEFFmarked'))).toBe('\uFEFFmarked');
    expect(() => codec.compress('\ud800')).toThrow(EncodeError);
    const wire = codec.compress(bytes(0xff, 0xfe));
    expect(errorOf(() => codec.decompress(wire))).toMatchObject({ code: 'Malformed' });
  });

  it('fills the templates of its caller', () => {
    const templates = { 300: 'Order {order:int} was packed by {who}.' };
    const wire = new Codec({ templates }).compress('Order 17 was packed by Ana.');
    expect(wire[0]).toBe(6);
    expect(new Codec({ templates }).decompress(wire)).toBe('Order 17 was packed by Ana.');
    expect(errorOf(() => new Codec().decompress(wire))).toMatchObject({ code: 'UnknownTemplate', offset: 1 });
    expect(() => new Codec({ templates: { 0: 'Nope' } })).toThrow(TemplateError);
    expect(() => new Codec({ templates: { [-1]: 'x' } })).toThrow(TemplateError);
  });

  it('names its model where it is asked to', () => {
    const wire = new Codec({ model, explicitModel: true }).compress('is there a table for two?');
    expect(wire[0]).toBe(3);
    expect(new Codec({ models: [model] }).decompress(wire)).toBe('is there a table for two?');
    expect(errorOf(() => new Codec().decompress(wire))).toMatchObject({ code: 'UnknownModel', offset: 1 });
  });

  it('checks what it tags', () => {
    const tagged = new Codec({ model, check: true });
    const wire = tagged.compress('Thank you for calling.');
    expect(tagged.decompress(wire)).toBe('Thank you for calling.');
    wire[1] ^= 1;
    expect(errorOf(() => tagged.decompress(wire))).toMatchObject({ code: 'ChecksumMismatch', offset: 1 });
    wire[0] ^= 1;
    expect(errorOf(() => tagged.decompress(wire))).toMatchObject({ code: 'UnknownModel', offset: 0 });
  });

  it('keeps to limits', () => {
    const wire = codec.compress('x'.repeat(1000));
    expect(errorOf(() => codec.decompress(wire, { maxSize: 999 }))).toMatchObject({ code: 'LimitExceeded' });
    expect(codec.decompress(wire, { maxSize: 1000 })).toHaveLength(1000);
    const small = new Codec({ model, maxSize: 10 });
    expect(errorOf(() => small.decompress(wire))).toMatchObject({ code: 'LimitExceeded' });
    expect(() => new Codec({ maxSize: -1 })).toThrow(RangeError);
    expect(() => new Codec({ level: 4 as 3 })).toThrow(RangeError);
  });

  it('throws its own errors alone, whatever the message', () => {
    const first = fc.oneof(fc.constantFrom(0, 2, 3, 6, 7, 8, 9, 0x10, 0x1f, 0x80, 0xff), fc.nat({ max: 255 }));
    const wires = fc.tuple(first, fc.uint8Array({ maxLength: 60 })).map(([marker, body]) => bytes(marker, ...body));
    fc.assert(
      fc.property(wires, (wire) => {
        for (const reader of [codec, new Codec({ model, check: true })]) {
          try {
            reader.decompressBytes(wire, { maxSize: 4096 });
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
            expect((error as DecodeError).offset).toBeLessThanOrEqual(wire.length + 2);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('Model', () => {
  it('throws its own errors alone, whatever is damaged', () => {
    const tiny = Buffer.from(
      (JSON.parse(readFileSync(pathOf('vectors/model.json'), 'utf8')) as { groups: { tests: { wire: string }[] }[] })
        .groups[0].tests[0].wire,
      'hex',
    );
    fc.assert(
      fc.property(fc.nat({ max: tiny.length - 1 }), fc.nat({ max: 255 }), (place, value) => {
        const damaged = Uint8Array.from(tiny);
        damaged[place] = value;
        try {
          Model.read(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(AuraError);
        }
      }),
      { numRuns: 300 },
    );
    expect(errorOf(() => Model.read(tiny.subarray(0, -1)))).toMatchObject({ code: 'Truncated' });
  });
});
