// Reads AURA messages on their way to the page, which knows nothing of them.
import { Codec } from './client/core.js';
import { loadModel } from './client/models.js';

let codec = null;

/** The codec; a browser may end this worker and start it anew, and the model is then in Cache Storage. */
async function codecOf() {
  const id = new URL(location.href).searchParams.get('model') ?? undefined;
  codec ??= loadModel('small.aura', id === undefined ? {} : { id }).then((model) => new Codec({ model }));
  return await codec;
}

async function read(request) {
  const response = await fetch(request);
  if (!response.ok) return response;
  const text = (await codecOf()).decompress(new Uint8Array(await response.arrayBuffer()));
  return new Response(text, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
}

addEventListener('install', (event) => event.waitUntil(codecOf().then(() => skipWaiting())));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  if (new URL(event.request.url).pathname.endsWith('.aura-message')) event.respondWith(read(event.request));
});
