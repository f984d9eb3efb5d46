import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32 } from '../src/crc32.js';
import { Prefix } from '../src/prefix.js';
import { RangeDecoder, RangeEncoder } from '../src/range_coder.js';
import { sha256 } from '../src/sha256.js';
import { Reader, unzigzag, Writer, zigzag } from '../src/wire.js';

const data = fc.uint8Array({ maxLength: 300 });

it('has the digests of others', () => {
  fc.assert(
    fc.property(data, data, (one, other) => {
      expect(Buffer.from(sha256(one))).toEqual(createHash('sha256').update(one).digest());
      expect(crc32(one)).toBe(zlibCrc32(one));
      expect(crc32(other, crc32(one))).toBe(zlibCrc32(other, zlibCrc32(one)));
    }),
  );
});

it('reads the varints that it writes', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const writer = new Writer();
      writer.varint(value);
      expect(new Reader(writer.toBytes()).bigVarint(2n ** 64n - 1n)).toBe(value);
      expect(zigzag(unzigzag(value))).toBe(value);
    }),
  );
});

it('decodes the choices that it encodes, carries among them', () => {
  const choice = fc
    .tuple(fc.integer({ min: 1, max: 8192 }), fc.nat({ max: 8192 }), fc.nat({ max: 8192 }))
    .map(([frequency, before, after]) => [before, frequency, before + frequency + after] as const);
  const nearTheEnd = fc.constant([65535, 1, 65536] as const);
  fc.assert(
    fc.property(fc.array(fc.oneof(choice, nearTheEnd), { maxLength: 100 }), (choices) => {
      const encoder = new RangeEncoder();
      for (const [before, frequency, total] of choices) encoder.encode(before, frequency, total);
      const string = encoder.finish();
      const decoder = new RangeDecoder(string);
      for (const [before, frequency, total] of choices) {
        const value = decoder.value(total);
        expect(value >= before && value < before + frequency).toBe(true);
        decoder.take(before, frequency);
      }
      decoder.finish();
      expect(decoder.interval()).toEqual(encoder.interval());
    }),
  );
});

it('finds the last occurrence in a prefix', () => {
  const letters = fc.array(fc.constantFrom(97, 98), { minLength: 24, maxLength: 200 }).map((row) => Uint8Array.from(row));
  fc.assert(
    fc.property(letters, fc.nat({ max: 176 }), (text, start) => {
      const message = text.subarray(start % (text.length - 23), (start % (text.length - 23)) + 24);
      const place = Buffer.from(text).lastIndexOf(message) + 24;
      const found = new Prefix(text, new Uint16Array(36)).find(message, 24);
      expect(found).toBe(place < text.length ? place : 0);
    }),
  );
});
