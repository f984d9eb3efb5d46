// Marker 0x08, modelled template frames (FRS-1 to FRS-13): the model codes the texts along the message.
import { END, Message, METHODS, RangeDecoder, Reader, templateOf } from './core.mjs';
import { fits, isPlain, readTyped } from './slot.mjs';

const endsWith = (bytes, end) => end.equals(bytes.subarray(Math.max(0, bytes.length - end.length)));

// A text with its stop, which is empty if nothing stands behind the text (FRS-9 to FRS-12).
function decodeText(message, coder, stop) {
  const start = message.length;
  for (;;) {
    const symbol = message.decode(coder);
    const bytes = message.bytes.subarray(start);
    if (symbol !== END) {
      if (stop.length > 0 && endsWith(bytes, stop)) return Buffer.from(bytes.subarray(0, -stop.length));
      continue;
    }
    if (stop.length === 0) return Buffer.from(bytes);
    message.reader.check(endsWith(bytes, stop.subarray(0, -1)));
    message.feed(stop.at(-1));
  }
}

METHODS[0x08] = function decodeModelled(reader, held) {
  reader.check(held.model, 'UnknownModel');
  const { slots, parts } = templateOf(reader.varint(2 ** 32 - 1), reader, held);
  const values = slots.map((slot) => (isPlain(slot) ? null : readTyped(slot, reader)));
  reader.check(values.includes(null), 'NonCanonical');
  const stream = new Reader(reader.data, reader.at, reader.at);
  const coder = new RangeDecoder(reader.rest(), stream);
  const message = new Message(held.model, held, stream);
  let coded = 0; // bytes of the next literal
  parts.forEach((part, i) => {
    const known = typeof part === 'number' ? values[part] : part.subarray(coded);
    coded = 0;
    if (known !== null) {
      for (const byte of known) message.feed(byte);
      return;
    }
    const stop = (parts[i + 1] ?? Buffer.alloc(0)).subarray(0, 2);
    values[part] = decodeText(message, coder, stop);
    stream.check(!fits(slots[part], values[part]), 'NonCanonical');
    coded = stop.length;
  });
  coder.end();
  return message.bytes;
};
