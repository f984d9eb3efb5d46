// What a model file holds beside the context model: templates and the dictionary (rules MDL-6 to MDL-8).
import {
  LIMITS_MAX_PATTERN, LIMITS_MAX_TEMPLATE_ID, LIMITS_MAX_WINDOW, MODEL_MAX_TEMPLATES, MODEL_MAX_TEMPLATES_SIZE,
  TEMPLATE_FIRST_APPLICATION_ID,
} from './constants.js';
import { TemplateError } from './errors.js';
import { parsePattern, type Template } from './template.js';
import { fromUtf8 } from './text.js';
import type { Reader } from './wire.js';

/** Read the templates of a model (rules MDL-6 and MDL-7). */
export function readTemplates(reader: Reader): ReadonlyMap<number, Template> {
  const isShort = reader.data.length <= MODEL_MAX_TEMPLATES_SIZE;
  reader.check(isShort, 'LimitExceeded', 'the templates are too long');
  const entries = Array.from({ length: reader.varint(MODEL_MAX_TEMPLATES) }, () => {
    const id = reader.varint(LIMITS_MAX_TEMPLATE_ID);
    return { id, pattern: reader.bytes(reader.varint(LIMITS_MAX_PATTERN)) };
  });
  reader.end();
  const templates = new Map<number, Template>();
  let lowest = TEMPLATE_FIRST_APPLICATION_ID;
  for (const { id, pattern } of entries) {
    reader.check(id >= lowest, 'Malformed', 'the ids of templates do not ascend from 256', 0);
    templates.set(id, readPattern(reader, pattern));
    lowest = id + 1;
  }
  return templates;
}

function readPattern(reader: Reader, pattern: Uint8Array): Template {
  const text = fromUtf8(pattern);
  reader.check(text !== null, 'Malformed', 'a pattern is not UTF-8', 0);
  try {
    return parsePattern(text);
  } catch (error) {
    reader.check(!(error instanceof TemplateError), 'Malformed', `a pattern is unusable: ${String(error)}`, 0);
    throw error;
  }
}

/** Read the dictionary (rule MDL-8). */
export function readDictionary(reader: Reader): Uint8Array {
  reader.check(reader.left > 0, 'Malformed', 'the dictionary is empty');
  reader.check(reader.left <= LIMITS_MAX_WINDOW, 'LimitExceeded', 'the dictionary is too long');
  return reader.rest().slice();
}
