// Gets plain text from an address where the server has an AURA message.
await navigator.serviceWorker.register('worker.js', { type: 'module' });
await navigator.serviceWorker.ready;
if (navigator.serviceWorker.controller === null) {
  await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
}
const response = await fetch('greeting.aura-message');
document.getElementById('result').textContent = await response.text();
