// What probes fire is data. Here it becomes text that shows all of it, and does nothing.

// Control characters, those that change the direction of writing, and all others that show nothing.
const hidden =
  /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\p{Variation_Selector}\u2800]/gu;

// show returns text with an escape of Go for each character that does not show.
export function show(text) {
  return text.replace(hidden, (character) => {
    const code = character.codePointAt(0);
    if (7 <= code && code <= 13) return '\\' + 'abtnvfr'[code - 7];
    const digits = code.toString(16);
    if (code < 0x80) return '\\x' + digits.padStart(2, '0');
    return code > 0xffff ? '\\U' + digits.padStart(8, '0') : '\\u' + digits.padStart(4, '0');
  });
}

// quote returns text as a string literal of Go.
export function quote(text) {
  return '"' + show(text.replace(/["\\]/g, '\\$&')) + '"';
}

// quoteBytes returns bytes, which are given in base64, as a string literal of Go.
function quoteBytes(base64) {
  const escape = (byte) => '\\x' + byte.charCodeAt(0).toString(16).padStart(2, '0');
  return '"' + atob(base64).replace(/["\\]/g, '\\$&').replace(/[^ -~]/g, escape) + '"';
}

// parse reads JSON without loss: an integer that no number of JavaScript can be is a BigInt.
export function parse(json) {
  return JSON.parse(json, (key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source)
      ? BigInt(context.source) : value);
}

// showValue returns a value of an argument as usdt writes it. The layout is the name of a
// stapsdt.ArgType.
export function showValue(value, layout = '') {
  if (typeof value !== 'string' || layout.startsWith('Float')) return String(value);
  return layout === 'Bytes' ? quoteBytes(value) : quote(value);
}

// showNumber returns a number for people.
export function showNumber(n) {
  return n.toLocaleString('en', {maximumFractionDigits: n < 10 ? 2 : n < 100 ? 1 : 0});
}

// showCount returns how many of something there are.
export function showCount(n, noun) {
  return `${showNumber(n)} ${noun}${n === 1 ? '' : 's'}`;
}

// element returns a new element with text, which is never markup.
export function element(name, text = '', className = '') {
  const e = document.createElement(name);
  e.textContent = text;
  if (className) e.className = className;
  return e;
}
