/**
 * The same examples in every run, so that a run tells of the change and not of the draw; `AURA_SEED=0`, or any other
 * number, draws others.
 *
 * @module
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['AURA_SEED'] ?? 20261130) });
