// Speaks the protocol of the conformance runner, version 1: requests and answers are JSON, one a line.
import { Answerer } from './answerer.js';
import { answerLines } from './lines.js';
import { unitsOf, versionOf } from './repository.js';

const answerer = new Answerer('@aura-codec/client', versionOf(), unitsOf());
await answerLines((request) => answerer.answer(request));
