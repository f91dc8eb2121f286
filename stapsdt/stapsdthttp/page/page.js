// The live page. Everything is in the HTML without it, as it was when the page was asked for.
import * as hist from './hist.js';
import {forgetCounts, showCounts, showProbes} from './probes.js';
import {ask, stream} from './stream.js';
import * as tail from './tail.js';
import {parse, show} from './text.js';

const pause = 2000; // milliseconds between two looks at the probes
const state = document.getElementById('state');
const say = (text) => { if (state.textContent !== text) state.textContent = text; };
let counting = null; // the AbortController of the stream of counts
let isCounting = false;
let trouble = ''; // why events are not counted

async function look() {
  const list = await (await ask('probes')).json();
  const own = (probe) => isCounting + (hist.heard === probe) + tail.hears(probe);
  if (showProbes(list, own) || !look.hasOffered) {
    hist.offer(list);
    tail.offer(list);
    look.hasOffered = true;
  }
  return list.length > 0;
}

// watch looks at the probes for as long as the page is seen, and has their events counted.
async function watch() {
  for (;; await new Promise((done) => setTimeout(done, pause))) {
    if (document.hidden) continue;
    try {
      if (await look() && !counting && !document.hidden) count();
      say(trouble || 'Live.');
    } catch (error) {
      say(`The program does not answer, or not as it should: ${error.message}. Trying again.`);
    }
  }
}

async function count() {
  const mine = counting = new AbortController();
  try {
    await stream('count?probe=*:*&seconds=86400&interval=1', mine.signal,
      (lines) => showCounts(parse(lines.at(-1))), () => { isCounting = true; trouble = ''; });
  } catch (error) {
    if (!mine.signal.aborted) trouble = `Events are not counted: ${error.message}`;
  }
  if (counting === mine) stopCounting();
}

function stopCounting() {
  counting?.abort();
  counting = null;
  isCounting = false;
  forgetCounts();
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) stopCounting();
});

// Load and Unload do not leave the page.
document.getElementById('probes').addEventListener('submit', async (event) => {
  event.preventDefault();
  const refused = document.getElementById('refused');
  refused.textContent = '';
  try {
    refused.textContent = show(await change(event.target));
    await look();
  } catch (error) {
    refused.textContent = show(error.message);
  }
});

// change sends a form, and returns what has not worked.
async function change(form) {
  const answer = await fetch(form.action,
    {method: 'POST', body: new URLSearchParams(new FormData(form))});
  const text = await answer.text();
  if (!answer.headers.get('Content-Type')?.startsWith('application/json')) return text;
  return JSON.parse(text).filter((p) => p.error).map((p) => p.error).join('; ');
}

watch();
