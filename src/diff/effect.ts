/** What a change does, as data: one effect on one thing. Texts are made from it, and programs read it as JSON. */
import { masked } from './masks';

/**
 * On Models and Datasets: `made`, `made-again`, `renamed`. On what runs: `starts`, `rolls`, `restarts`, `scales`, `stops`, `moves`,
 * `waits` (takes the change later). On any of these: `unchanged` (nothing that runs changes), `deleted`, `refused` (the API server does
 * not accept it), `stalls` (it is accepted, and cannot come about). On other objects and on cloud resources: `created`, `changed`,
 * `replaced`, `destroyed`.
 */
export type EffectName =
  | 'made' | 'made-again' | 'renamed'
  | 'starts' | 'rolls' | 'restarts' | 'scales' | 'stops' | 'moves' | 'waits'
  | 'unchanged' | 'deleted' | 'refused' | 'stalls'
  | 'created' | 'changed' | 'replaced' | 'destroyed';

/** What an effect is on. */
export interface Subject {
  /** The cluster or the Terraform stack. */
  readonly scope: string;
  readonly side: 'kubernetes' | 'cloud';
  /** Kind of the object, or type of the cloud resource. */
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** Of a Model or Dataset that is made again: the object that it takes the place of. */
  readonly formerName?: string;
}

/** A field that has another value. Absent is `undefined`, and missing in JSON; of a secret it is only told that there is one. */
export interface Change {
  /** Such as `params.epochs` or `node_config.machine_type`. */
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface Effect {
  readonly effect: EffectName;
  readonly subject: Subject;
  /** The effect in words, to be read after the name of the subject: `trains again on 1 nvidia-l4`. */
  readonly words: string;
  readonly changes: readonly Change[];
  /** Because of which other effects it comes about, by `subjectKey`. */
  readonly causes: readonly string[];
  /** What else there is to know, each a sentence without a final period. */
  readonly notes: readonly string[];
}

/** What has no field of its own is absent. */
export interface EffectParts {
  readonly changes?: readonly Change[];
  readonly causes?: readonly string[];
  readonly notes?: readonly (string | undefined)[];
}

export function effectOn(subject: Subject, [effect, words]: readonly [EffectName, string], parts: EffectParts = {}): Effect {
  const { changes = [], causes = [], notes = [] } = parts;
  const told = notes.filter((note): note is string => note !== undefined);
  return { effect, subject, words, changes: changes.map(masked), causes, notes: told };
}

/** Tells subjects apart. */
export function subjectKey({ scope, side, kind, namespace, name }: Subject): string {
  return [side, scope, kind, ...namespace === undefined ? [] : [namespace], name].join('/');
}

/** Names a subject for people: `Model team-a/opt`. */
export function subjectName({ kind, namespace, name }: Subject): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
