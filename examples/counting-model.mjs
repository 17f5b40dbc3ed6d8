/**
 * The loss, in nats a byte, of predicting the last `held` bytes by how often each byte followed the
 * `context` bytes before it in all the others: the thing to beat. Shorter contexts are mixed in as
 * far as a longer one was rarely seen (Witten and Bell, 1991).
 *
 * @param {Uint8Array} bytes
 * @param {number} held
 * @param {number} context
 */
export function countingLoss(bytes, held, context) {
  const border = bytes.length - held;
  /** For each length of context: what followed it, and how often. */
  const tables = Array.from({ length: context + 1 }, () => new Map());
  for (let i = 0; i < border; i++) {
    for (let order = 0; order <= context && order <= i; order++) {
      const seen = entry(tables[order], keyAt(bytes, i, order));
      seen.total++;
      seen.counts.set(bytes[i], (seen.counts.get(bytes[i]) ?? 0) + 1);
    }
  }
  let loss = 0;
  for (let i = border; i < bytes.length; i++) {
    let probability = 1 / 256;
    for (let order = 0; order <= context; order++) {
      const seen = tables[order].get(keyAt(bytes, i, order));
      if (!seen) break;
      const { counts, total } = seen;
      const kinds = counts.size;
      probability = ((counts.get(bytes[i]) ?? 0) + kinds * probability) / (total + kinds);
    }
    loss -= Math.log(probability);
  }
  return loss / held;
}

function entry(table, key) {
  let seen = table.get(key);
  if (!seen) {
    seen = { counts: new Map(), total: 0 };
    table.set(key, seen);
  }
  return seen;
}

/** The `order` bytes before a place, as one number. */
function keyAt(bytes, place, order) {
  let key = 0;
  for (let i = place - order; i < place; i++) key = key * 256 + bytes[i];
  return key;
}
