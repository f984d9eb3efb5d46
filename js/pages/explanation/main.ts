// The page of `aura explain --html`: shows what Python has put into it.
import { costView, type Shown } from '../view/costs.js';
import { at } from '../view/dom.js';

const shown = JSON.parse(at('shown').textContent) as Shown | null;
if (shown !== null) at('view').replaceChildren(costView(shown)); // a refused message has an error in its place
