// A decoder of AURA for the profile decoder-core: all methods but Brotli and Zstandard.
import './brio.mjs';
import './modelled.mjs';

export { decode, DecodeError } from './core.mjs';
export { readModel } from './model.mjs';
export { decodeTagged } from './tag.mjs';
export { library } from './template.mjs';

// Parts of the formats, for tests of them alone.
export { RangeDecoder, Reader, slotOf } from './core.mjs';
export { readSection } from './model.mjs';
export { decodeRans, frequenciesOf, Lanes, tableOf } from './rans.mjs';
export { nextState } from './char_runs.mjs';
export { unfold } from './slot.mjs';
export { constants } from './data.mjs';
