/**
 * Loading models: `loadModel`, and the store in which it keeps their files.
 *
 * @module
 */
export { type LoadOptions, loadModel, type Progress } from './load.js';
export { ModelCache, type ModelStore } from './model_cache.js';
