// Vite finds the worker of the package by itself, and makes a file of it. The model file is in `public`.
import { Codec } from '@aura-codec/client';
import { loadModel } from '@aura-codec/client/models';

const [progress, result] = ['progress', 'result'].map((id) => document.getElementById(id) as HTMLElement);
const model = await loadModel('small.aura', {
  worker: true,
  onProgress: ({ loaded, total }) => {
    if (total !== null) progress.setAttribute('value', String(loaded / total));
  },
});
const codec = new Codec({ model });
const wire = codec.compress('Is there anything else I can help you with?');
result.textContent = `${String(wire.length)} bytes: ${codec.decompress(wire)}`;
