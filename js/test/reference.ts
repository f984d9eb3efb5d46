// Asks the Python of this project what it writes.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A file of the repository. */
export function pathOf(name: string): string {
  return ROOT + name;
}

/** The texts of the conversation that comes with the Python package. */
export function conversationOf(): string[] {
  const lines = readFileSync(pathOf('src/aura/data/conversation.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { text: string }).text);
}

/** A Python process that runs a script of this folder. */
export function spawnPython(script: string): ChildProcessWithoutNullStreams {
  const python = process.env['AURA_PYTHON'];
  if (python === undefined) throw new Error('set AURA_PYTHON to a Python that has aura-codec');
  return spawn(python, [fileURLToPath(new URL(script, import.meta.url))]);
}

/** What to write, and how. */
export interface Wanted {
  readonly data: Uint8Array;
  readonly level: number;
  readonly methods: number;
  /** The path of the implied model; none is implied without. */
  readonly model?: string;
  /** Patterns by id, held beside the built-in ones. */
  readonly templates?: Readonly<Record<number, string>>;
}

/** A Python process that answers in order. */
export class Reference {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;

  /** Of a script in this folder. */
  constructor(script = 'reference.py') {
    this.#process = spawnPython(script);
    this.#process.stderr.pipe(process.stderr);
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** The message that Python writes. */
  async write({ data, level, methods, model, templates = {} }: Wanted): Promise<Uint8Array> {
    const request = { level, methods, data_hex: Buffer.from(data).toString('hex'), model, templates };
    return Buffer.from(((await this.ask(request)) as { wire: string }).wire, 'hex');
  }

  /** What it answers to a request. */
  async ask(request: object): Promise<unknown> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = (await this.#answers.next()) as IteratorResult<string, undefined>;
    if (value === undefined) throw new Error('the reference has ended');
    return JSON.parse(value);
  }

  stop(): void {
    this.#process.stdin.end();
  }
}
