/** Huffman codes of limited length, as DEFLATE has them (RFC 1951, 3.2.2). */

/** The number of bits of each symbol, 0 for one that does not occur. At least two symbols get a code, for some readers need two. */
export function codeLengths(counts: readonly number[], longest: number): number[] {
  const used = counts.flatMap((count, symbol) => (count > 0 ? [symbol] : []));
  const missing = [0, 1].filter((symbol) => !used.includes(symbol)).slice(0, Math.max(0, 2 - used.length));
  const weights = counts.map((count, symbol) => (missing.includes(symbol) ? 1 : count));
  for (let scale = 1; ; scale *= 2) {
    const lengths = unlimitedLengths(weights.map((weight) => Math.ceil(weight / scale)));
    if (Math.max(...lengths) <= longest) return lengths; // coarser weights make a flatter tree
  }
}

interface Tree {
  readonly weight: number;
  readonly symbols: readonly number[];
}

/** Every merge puts the symbols of both trees a bit deeper. Of equal weights the older tree comes first, so that there is one result. */
function unlimitedLengths(weights: readonly number[]): number[] {
  const lengths = weights.map(() => 0);
  const leaves = weights.map((weight, symbol): Tree => ({ weight, symbols: [symbol] })).filter(({ weight }) => weight > 0)
    .sort((a, b) => a.weight - b.weight);
  const merged: Tree[] = [];
  const lightest = (): Tree => {
    const [leaf, tree] = [leaves[0], merged[0]];
    return (leaf && (!tree || leaf.weight <= tree.weight) ? leaves.shift() : merged.shift()) as Tree;
  };
  while (leaves.length + merged.length > 1) {
    const [a, b] = [lightest(), lightest()];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
    merged.push({ weight: a.weight + b.weight, symbols });
  }
  return lengths;
}

/** The code of each symbol, with its first bit lowest, as it is written. */
export function codesOf(lengths: readonly number[]): number[] {
  const codes = lengths.map(() => 0);
  let code = 0;
  for (let bits = 1; bits <= Math.max(...lengths); bits += 1) {
    for (const [symbol, length] of lengths.entries()) {
      if (length !== bits) continue;
      codes[symbol] = reversed(code, bits);
      code += 1;
    }
    code <<= 1;
  }
  return codes;
}

function reversed(code: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit += 1) result |= ((code >> bit) & 1) << (bits - 1 - bit);
  return result;
}
