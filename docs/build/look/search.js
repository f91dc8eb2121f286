// The search: all words of the question must be in a section. The texts are in index.js, which
// comes when somebody searches.
'use strict';

const form = document.getElementById('search');
const input = form.querySelector('input');
const found = document.getElementById('found');
const most = 30; // sections that are shown
let sections = null;

form.hidden = false;

// index.js calls this.
function searchIndex(all) {
  sections = all.map((s) => ({
    ...s, lowTitle: (s.chapter + ' ' + s.title).toLowerCase(), low: s.text.toLowerCase(),
  }));
  show();
}

function load() {
  if (document.getElementById('index')) return;
  const script = document.createElement('script');
  script.id = 'index';
  script.src = 'index.js';
  document.head.append(script);
}

// rank says how well a section answers; 0 is not at all.
function rank(section, words) {
  let sum = 0;
  for (const word of words) {
    const inTitle = section.lowTitle.includes(word);
    const times = section.low.split(word).length - 1;
    if (!inTitle && times === 0) return 0;
    sum += (inTitle ? 20 : 0) + Math.min(times, 10);
  }
  return sum;
}

function search(words) {
  return sections.map((section) => ({section, rank: rank(section, words)})).
    filter((r) => r.rank > 0).sort((a, b) => b.rank - a.rank).map((r) => r.section);
}

// excerpt returns the text around the first of the words, with all of them marked.
function excerpt(section, words) {
  const first = Math.min(...words.map((w) => section.low.indexOf(w)).filter((i) => i >= 0));
  const start = Number.isFinite(first) ? Math.max(0, first - 60) : 0;
  const small = document.createElement('small');
  let rest = (start > 0 ? '… ' : '') + section.text.slice(start, start + 200);
  while (rest) {
    const low = rest.toLowerCase();
    const hits = words.map((w) => [low.indexOf(w), w.length]).filter(([i]) => i >= 0);
    if (hits.length === 0) break;
    const [at, length] = hits.sort((a, b) => a[0] - b[0])[0];
    const mark = document.createElement('mark');
    mark.textContent = rest.slice(at, at + length);
    small.append(rest.slice(0, at), mark);
    rest = rest.slice(at + length);
  }
  small.append(rest);
  return small;
}

function show() {
  const words = input.value.toLowerCase().split(/\s+/).filter((w) => w);
  found.hidden = words.length === 0;
  if (found.hidden || !sections) return;
  const answers = search(words);
  found.querySelector('[role=status]').textContent = answers.length === 0 ? 'No section has this.' :
    answers.length === 1 ? '1 section' :
    answers.length + ' sections' + (answers.length > most ? `, the first ${most}:` : '');
  found.querySelector('ol').replaceChildren(...answers.slice(0, most).map((section) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = section.page;
    link.textContent = section.title === section.chapter ? section.title :
      section.chapter + ': ' + section.title;
    item.append(link, excerpt(section, words));
    return item;
  }));
}

function close() {
  input.value = '';
  show();
}

input.addEventListener('focus', load);
input.addEventListener('input', () => { load(); show(); window.scrollTo(0, 0); });
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const first = found.querySelector('a');
  if (first && !found.hidden) first.click();
});
found.addEventListener('click', (event) => { if (event.target.closest('a')) close(); });
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== input) {
    event.preventDefault();
    input.focus();
  } else if (event.key === 'Escape' && !found.hidden) {
    close();
    input.blur();
  }
});
