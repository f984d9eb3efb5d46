// The service worker of the playground: what was loaded once is there without a network.
/// <reference lib="webworker" />

const CACHE = 'aura-playground';
const worker = self as unknown as ServiceWorkerGlobalScope;

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const held = await cache.match(request, { ignoreSearch: true });
    if (held === undefined) throw error;
    return held;
  }
}

worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => { event.waitUntil(worker.clients.claim()); });
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && request.url.startsWith(worker.registration.scope)) event.respondWith(answer(request));
});
