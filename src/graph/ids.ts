/** Ids of nodes: identifiers in every format, and the same for the same stack. */

/** Makes an id of names; of names that differ only in what an identifier cannot have, those that come later get a number. */
export type MakeId = (...names: readonly string[]) => string;

export function idMaker(): MakeId {
  const taken = new Set<string>();
  return (...names) => {
    const base = names.map((name) => name.replace(/[^A-Za-z0-9]+/g, '_')).join('_');
    let id = base;
    for (let count = 2; taken.has(id); count += 1) id = `${base}_${count}`;
    taken.add(id);
    return id;
  };
}
