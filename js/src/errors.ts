// Errors, their codes and offsets (rules ERR-1 and ERR-2).

/** The codes with which a message is refused (rule ERR-1). */
export type ErrorCode =
  | 'Truncated'
  | 'Malformed'
  | 'NonCanonical'
  | 'UnknownModel'
  | 'UnknownTemplate'
  | 'Unsupported'
  | 'LimitExceeded'
  | 'ChecksumMismatch'
  | 'StreamDesync';

/** Root of all errors that this package throws on purpose. */
export class AuraError extends Error {
  /** A code of the specification, or the name of the class where the specification has none. */
  readonly code: ErrorCode | 'EncodeError' | 'TemplateError' | 'LoadError';

  constructor(code: AuraError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AuraError';
    this.code = code;
  }
}

/** The input cannot be expressed in the requested form. */
export class EncodeError extends AuraError {
  constructor(message: string) {
    super('EncodeError', message);
    this.name = 'EncodeError';
  }
}

/** A pattern or the id of a template is unusable. */
export class TemplateError extends AuraError {
  constructor(message: string) {
    super('TemplateError', message);
    this.name = 'TemplateError';
  }
}

/** A model file could not be had; `cause` is the error of the network, if there was one. */
export class LoadError extends AuraError {
  constructor(message: string, options?: ErrorOptions) {
    super('LoadError', message, options);
    this.name = 'LoadError';
  }
}

/** A message was refused. */
export class DecodeError extends AuraError {
  declare readonly code: ErrorCode;
  /** One sentence for people. */
  readonly reason: string;
  /** Bytes from the first byte of the message; advisory (rule ERR-2). */
  readonly offset: number;

  constructor(code: ErrorCode, reason: string, offset = 0) {
    super(code, `${code} at offset ${String(offset)}: ${reason}`);
    this.name = 'DecodeError';
    this.reason = reason;
    this.offset = offset;
  }
}

/** Run `read`; errors that it throws have the offset that `offsetOf` makes of theirs. */
export function withOffset<T>(offsetOf: (offset: number) => number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) throw new DecodeError(error.code, error.reason, offsetOf(error.offset));
    throw error;
  }
}
