// A client in Node for fastapi_app.py: says something on a WebSocket, and reads server-sent events.
// Usage: node node_client.mjs http://127.0.0.1:8000 MODEL
import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import { Model } from '@aura-codec/client';
import { AuraEventSource } from '@aura-codec/client/events';
import { AuraWebSocket } from '@aura-codec/client/websocket';

const [address, path] = process.argv.slice(2);
const model = Model.read(await readFile(path));

const socket = new AuraWebSocket(`${address.replace('http', 'ws')}/echo`, [], { models: [model], WebSocket });
socket.onopen = () => socket.send('Is there anything else I can help you with?');
socket.onmessage = ({ data }) => {
  const { isAgreed, sent } = socket.aura;
  console.log(`echo: ${data}; ${sent.wire} of ${sent.plain} bytes${isAgreed ? ' with AURA' : ''}`);
  socket.close();
};

const source = new AuraEventSource(`${address}/events?count=2`, { models: [model] });
source.addEventListener('time', ({ data }) => console.log(`event: ${data}`));
source.onerror = () => {
  const { isAgreed, received } = source.aura;
  console.log(`events: ${received.wire} of ${received.plain} bytes${isAgreed ? ' with AURA' : ''}`);
  source.close();
};
