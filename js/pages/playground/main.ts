// The playground: a message as one types it, and where its bits go.
import { Codec } from '../../src/codec.js';
import { explain } from '../../src/explanation/message.js';
import { loadModel } from '../../src/load.js';
import { costView } from '../view/costs.js';
import { at, make } from '../view/dom.js';
import { shownOf } from '../view/shown.js';
import { type Size, sizesTable } from '../view/sizes.js';
import { NO_SIZES, peerSizes } from './peers.js';

/** Bytes of the model files, about, to tell how much of one has come where the server does not say. */
const MODELS = { small: 254_343, default: 3_854_795 } as const;
const OFFLINE = 'aura-playground';
const NOTE =
  'The other sizes are those of the compressors that this browser has for scripts. To compare with Brotli and Zstandard at ' +
  'their best, with trained dictionaries, on messages of your own, there is “aura bench”.';
const EXAMPLES = [
  'Could you tell me when my order from Tuesday will arrive?',
  '{"tool": "get_weather", "arguments": {"city": "Lisbon", "unit": "celsius"}}',
  'Ich habe die Bestellung heute Morgen abgeschickt. 🚲',
  '2026-05-14 08:41:07.214 INFO request 7f3a2c91 completed in 42 ms',
];

const [text, status, progress] = [at('text', HTMLTextAreaElement), at('status'), at('progress', HTMLProgressElement)];
const model = at('model', HTMLSelectElement);

let codec: Codec | null = null;
/** Counts what is shown, so that sizes that come late are not shown with a later message. */
let turn = 0;

async function show(): Promise<void> {
  if (codec === null) return;
  const own = ++turn;
  const message = text.value.replace(/\p{Surrogate}/gu, '\ufffd');
  const wire = codec.compress(message);
  const data = new TextEncoder().encode(message);
  const table = (peers: readonly Size[]) =>
    sizesTable('This message by itself', [{ name: 'AURA', size: wire.length }, ...peers, { name: 'plain text', size: data.length }]);
  const before = table(NO_SIZES); // so that nothing moves when they come
  const note = make('p', { class: 'soft' }, NOTE);
  at('view').replaceChildren(costView(shownOf(explain(wire, codec), wire), before, note));
  const peers = await peerSizes(data);
  if (own !== turn) return;
  before.replaceWith(table(peers));
}

async function choose(): Promise<void> {
  const name = model.value as keyof typeof MODELS;
  model.disabled = true;
  status.textContent = `loading the ${name} model…`;
  progress.classList.add('busy');
  try {
    const loaded = await loadModel(new URL(`${name}.aura`, location.href), {
      cache: false, // the service worker keeps what was loaded
      onProgress: ({ loaded: come, total }) => { progress.value = come / (total ?? MODELS[name]); },
    });
    codec = new Codec({ model: loaded });
    status.textContent = `the ${name} model is loaded`;
  } catch {
    status.textContent = `the ${name} model cannot be loaded`;
    if (codec !== null) model.value = name === 'small' ? 'default' : 'small';
  }
  progress.classList.remove('busy');
  model.disabled = false;
  await show();
}

/** Keep what the page needs for times without a network. */
async function keep(): Promise<void> {
  if (!('serviceWorker' in navigator) || !window.isSecureContext) return;
  await navigator.serviceWorker.register('offline.js');
  const cache = await caches.open(OFFLINE);
  const files = [location.href.split('#')[0], 'pages.css', 'playground.js', 'small.aura'];
  await cache.addAll(files.map((file) => new Request(file, { cache: 'force-cache' })));
}

let frame = 0;
text.addEventListener('input', () => {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => void show());
});
model.addEventListener('change', () => void choose());
at('examples').append(...EXAMPLES.map((example) => {
  const button = make('button', { type: 'button', class: 'chip' }, example);
  button.addEventListener('click', () => {
    text.value = example;
    void show();
  });
  return make('li', {}, button);
}));
if (text.value === '') [text.value] = EXAMPLES;
void choose().then(keep).catch(() => undefined); // without a cache the page works all the same
