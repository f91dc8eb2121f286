// The table of probes.
import {show, showNumber} from './text.js';

const table = document.getElementById('probes');
const names = () => [...table.querySelectorAll('[data-name]')].map((row) => row.dataset.name);

// name returns PROVIDER:PROBE.
export const name = (probe) => `${probe.provider}:${probe.probe}`;

// showProbes shows what the program says of its probes, and returns whether there are others than
// before. own returns how many streams of this page hear a probe.
export function showProbes(list, own) {
  const isOther = list.map(name).join('\n') !== names().join('\n');
  if (isOther) rebuild(list);
  const rows = table.querySelectorAll('[data-name]');
  list.forEach((probe, i) => {
    set(rows[i], 'signature', probe.signature);
    set(rows[i], 'description', probe.description);
    set(rows[i], 'tracer', probe.traced ? 'attached' : 'no');
    rows[i].querySelector('[data-field=tracer]').classList.toggle('on', probe.traced);
    set(rows[i], 'heard_by', String(Math.max(0, probe.heard_by - own(name(probe)))));
    set(rows[i], 'path', probe.loaded ? probe.path : 'not loaded');
  });
  return isOther;
}

function rebuild(list) {
  table.querySelectorAll('tbody').forEach((body) => body.remove());
  let body, provider;
  for (const probe of list) {
    if (probe.provider !== provider) {
      provider = probe.provider;
      body = table.createTBody();
      body.append(providerRow(provider));
    }
    const row = copy('probe');
    row.dataset.name = name(probe);
    set(row, 'probe', probe.probe);
    body.append(row);
  }
}

function providerRow(provider) {
  const row = copy('provider');
  set(row, 'provider', provider);
  for (const input of row.querySelectorAll('input')) input.value = provider;
  for (const button of row.querySelectorAll('button')) {
    button.setAttribute('aria-label', `${button.textContent} ${provider}`);
  }
  return row;
}

function copy(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function set(row, field, text) {
  const cell = row.querySelector(`[data-field=${field}]`);
  text = show(text);
  if (cell.textContent !== text) cell.textContent = text;
}

// showCounts shows how often probes were fired. Two providers of one name count together.
export function showCounts(reading) {
  const sums = new Map();
  for (const probe of reading.probes) {
    const sum = sums.get(name(probe)) ?? {hits: 0, total: 0};
    sum.hits += Number(probe.hits);
    sum.total += Number(probe.total);
    sums.set(name(probe), sum);
  }
  for (const row of table.querySelectorAll('[data-name]')) {
    const sum = sums.get(row.dataset.name);
    set(row, 'rate', sum ? showNumber(sum.hits / reading.seconds) : '–');
    set(row, 'total', sum ? showNumber(sum.total) : '–');
  }
}

// forgetCounts shows that nobody counts.
export function forgetCounts() { showCounts({probes: []}); }
