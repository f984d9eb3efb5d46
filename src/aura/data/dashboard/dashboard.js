// Shows what the events say. Everything that comes from messages or peers becomes text, never markup.

const byId = (id) => document.getElementById(id);
const SVG = 'http://www.w3.org/2000/svg';
const STALE = 0.1; // a model that takes so much more than when it was trained is stale beyond doubt
const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** An element with a class and a text. */
function made(name, className = '', text = '') {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

function show(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text; // readers are told of changes only
}

function bytes(count) {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = count;
  let unit = 0;
  while (Math.abs(value) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${compact.format(value)} ${units[unit]}`;
}

function money(amount, currency) {
  const digits = Math.abs(amount) < 1 ? 4 : 2;
  const options = { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: digits };
  return new Intl.NumberFormat('en', options).format(amount);
}

const percent = (share) => `${compact.format(100 * share)} %`;

function duration(seconds) {
  if (seconds < 1e-3) return `${compact.format(seconds * 1e6)} µs`;
  return seconds < 1 ? `${compact.format(seconds * 1e3)} ms` : `${compact.format(seconds)} s`;
}

/** Fills a list with bars: each a name, a share from 0 to 1, and a text. */
function bars(id, entries, none) {
  const list = byId(id);
  if (!entries.length) {
    list.replaceChildren(made('li', 'empty', none));
    return;
  }
  list.replaceChildren(
    ...entries.map(([name, share, text]) => {
      const item = made('li');
      const track = made('span', 'track');
      track.setAttribute('aria-hidden', 'true');
      const fill = made('span', 'fill');
      fill.style.width = `${100 * Math.max(0, Math.min(1, share))}%`;
      track.append(fill);
      item.append(made('span', 'name', name), track, made('span', 'value', text));
      return item;
    }),
  );
}

/** Fills the body of a table; each cell is a text, or a text with a class. */
function rows(id, lines, columns, none) {
  const body = byId(id);
  if (!lines.length) {
    const cell = made('td', 'text empty', none);
    cell.colSpan = columns;
    const line = made('tr');
    line.append(cell);
    body.replaceChildren(line);
    return;
  }
  body.replaceChildren(
    ...lines.map((cells) => {
      const line = made('tr');
      line.append(...cells.map((cell) => (Array.isArray(cell) ? made('td', cell[1], cell[0]) : made('td', '', cell))));
      return line;
    }),
  );
}

/** A line through values of which some are missing, in a box of 600 by 180. */
function line(values, className) {
  const known = values.filter((value) => value !== null);
  const most = Math.max(...known, 1e-9) * 1.08;
  const step = values.length > 1 ? 600 / (values.length - 1) : 0;
  let path = '';
  let isDown = false;
  values.forEach((value, index) => {
    if (value === null) {
      isDown = false;
      return;
    }
    const point = `${(index * step).toFixed(1)} ${(178 - (176 * value) / most).toFixed(1)}`;
    path += isDown ? `L${point}` : `M${point}L${point}`; // a point by itself shows as a dot
    isDown = true;
  });
  const element = document.createElementNS(SVG, 'path');
  element.setAttribute('class', className);
  element.setAttribute('d', path || 'M0 0');
  return element;
}

function course(points) {
  const ratios = points.map((point) => point.ratio);
  const rates = points.map((point) => point.messages_per_second);
  byId('course').replaceChildren(line(ratios, 'first'), line(rates, 'second'));
  const known = ratios.filter((ratio) => ratio !== null);
  if (!known.length) {
    show('course-text', 'no messages yet');
    return;
  }
  const seconds = points.at(-1).time - points[0].time;
  show(
    'course-text',
    `in the last ${compact.format(seconds)} s the ratio was ${compact.format(Math.min(...known))} to ` +
      `${compact.format(Math.max(...known))}, with up to ${compact.format(Math.max(...rates))} messages a second`,
  );
}

function alerts(found) {
  const list = byId('alerts');
  const text = found.map((alert) => `${alert.severity}: ${alert.text}`);
  if (list.dataset.shown === text.join('\n')) return;
  list.dataset.shown = text.join('\n');
  const items = found.map((alert, index) => {
    const kind = alert.severity === 'critical' ? 'critical' : 'warning';
    return made('li', kind, text[index]);
  });
  list.replaceChildren(...(items.length ? items : [made('li', 'fine', 'all is as it should be')]));
}

function models(found) {
  const items = found.map((model) => {
    const item = made('li');
    const meter = document.createElement('meter');
    Object.assign(meter, { min: 0, max: 2 * STALE, low: STALE / 2, high: STALE, optimum: 0, value: model.decay });
    const state = model.decay < STALE / 2 ? 'fresh' : model.decay < STALE ? 'ageing' : 'stale';
    const sign = model.decay < 0 ? 'fewer' : 'more';
    const text = `${model.id.slice(0, 16)}: ${state}, ${percent(Math.abs(model.decay))} ${sign} bits than at training`;
    meter.setAttribute('aria-label', text);
    item.append(made('span', '', text), meter);
    return item;
  });
  byId('models').replaceChildren(...(items.length ? items : [made('li', 'empty', 'not checked yet')]));
}

function render(state) {
  const { totals, since, price } = state;
  const latest = state.course.at(-1);
  const minutes = compact.format(state.window_seconds / 60);
  show('about', `${state.version}, ${state.backend} backend, last ${minutes} minutes`);
  show('ratio', totals.messages ? totals.ratio.toFixed(2) : '–');
  show('savings', totals.messages ? percent(totals.savings) : '–');
  show('saved', bytes(since.saved_bytes));
  show('price', `at ${money(price.amount, price.currency)} a GB`);
  show('money', money(since.saved_money, price.currency));
  show('rate', latest ? compact.format(latest.messages_per_second) : '–');
  show('messages', whole.format(since.messages));
  show('connections', whole.format(state.connections));
  show('grown', totals.messages ? percent(totals.growth) : '–');
  alerts(state.alerts);
  course(state.course);
  const methods = Object.entries(totals.methods).sort((one, other) => other[1] - one[1]);
  bars(
    'methods',
    methods.map(([name, count]) => [name, count / totals.messages, `${percent(count / totals.messages)}`]),
    'no messages yet',
  );
  const times = totals.messages ? ['p50', 'p95', 'p99'] : [];
  bars(
    'times',
    times.map((name) => {
      const seconds = totals[`seconds_${name}`];
      return [`${name.slice(1)} % take up to`, seconds / totals.seconds_p99, duration(seconds)];
    }),
    'no messages yet',
  );
  show('lag', `the event loop is ${duration(state.lag_seconds)} late`);
  models(state.models);
  rows(
    'templates',
    state.templates.map((use) => [
      use.name,
      whole.format(use.messages),
      (use.plain / use.wire).toFixed(2),
      [use.pattern, 'code'],
    ]),
    4,
    'no template frames yet',
  );
  rows(
    'worst',
    state.worst.map((bad) => [
      bad.ratio.toFixed(2),
      whole.format(bad.plain),
      whole.format(bad.wire),
      [`${bad.method}, ${bad.direction}`, 'text'],
      [new Date(1000 * bad.time).toISOString().slice(11, 19), 'text'],
      [bad.content ?? 'not shown', bad.content === null ? 'text empty' : 'code'],
    ]),
    6,
    'no messages yet',
  );
  const refusals = Object.entries(totals.refusals).sort((one, other) => other[1] - one[1]);
  const refused = refusals.reduce((sum, entry) => sum + entry[1], 0);
  bars(
    'refusals',
    refusals.map(([name, count]) => [name, count / refused, whole.format(count)]),
    'none',
  );
  document.documentElement.dataset.events = String(Number(document.documentElement.dataset.events ?? 0) + 1);
}

let isPaused = false;
let latestState = null;
byId('pause').addEventListener('click', () => {
  isPaused = !isPaused;
  byId('pause').setAttribute('aria-pressed', String(isPaused));
  if (!isPaused && latestState) render(latestState);
});

const events = new EventSource('events');
events.onmessage = ({ data }) => {
  latestState = JSON.parse(data);
  show('link', '');
  if (!isPaused) render(latestState);
};
events.onerror = () => show('link', 'connection lost; trying again');
