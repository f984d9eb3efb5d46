// Conversations that people bring to the chat.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseConversation } from '../pages/chat/conversation.js';

it('takes lines in turns', () => {
  expect(parseConversation('one\r\n\n two \nthree', 100)).toEqual([['one', [' two ']], ['three', []]]);
  expect(parseConversation(' \n', 100)).toEqual([]);
});

it('takes JSON, by lines and as a whole, with roles and without', () => {
  const turns = [
    { role: 'system', text: 'be brief' }, { role: 'user', content: 'hi' }, { role: 'tool', text: '{}' },
    { role: 'assistant', text: 'hello' }, { role: 'user', text: 'bye' },
  ];
  const exchanges = [['be brief', []], ['hi', ['{}', 'hello']], ['bye', []]];
  expect(parseConversation(JSON.stringify(turns), 100)).toEqual(exchanges);
  expect(parseConversation(turns.map((turn) => JSON.stringify(turn)).join('\n'), 100)).toEqual(exchanges);
  expect(parseConversation('["a", "b", "c"]', 100)).toEqual([['a', ['b']], ['c', []]]);
  expect(parseConversation('{"text": "a"}\nno JSON', 100)).toEqual([['{"text": "a"}', ['no JSON']]]);
});

it('keeps to its bounds, whatever it is given', () => {
  expect(parseConversation('x'.repeat(50), 10)).toEqual([['x'.repeat(10), []]]);
  expect(parseConversation('x\n'.repeat(5000), 10).flat(2)).toHaveLength(1000);
  expect(parseConversation('["\\ud800"]', 10)).toEqual([['\ufffd', []]]);
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
      for (const [said, answers] of parseConversation(text, 20)) {
        for (const turn of [said, ...answers]) expect(turn.length).toBeLessThanOrEqual(20);
      }
    }),
  );
});
