// The page's side of exchange.py: sends messages of many kinds, and compares each answer.
import { type AuraStatus, AuraWebSocket } from '../src/websocket.js';

/** What is to happen. */
export interface Plan {
  readonly address: string;
  /** Texts to make messages of. */
  readonly texts: readonly string[];
  /** Messages in all. */
  readonly count: number;
  /** How often the connection is dropped. */
  readonly drops: number;
  /** How often the server takes to another model. */
  readonly models: number;
  /** Milliseconds without an answer after which messages count as lost. */
  readonly lossTimeout: number;
}

/** What happened. */
export interface Outcome {
  readonly sent: number;
  /** Answers that were right, and texts that were not, at either end. */
  readonly right: number;
  readonly wrong: number;
  readonly reconnects: number;
  /** Models that were fetched. */
  readonly fetched: number;
  readonly aura: AuraStatus;
}

/** Messages that are sent before answers are awaited. */
const TOGETHER = 20;

/** As in exchange.py. */
function sumOf(text: string): number {
  let value = 0;
  for (const character of text) value = (value * 31 + (character.codePointAt(0) as number)) % 1_000_003;
  return value;
}

function textOf(number: number, texts: readonly string[]): string {
  const text = texts[number % texts.length];
  switch (number % 50) {
    case 7:
      return '';
    case 17:
      return `${text} \u20ac \u{1f6b2} ${String(number)} ${'z'.repeat(number % 100)}`;
    case 27:
      return Array.from({ length: 60 }, (_, at) => texts[(number + at) % texts.length]).join('\n');
    default:
      return number % 3 === 0 ? `${text} (order ${String(number * 7919)})` : text;
  }
}

/** A message to send, and the answer to it. */
function messageOf(number: number, texts: readonly string[]): [message: string | Uint8Array, answer: string] {
  if (number % 10 === 9) {
    const bytes = Uint8Array.from({ length: number % 64 }, (_, at) => (number * 31 + at * at) & 255);
    return [Uint8Array.of(number >> 8, number & 255, ...bytes), [...bytes].reverse().join()];
  }
  const text = textOf(number, texts);
  const answer = number % 2 === 1 ? `You said: ${text}` : Array.from(text).reverse().join('');
  return [JSON.stringify({ number, text, sum: sumOf(text) }), answer];
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}

/** Hold the exchange. */
export async function exchange({ address, texts, count, drops, models, lossTimeout }: Plan): Promise<Outcome> {
  const socket = new AuraWebSocket(address, [], {
    check: 16, tag: true, maxFetch: 2 ** 23, helloTimeout: 20_000, reconnect: { minDelay: 5, maxDelay: 50 },
  });
  socket.binaryType = 'arraybuffer';
  const told = { right: 0, wrong: 0, reconnects: 0, fetched: 0 };
  const awaited = new Set<number>();
  let wrongThere = 0;
  let progress: () => void = () => undefined;
  const settle = (number: number, answer: string) => {
    if (messageOf(number, texts)[1] === answer) told.right++;
    else told.wrong++;
    awaited.delete(number);
    progress();
  };
  socket.addEventListener('model', () => { told.fetched++; });
  socket.addEventListener('reconnecting', () => {
    told.reconnects++;
    awaited.clear(); // what was under way is lost
    progress();
  });
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data !== 'string') {
      const bytes = [...new Uint8Array(data)];
      settle(bytes[bytes.length - 1] * 256 + bytes[bytes.length - 2], bytes.slice(0, -2).join());
      return;
    }
    const { number, text, sum, wrong } = JSON.parse(data) as { number: number; text: string; sum: number; wrong: number };
    wrongThere = wrong;
    if (sumOf(text) !== sum) told.wrong++;
    settle(number, text);
  };
  const next = (type: string) =>
    new Promise((resolve) => { socket.addEventListener(type, resolve, { once: true }); });
  await next('open');
  /** Wait until nothing is awaited any more, or nothing comes. */
  const quiet = () =>
    new Promise<void>((resolve) => {
      let timer = setTimeout(resolve, lossTimeout);
      progress = () => {
        clearTimeout(timer);
        if (awaited.size === 0) resolve();
        else timer = setTimeout(resolve, lossTimeout);
      };
      progress();
    });
  const batches = Math.ceil(count / TOGETHER);
  const due = (batch: number, times: number) => Math.floor((batch * times) / batches + 0.5);
  const isDue = (batch: number, times: number) => due(batch, times) !== due(batch + 1, times);
  for (let batch = 0; batch < batches && socket.readyState !== AuraWebSocket.CLOSED; batch++) {
    for (let number = batch * TOGETHER; number < Math.min(count, (batch + 1) * TOGETHER); number++) {
      awaited.add(number);
      socket.send(messageOf(number, texts)[0]);
    }
    if (isDue(batch, models)) socket.send('model');
    await quiet();
    awaited.clear();
    for (let before = told.reconnects; isDue(batch, drops) && told.reconnects === before && socket.readyState <= 1;) {
      socket.send('drop');
      await Promise.race([next('reconnecting'), pause(lossTimeout)]); // which may be lost, too
    }
  }
  const { aura } = socket;
  socket.close();
  return { sent: count, ...told, wrong: told.wrong + wrongThere, aura };
}
