// The page of `aura serve`.
import { STREAM_DEFAULT_MEMORY } from '../../src/constants.js';
import { loadModel } from '../../src/load.js';
import type { Model } from '../../src/model.js';
import { at, bytes, make, ratio } from '../view/dom.js';
import { ChatConnection, type Entry } from './connection.js';
import { parseConversation } from './conversation.js';
import { Detail } from './detail.js';
import { Figures, PEERS } from './figures.js';
import { Log } from './log.js';
import { Player } from './player.js';

/** What the server says of itself. */
interface Start {
  readonly models: readonly { readonly id: string; readonly name: string; readonly size: number }[];
  readonly suggestions: readonly string[];
  readonly longest: number;
}

const MAX_FILE = 2 ** 20;
const [status, form, text] = [at('status'), at('form', HTMLFormElement), at('text', HTMLTextAreaElement)];
const [send, model, stream] = [at('send', HTMLButtonElement), at('model', HTMLSelectElement), at('stream', HTMLInputElement)];
const [dialog, brought, stop] = [at('dialog', HTMLDialogElement), at('brought', HTMLTextAreaElement), at('stop', HTMLButtonElement)];

const detail = new Detail(at('detail'), at('detail-content'), at('close-detail'), () => { log.release(); });
const log = new Log(at('log'), (entry, opener) => { detail.show(entry, figures?.of(entry.direction, entry.number) ?? null, opener); });

let start: Start;
let connection: ChatConnection | null = null;
let figures: Figures | null = null;
let player: Player | null = null;
let sums = { plain: 0, wire: 0 };
/** The models that were loaded, by id. */
const models = new Map<string, Model>();
/** Counts the connections, so that one that is overtaken while its model loads gives up. */
let turn = 0;

function showTotals(): void {
  at('plain').textContent = bytes(sums.plain);
  at('wire').textContent = bytes(sums.wire);
  at('ratio').textContent = ratio(sums.plain, sums.wire);
  at('agreeing').textContent = bytes(connection?.agreeing ?? 0);
  for (const [name] of PEERS) at(name).textContent = bytes(figures?.totals[name] ?? 0);
}

function came(entry: Entry): void {
  const plain = new TextEncoder().encode(entry.text).length;
  sums = { plain: sums.plain + plain, wire: sums.wire + (entry.frame?.length ?? plain) };
  at('empty').hidden = true;
  log.add(entry);
  player?.heard(entry);
  figures?.ask();
  showTotals();
}

async function chosenModel(): Promise<Model | null> {
  const about = start.models.find(({ id }) => id === model.value);
  if (about === undefined) return null;
  const held = models.get(about.id);
  if (held !== undefined) return held;
  const loaded = await loadModel(`/models/${about.id}`, {
    id: about.id,
    onProgress: (progress) => {
      status.textContent = `loading the ${about.name}: ${String(Math.round((100 * progress.loaded) / about.size))} %`;
    },
  });
  models.set(about.id, loaded);
  return loaded;
}

function enable(isOpen: boolean): void {
  send.disabled = !isOpen;
  at('bring', HTMLButtonElement).disabled = !isOpen;
  show('again', false);
}

/** Show one of the buttons at the end of the row. */
function show(id: 'send' | 'again', isShown: boolean): void {
  at(id).hidden = !isShown;
  at(id === 'send' ? 'again' : 'send').hidden = isShown;
}

/** Open a connection with what is chosen, and begin anew. */
async function connect(): Promise<void> {
  const own = ++turn;
  halt();
  figures?.end();
  const before = connection;
  connection = figures = null;
  enable(false);
  status.textContent = 'connecting…';
  sums = { plain: 0, wire: 0 };
  log.clear();
  detail.clear();
  at('empty').hidden = false;
  showTotals();
  await before?.leave();
  if (own !== turn) return;
  let chosen: Model | null;
  try {
    chosen = await chosenModel();
  } catch (error) {
    status.textContent = String(error);
    show('again', true);
    return;
  }
  if (own !== turn) return;
  const address = new URL('/chat', location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  connection = new ChatConnection(address, chosen, stream.checked ? STREAM_DEFAULT_MEMORY : 0, {
    message: came,
    opened: (isAura) => {
      status.textContent = isAura ? 'connected, with AURA on the wire' : 'connected, in plain text';
      enable(true);
      showTotals();
    },
    closed: (code) => {
      halt();
      enable(false);
      show('again', true);
      status.textContent = code === 1013 ? 'the chat is full' : `not connected (${String(code)})`;
    },
  });
  figures = new Figures(connection.visit, () => {
    showTotals();
    detail.update(({ direction, number }) => figures?.of(direction, number) ?? null);
  });
}

function say(said: string): void {
  if (said !== '' && connection?.isOpen === true) connection.say(said.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/** Stop what is played. */
function halt(): void {
  player?.stop();
  player = null;
  stop.hidden = true;
}

/** Play a conversation that was brought along. */
async function play(content: string): Promise<void> {
  const exchanges = parseConversation(content, start.longest);
  if (exchanges.length === 0 || connection?.isOpen !== true) return;
  const { visit } = connection;
  const response = await fetch(`/conversation?visit=${visit}`, { method: 'POST', body: JSON.stringify(exchanges) }).catch(() => null);
  if (response?.ok !== true) {
    status.textContent = 'the server does not take the conversation';
    return;
  }
  halt();
  const own = (player = new Player());
  stop.hidden = false;
  await own.play(exchanges, say);
  if (player === own) halt();
}

async function take(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  if (file.size > MAX_FILE) status.textContent = `the file has more than ${bytes(MAX_FILE)}`;
  else await play(await file.text());
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (send.disabled) return;
  say(text.value);
  text.value = '';
});
text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
for (const control of [model, stream]) control.addEventListener('change', () => void connect());
at('again').addEventListener('click', () => void connect());
at('bring').addEventListener('click', () => { dialog.showModal(); });
at('cancel').addEventListener('click', () => { dialog.close(); });
at('play').addEventListener('click', () => {
  dialog.close();
  void play(brought.value);
});
at('file', HTMLInputElement).addEventListener('change', ({ target }) => {
  const input = target as HTMLInputElement;
  dialog.close();
  void take(input.files?.[0]).finally(() => { input.value = ''; });
});
stop.addEventListener('click', halt);
document.addEventListener('dragover', (event) => { event.preventDefault(); });
document.addEventListener('drop', (event) => {
  event.preventDefault();
  void take(event.dataTransfer?.files[0]);
});

async function begin(): Promise<void> {
  start = (await (await fetch('/start')).json()) as Start;
  text.maxLength = start.longest;
  const options = start.models.map(({ id, name, size }) => make('option', { value: id }, `${name} (${(size / 2 ** 20).toFixed(1)} MiB)`));
  model.append(...options, make('option', { value: '' }, 'no model'));
  model.selectedIndex = 0;
  at('suggestions').append(...start.suggestions.map((said) => {
    const button = make('button', { type: 'button', class: 'chip' }, said);
    button.addEventListener('click', () => { say(said); });
    return make('li', {}, button);
  }));
  await connect();
}

void begin().catch(() => { status.textContent = 'the server does not answer; reload to try again'; });
