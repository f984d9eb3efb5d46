// Conversations that are pasted or dropped: a message a line, or JSON.

/** A message that the page says, and what the server answers. */
export type Exchange = readonly [said: string, answers: readonly string[]];

/** Messages that are taken of a conversation. */
const MAX_TURNS = 1000;

interface Turn {
  readonly role: string | null;
  readonly text: string;
}

function turnOf(value: unknown): Turn | null {
  if (typeof value === 'string') return { role: null, text: value };
  if (typeof value !== 'object' || value === null) return null;
  const { role, text, content } = value as Record<string, unknown>;
  const said = text ?? content;
  if (typeof said !== 'string') return null;
  return { role: typeof role === 'string' ? role : null, text: said };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Turns of a JSON list, or of lines that are JSON; null if it is neither. */
function jsonTurns(text: string): Turn[] | null {
  const whole = parsed(text);
  const values = Array.isArray(whole)
    ? (whole as unknown[])
    : text.split('\n').filter((line) => line.trim() !== '').map(parsed);
  const turns = values.map(turnOf);
  return turns.length > 0 && turns.every((turn) => turn !== null) ? turns : null;
}

/** The exchanges of a conversation: those of roles, or in turns; none if there is nothing in it. */
export function parseConversation(text: string, longest: number): Exchange[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const turns = (jsonTurns(text) ?? lines.map((line) => ({ role: null, text: line }))).slice(0, MAX_TURNS);
  const hasRoles = turns.some(({ role }) => role === 'user');
  const exchanges: [string, string[]][] = [];
  turns.forEach(({ role, text: said }, place) => {
    const isOwn = hasRoles ? role === 'user' : place % 2 === 0;
    const message = said.replace(/\p{Surrogate}/gu, '\ufffd').slice(0, longest);
    if (isOwn || exchanges.length === 0) exchanges.push([message, []]);
    else exchanges[exchanges.length - 1][1].push(message);
  });
  return exchanges;
}
