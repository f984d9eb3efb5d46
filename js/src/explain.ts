/**
 * Explanations: where the bits of a message went. The figures are those of `aura.explain` in Python.
 *
 * @module
 */
export { type Cell, cellsOf } from './explanation/cells.js';
export { explain, type Explanation, totalOf } from './explanation/message.js';
export type { Overhead, Part } from './explanation/parts.js';
export { SessionExplainer, type SessionExplainerOptions } from './explanation/session.js';
export type { AdaptiveStep, AuraliteStep, Step } from './explanation/steps.js';
