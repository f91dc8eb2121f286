// Answers that come line by line, for as long as somebody looks.
import {show} from './text.js';

// ask returns the answer of an endpoint. Its error says why there is none. The header shows that no
// other site asks.
export async function ask(url, options) {
  const headers = {'Stapsdt-Page': '1'};
  const answer = await fetch(url, {cache: 'no-store', headers, ...options});
  if (!answer.ok) throw new Error(show((await answer.text()).trim().slice(0, 1000)));
  return answer;
}

// stream calls opened once the program listens, and then take with the lines that have come.
export async function stream(url, signal, take, opened = () => {}) {
  const answer = await ask(url, {signal});
  opened();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    if (lines.length > 0) take(lines);
  }
}

// url returns an endpoint with those parameters that are not empty.
export function url(endpoint, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== '');
  return endpoint + '?' + new URLSearchParams(given);
}

// Switch starts a stream with the button of a form, and stops it.
export class Switch {
  constructor(section, run) {
    this.form = section.querySelector('form');
    this.button = this.form.querySelector('button');
    this.status = section.querySelector('.status');
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.abort) this.stop('Stopped.');
      else this.start(run);
    });
  }

  async start(run) {
    const abort = this.abort = new AbortController();
    this.button.textContent = 'Stop';
    this.say('Starting.');
    try {
      await run(new FormData(this.form), abort.signal, () => this.say('Listening.'));
      this.stop('The program has ended the answer.', abort);
    } catch (error) {
      this.stop(error.message, abort);
    }
  }

  stop(why, abort = this.abort) {
    if (this.abort !== abort) return; // stopped before, and perhaps started again
    this.abort = null;
    abort.abort();
    this.button.textContent = 'Start';
    this.say(why);
  }

  say(text) { this.status.textContent = text; }
}

// fill gives a select options with texts and values, and keeps what is chosen.
export function fill(select, options) {
  const chosen = select.value;
  select.replaceChildren(...options.map(([text, value]) => new Option(text, value)));
  if (options.some(([, value]) => value === chosen)) select.value = chosen;
}
