// What codecs share: texts, batches, and the templates that they hold.
import { DecodeError, TemplateError } from './errors.js';
import { builtinTemplates, parsePatterns, type Template } from './template.js';
import { fromUtf8, toUtf8 } from './text.js';

/** A limit of one call. */
export interface DecompressOptions {
  /** The most bytes that the result may have; the codec's own limit by default. */
  readonly maxSize?: number;
}

/** The templates that a codec holds. */
export interface TemplateOptions {
  /** Patterns by id to hold beside the built-in ones and those of the model. */
  readonly templates?: Readonly<Record<number, string>>;
  /** Whether the built-in templates are held; true by default. */
  readonly withBuiltin?: boolean;
}

/**
 * Join the built-in templates, those of the caller and those of the model.
 *
 * @throws TemplateError A pattern is unusable, or an id has two.
 */
export function joinTemplates(
  { templates = {}, withBuiltin = true }: TemplateOptions, ofModel: ReadonlyMap<number, Template>,
): Map<number, Template> {
  const held = new Map(withBuiltin ? builtinTemplates() : []);
  for (const some of [parsePatterns(templates), ofModel]) {
    for (const [id, template] of some) {
      const before = held.get(id)?.pattern ?? template.pattern;
      if (before !== template.pattern) throw new TemplateError(`template ${String(id)} is published already`);
      held.set(id, template);
    }
  }
  return held;
}

/** A codec of bytes, and with it of texts and of batches. */
export abstract class TextCodec {
  /** Code one message of bytes. */
  protected abstract write(message: Uint8Array): Uint8Array;

  /**
   * Read one message.
   *
   * @throws DecodeError The message is refused; there is no partial result.
   */
  abstract decompressBytes(wire: Uint8Array, options?: DecompressOptions): Uint8Array;

  /**
   * Code one message. The result is at most one byte longer than the message, with `check` at most three.
   *
   * @param data A text, taken as UTF-8, or bytes.
   * @throws EncodeError The text holds a lone surrogate.
   */
  compress(data: string | Uint8Array): Uint8Array {
    return this.write(typeof data === 'string' ? toUtf8(data) : data);
  }

  /** Code messages, in order, each as {@link compress} does. */
  compressBatch(messages: Iterable<string | Uint8Array>): Uint8Array[] {
    return Array.from(messages, (message) => this.compress(message));
  }

  /**
   * Read one message as text.
   *
   * @throws DecodeError The message is refused, or is no UTF-8.
   */
  decompress(wire: Uint8Array, options: DecompressOptions = {}): string {
    const text = fromUtf8(this.decompressBytes(wire, options));
    if (text === null) throw new DecodeError('Malformed', 'the message is not UTF-8; decompressBytes reads it');
    return text;
  }

  /** Read messages as text, in order, each as {@link decompress} does. */
  decompressBatch(wires: Iterable<Uint8Array>, options: DecompressOptions = {}): string[] {
    return Array.from(wires, (wire) => this.decompress(wire, options));
  }
}
