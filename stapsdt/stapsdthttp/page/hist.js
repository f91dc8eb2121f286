// The histogram of an argument.
import {name} from './probes.js';
import {rowsOf} from './rows.js';
import {Switch, fill, stream, url} from './stream.js';
import {element, parse, showCount, showNumber, showValue} from './text.js';

const maxGroups = 12; // that are drawn
const section = document.getElementById('hist');
const form = section.querySelector('form');
const groups = section.querySelector('.groups');

let probes = new Map();
export let heard = null; // the probe whose argument is counted
let last = null;         // the signal of the newest stream

const isInteger = (arg) => /^(Int|Uint|Bool)/.test(arg.layout);

// offer offers the arguments of the probes that are integers.
export function offer(list) {
  probes = new Map(list.map((probe) => [name(probe), probe]));
  const choices = list.flatMap((probe) => probe.args.filter(isInteger).map((arg) =>
    [`${name(probe)} ${arg.name}`, `${name(probe)} ${arg.name}`]));
  fill(form.arg, choices);
  offerKeys();
  section.hidden = choices.length === 0;
}

function offerKeys() {
  const args = probes.get(form.arg.value.split(' ')[0])?.args ?? [];
  fill(form.by, [['nothing', ''], ...args.map((arg) => [arg.name, arg.name])]);
}

form.arg.addEventListener('change', offerKeys);

new Switch(section, async (choice, signal, opened) => {
  const [probe, arg] = choice.get('arg').split(' ');
  const by = choice.get('by');
  const layout = probes.get(probe).args.find((a) => a.name === by)?.layout;
  const where = choice.get('where');
  const asked = url('hist', {probe, arg, by, where, seconds: 86400, interval: 1});
  groups.replaceChildren();
  heard = probe;
  last = signal;
  try {
    await stream(asked, signal, (lines) => draw(parse(lines.at(-1)), by, layout), opened);
  } finally {
    if (last === signal) heard = null; // otherwise it is that of the stream which came after
  }
});

function draw(reading, by, layout) {
  const drawn = reading.groups.slice(0, maxGroups).map((group) => drawGroup(group, by, layout));
  const left = reading.groups.length - drawn.length;
  if (left > 0) drawn.push(element('p', `${showCount(left, 'histogram')} more.`));
  if (reading.others) drawn.push(drawGroup(reading.others, '', undefined, 'all others'));
  const all = [...reading.groups, ...(reading.others ? [reading.others] : [])];
  const unplaced = all.reduce((sum, group) => sum + (group.unplaced ?? 0), 0);
  for (const [events, why] of [
    [reading.lost - unplaced, 'came too fast'],
    [unplaced, 'found no room, because the values are too many'],
    [reading.unreadable, 'did not have the argument'],
  ]) {
    if (events > 0) drawn.push(element('p', `${showCount(events, 'event')} ${why}.`));
  }
  if (drawn.length === 0) drawn.push(element('p', 'No events so far.'));
  groups.replaceChildren(...drawn);
}

function drawGroup(group, by, layout, title) {
  const part = element('section');
  const cut = group.cut ? '…' : '';
  if (by) title = `${by} = ${showValue(group.by, layout)}${cut}`;
  if (title) part.append(element('h3', title));
  const figure = (label, value) => value === null ? '' : `, ${label} ${showNumber(value)}`;
  part.append(element('p', showCount(group.count, 'value') + figure('mean', group.mean) +
    figure('p50', group.p50) + figure('p99', group.p99) + figure('max', group.max), 'note'));
  const table = element('table');
  const rows = rowsOf(group.buckets);
  const most = Math.max(...rows.map((row) => row.count));
  for (const row of rows) table.append(drawRow(row, most));
  part.append(table);
  return part;
}

function drawRow({label, count}, most) {
  const row = element('tr');
  const range = element('th', label, 'number');
  range.scope = 'row';
  const bar = element('div', '', count > 0 ? 'bar' : '');
  bar.style.width = `${100 * count / most}%`;
  const cell = element('td');
  cell.append(bar);
  row.append(range, element('td', showNumber(count), 'number'), cell);
  return row;
}
