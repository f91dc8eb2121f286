// The newest events.
import {name} from './probes.js';
import {Switch, fill, stream, url} from './stream.js';
import {element, parse, showCount, showNumber, showValue} from './text.js';

const maxRows = 200;
const maxText = 256; // bytes of a string that are asked for
const pause = 200;   // milliseconds between two looks; nobody reads faster
const section = document.getElementById('tail');
const form = section.querySelector('form');
const body = section.querySelector('tbody');
const count = section.querySelector('.count');

let probes = new Map();
let pattern = '';

// hears reports whether the events of a probe are asked for.
export function hears(probe) {
  return pattern === '*:*' || pattern === probe || pattern === probe.split(':')[0] + ':*';
}

// offer offers all probes, those of each provider, and each.
export function offer(list) {
  probes = new Map(list.map((probe) => [name(probe), probe]));
  const providers = [...new Set(list.map((probe) => probe.provider))];
  fill(form.probe, ['*:*', ...providers.map((p) => `${p}:*`), ...probes.keys()].map((p) => [p, p]));
  section.hidden = list.length === 0;
}

new Switch(section, async (choice, signal, opened) => {
  const listening = new Listening();
  body.replaceChildren();
  pattern = choice.get('probe');
  const asked = url('trace', {
    probe: pattern, where: choice.get('where'), seconds: 86400, text: maxText,
  });
  try {
    await stream(asked, signal, (lines) => listening.take(lines), opened);
  } finally {
    if (listening.isLast()) pattern = ''; // otherwise it is that of the stream which came after
    listening.show();
  }
});

// Listening is what has come since the start.
class Listening {
  static last;

  constructor() {
    Listening.last = this;
    this.lines = []; // the newest events, not yet shown
    this.events = 0;
    this.lost = 0;
    this.show();
  }

  isLast() { return Listening.last === this; }

  take(lines) {
    for (const line of lines) {
      if (line.startsWith('{"time":')) {
        this.events++;
        this.lines.push(line);
      } else {
        this.lost = parse(line).lost;
      }
    }
    this.lines.splice(0, this.lines.length - maxRows);
    this.timer ??= setTimeout(() => this.show(), pause);
  }

  show() {
    clearTimeout(this.timer);
    this.timer = null;
    if (!this.isLast()) return;
    body.prepend(...this.lines.reverse().map((line) => drawEvent(parse(line))));
    this.lines = [];
    while (body.rows.length > maxRows) body.lastElementChild.remove();
    count.textContent = this.events + this.lost === 0 ? '' : showCount(this.events, 'event') +
      (this.lost > 0 ? `, and ${showNumber(this.lost)} that came too fast` : '');
  }
}

function drawEvent(event) {
  const row = element('tr');
  const values = element('td');
  const args = probes.get(name(event))?.args ?? [];
  let place = 0; // of the argument, as a tracer counts: bytes have a length behind them
  for (const [label, value] of Object.entries(event.fields)) {
    const layout = args.find((arg) => arg.name === label)?.layout;
    if (values.firstChild) values.append(' ');
    values.append(element('code', `${label}=${showValue(value, layout)}`));
    if (event.cut?.includes(place)) values.append(element('span', '…', 'cut'));
    place += layout === 'Bytes' ? 2 : 1;
  }
  const probe = element('td');
  probe.append(element('code', name(event)));
  row.append(element('td', event.time.slice(11, 26)), probe, values);
  return row;
}
