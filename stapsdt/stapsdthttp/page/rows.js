// The rows of a histogram: powers of two, as usdt hist draws them. A power has up to 16 buckets.

// rowsOf returns the rows from the first to the last that has values.
export function rowsOf(buckets) {
  const counts = new Map();
  for (const bucket of buckets) {
    const row = rowOf(bucket);
    counts.set(row, (counts.get(row) ?? 0) + Number(bucket.count));
  }
  const rows = [];
  for (let row = Math.min(...counts.keys()); row <= Math.max(...counts.keys()); row++) {
    rows.push({label: label(row), count: counts.get(row) ?? 0});
  }
  return rows;
}

// rowOf returns how many bits the magnitude of a bucket's values has, negated for negative values.
function rowOf({lo, hi}) {
  const bits = (n) => n > 0 ? BigInt(n).toString(2).length : 0;
  return hi <= 0 ? -bits(-hi) : bits(lo);
}

// label writes the range of a row. Of negative values, the end nearer to zero belongs to it.
function label(row) {
  const bits = Math.abs(row);
  if (bits <= 1) return `[${row}]`;
  const near = binary(2n ** BigInt(bits - 1)), far = binary(2n ** BigInt(bits));
  return row < 0 ? `(-${far}, -${near}]` : `[${near}, ${far})`;
}

// binary writes a number with a suffix for a power of 1024.
function binary(n) {
  let suffix = '';
  for (const next of 'KMGTPE') {
    if (n % 1024n !== 0n) break;
    n /= 1024n;
    suffix = next;
  }
  return n + suffix;
}
