// Texts as bytes: UTF-8, and Latin-1, in which each character is a byte, for expressions over bytes.
import { EncodeError } from './errors.js';

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * UTF-8 of a text.
 *
 * @throws EncodeError The text holds a lone surrogate.
 */
export function toUtf8(text: string): Uint8Array {
  if (LONE_SURROGATE.test(text)) throw new EncodeError('a text with a lone surrogate has no UTF-8');
  return ENCODER.encode(text);
}

/** The text of UTF-8, or null if the bytes are not well-formed. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return DECODER.decode(bytes);
  } catch {
    return null;
  }
}

/** A character for each byte. */
export function toLatin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

/** A byte for each character, which are below U+0100. */
export function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
