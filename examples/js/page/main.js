// A page without a bundler: the folder `client` is `dist` of the package, and `small.aura` a model file beside it.
import { Codec } from './client/core.js';
import { loadModel } from './client/models.js';

const codec = new Codec({ model: await loadModel('small.aura') });
const [text, result] = ['text', 'result'].map((id) => document.getElementById(id));

function show() {
  const wire = codec.compress(text.value);
  const plain = new TextEncoder().encode(text.value).length;
  result.textContent = `${plain} bytes become ${wire.length}, and these "${codec.decompress(wire)}"`;
}

text.addEventListener('input', show);
show();
