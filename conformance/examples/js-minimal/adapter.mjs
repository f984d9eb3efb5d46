// Speaks the protocol of the conformance runner, version 1: requests and answers are JSON, one a line.
import { createInterface } from 'node:readline';
import { DecodeError, readModel } from './index.mjs';
import { Skipped, valueOf } from './case_types.mjs';

const ABOUT = {
  protocol: 1,
  name: 'aura-js-minimal',
  version: '0.1.0',
  spec: ['0.1.0'],
  profiles: ['decoder-core', 'tag'],
};
const models = new Map();

function modelOf({ model }) {
  if (model !== undefined && !models.has(model)) throw new Error(`the model ${model} was not handed over`);
  return models.get(model);
}

function decodeRequest(request) {
  const value = valueOf(request.case_type, Buffer.from(request.wire, 'hex'), request, modelOf(request));
  return request.case_type === 'message' ? value : { value };
}

function keepModel({ id, data }) {
  models.set(id, readModel(Buffer.from(data, 'hex')));
  return { ok: true };
}

const COMMANDS = { model: keepModel, decode: decodeRequest };

function refusal(error) {
  if (error instanceof Skipped) return { skipped: { reason: error.message } };
  if (!(error instanceof DecodeError)) return { errored: { message: String(error) } };
  return { error: { code: error.code, offset: error.offset, message: error.message } };
}

function answer(request) {
  if (request.cmd === 'start') return ABOUT;
  try {
    if (!COMMANDS[request.cmd]) throw new Skipped(`no command ${request.cmd}`);
    return { seq: request.seq, ...COMMANDS[request.cmd](request) };
  } catch (error) {
    return { seq: request.seq, ...refusal(error) };
  }
}

const lines = createInterface({ input: process.stdin });
for await (const line of lines) {
  const request = JSON.parse(line);
  if (request.cmd === 'stop') break;
  process.stdout.write(`${JSON.stringify(answer(request))}\n`);
}
lines.close();
process.stdin.destroy();
