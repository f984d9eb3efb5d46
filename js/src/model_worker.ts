// The script of a worker that reads model files, so that a page stays quick meanwhile.
import { type ErrorCode, DecodeError } from './errors.js';
import { Model } from './model.js';
import { buffersOf, type ModelParts, partsOf } from './model_parts.js';

/** What the worker is asked. */
export interface WorkerRequest {
  readonly file: Uint8Array;
  readonly id: string | undefined;
}

/** What it answers: a model, or why the file was refused. */
export type WorkerAnswer =
  | { readonly parts: ModelParts }
  | { readonly refused: { readonly code: ErrorCode; readonly reason: string; readonly offset: number } };

/** The scope of a worker, as far as it is used. */
interface Scope {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(answer: WorkerAnswer, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = ({ data: { file, id } }) => {
  try {
    const parts = partsOf(Model.read(file, id));
    scope.postMessage({ parts }, buffersOf(parts));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const { code, reason, offset } = error;
    scope.postMessage({ refused: { code, reason, offset } }, []);
  }
};
