/** Which resource a user means: `model/opt-k3m1x7ab`, `models/opt`, `Server chat`. Pure. */
import { nearest } from '../../api/names';
import { KINDS, PLURALS } from '../../api/resource';
import type { Kind } from '../../api/resource';
import { describe, namespaceOf } from '../../expand';
import { CliError, EXIT } from '../errors';
import type { Stored } from './stored';

export interface Wanted {
  /** Absent where the name alone is given. */
  readonly kind?: Kind;
  readonly name: string;
}

/** At the end of an artifact's name: the digest that its constructs append. */
const DIGEST = /-[0-9a-z]{8}$/;

/** `kind/name`, in any spelling of the kind; the name alone where `kind` says what it is of. */
export function parseName(text: string, kind?: Kind): Wanted {
  const [first = '', second, ...more] = text.trim().split(/[/ ]/);
  if (second === undefined) {
    if (kind !== undefined && first !== '') return { kind, name: first };
    throw new CliError(`"${text}" names no kind; write kind/name, such as model/${first || 'opt'}`);
  }
  if (second === '' || more.length > 0) throw new CliError(`"${text}" is not kind/name, such as model/opt`);
  return { kind: kindOf(first), name: second };
}

function kindOf(word: string): Kind {
  const plain = word.toLowerCase().replace(/\.substratus\.ai$/, '');
  const kind = KINDS.find((each) => each.toLowerCase() === plain || PLURALS[each] === plain);
  if (kind) return kind;
  const words = KINDS.map((each) => each.toLowerCase());
  const similar = nearest(plain, words);
  throw new CliError(`kind ${word} is unknown; ${similar ? `did you mean ${similar}?` : `use one of ${words.join(', ')}`}`);
}

/** The resource that is meant: by its name, else by its name without the digest where that fits one alone. */
export function resolve(wanted: Wanted, resources: readonly Stored[], namespace: string): Stored {
  const candidates = resources.filter(({ kind }) => wanted.kind === undefined || kind === wanted.kind);
  const exact = candidates.find(({ metadata }) => metadata.name === wanted.name);
  if (exact) return exact;
  const declared = candidates.filter((each) => declaredName(each) === wanted.name);
  const [first] = declared;
  if (first && declared.length === 1) return first;
  if (first) throw new CliError(ambiguous(wanted, declared, namespace));
  throw new CliError(missing(wanted, candidates, namespace), EXIT.notFound);
}

/** The name in the program, to which the constructs append a digest. */
export function declaredName({ kind, metadata: { name } }: Pick<Stored, 'kind' | 'metadata'>): string {
  return kind === 'Model' || kind === 'Dataset' ? name.replace(DIGEST, '') : name;
}

export function titleOf(resource: Stored): string {
  return describe({ kind: resource.kind, namespace: namespaceOf(resource), name: resource.metadata.name });
}

function ambiguous({ kind, name }: Wanted, declared: readonly Stored[], namespace: string): string {
  const names = [...declared].sort((a, b) => ((a.metadata.creationTimestamp ?? '') > (b.metadata.creationTimestamp ?? '') ? -1 : 1))
    .map(({ metadata }) => metadata.name);
  return `${kind ?? 'resource'} ${name} in namespace ${namespace} may be any of ${names.join(', ')} (the newest first); write the whole name`;
}

function missing({ kind, name }: Wanted, candidates: readonly Stored[], namespace: string): string {
  const what = `${kind ?? 'resource'} ${name} does not exist in namespace ${namespace}`;
  const similar = nearest(name, candidates.flatMap((each) => [each.metadata.name, declaredName(each)]));
  if (similar) return `${what}; did you mean ${similar}?`;
  return `${what}; ${candidates.length === 0 ? 'there is none of that kind; -n names another namespace' : 'substratus status lists what is there'}`;
}
