/** In which wave the objects beside the resources are applied: it follows who needs whom. */
import type { Resource } from '../../api/resource';
import { keyOfResource } from '../../expand';
import type { KubeObject } from '../../expand';
import { claimsIn, isMonitor, isMonitoredBy, namedIn, textsIn } from './object-references';
import type { ObjectName } from './object-references';
import type { OtherObject } from './other-objects';
import type { Stage } from './stages';

/** An object in its wave. */
export interface Placed {
  readonly wave: number;
  readonly object: KubeObject;
  /** The resources that it follows, and with which it is left out. */
  readonly follows: readonly Resource[];
}

/** What other objects need to be there before. */
const FIRST_KINDS = ['Namespace', 'CustomResourceDefinition'];
/** What pods name, and cannot start without. */
const READ_KINDS = ['ConfigMap', 'PriorityClass', 'Secret', 'ServiceAccount', 'StorageClass'];

function isFirst({ kind = '' }: KubeObject): boolean {
  return FIRST_KINDS.includes(kind);
}

/**
 * Objects in the order in which they are applied. Each is in wave 0, but for
 * - a claim, which binds when a pod mounts it and never before: it goes with the first pod that does, or last
 * - what names, scales, monitors or depends on something of a resource: not before that
 *
 * A monitor holds nothing up, such as the NetworkPolicies of a workspace whose chart comes after that of the monitor.
 * What pods read (ConfigMaps, Secrets, accounts) stays in wave 0, whatever it depends on.
 */
export function placed(others: readonly OtherObject[], stages: readonly Stage[]): Placed[] {
  const placing = new Placing(others, stages);
  const all = placing.placeAll();
  const last = Math.max(0, ...[...stages, ...all].flatMap(({ wave }) => (wave === LAST ? [] : [wave])));
  const rankOf = ({ object }: Placed) => (isFirst(object) ? 0 : isUnboundClaim(object) ? 1 : 2);
  return all
    .map(({ wave, ...rest }) => ({ ...rest, wave: wave === LAST ? last : wave }))
    .sort((a, b) => a.wave - b.wave || rankOf(a) - rankOf(b));
}

const LAST = Number.MAX_SAFE_INTEGER;

class Placing {
  private readonly done = new Map<OtherObject, Placed>();
  private readonly texts: ReadonlySet<string>;

  constructor(private readonly others: readonly OtherObject[], private readonly stages: readonly Stage[]) {
    this.texts = new Set(stages.flatMap(({ objects }) => objects.flatMap(textsIn)));
  }

  /** Each after what it depends on. */
  placeAll(): Placed[] {
    for (const other of this.others) this.place(other);
    return [...this.done.values()];
  }

  private place(other: OtherObject): Placed {
    const existing = this.done.get(other);
    if (existing) return existing;
    const { object } = other;
    this.done.set(other, { wave: 0, object, follows: [] }); // where they depend on each other
    const found = this.decide(other);
    this.done.delete(other);
    this.done.set(other, found);
    return found;
  }

  private decide(other: OtherObject): Placed {
    const { object } = other;
    if (isFirst(object) || this.isRead(object)) return { wave: 0, object, follows: [] };
    if (isUnboundClaim(object)) return { wave: this.firstMount(object), object, follows: [] };
    const names = namedIn(object);
    const isAbout = (target: KubeObject) => names.some((name) => isNamed(target, name)) || isMonitoredBy(target, object);
    const named = this.stages.filter(({ objects }) => objects.some(isAbout));
    const required = this.stages.filter(({ resource }) => other.afterResources.has(keyOfResource(resource)));
    const before = other.after
      .filter((first) => this.others.includes(first) && !isUnboundClaim(first.object) && !isMonitor(first.object))
      .map((each) => this.place(each));
    const waves = [...named.map(({ wave }) => wave), ...required.map(({ wave }) => wave + 1), ...before.map(({ wave }) => wave)];
    const follows = new Set([...[...named, ...required].map(({ resource }) => resource), ...before.flatMap((each) => each.follows)]);
    return { wave: Math.max(0, ...waves), object, follows: [...follows] };
  }

  /** Whether pods of the resources name it, for they would wait for it. */
  private isRead({ kind = '', metadata }: KubeObject): boolean {
    return READ_KINDS.includes(kind) && this.texts.has(metadata?.name ?? '');
  }

  private firstMount({ metadata: { namespace, name = '' } = {} }: KubeObject): number {
    const isMountedBy = (object: KubeObject) => object.metadata?.namespace === namespace && claimsIn(object).includes(name);
    return Math.min(
      LAST,
      ...this.stages.filter(({ objects }) => objects.some(isMountedBy)).map(({ wave }) => wave),
      ...this.others.filter(({ object }) => isMountedBy(object)).map((other) => this.place(other).wave),
    );
  }
}

/** A claim that names its volume binds at once. */
function isUnboundClaim(object: KubeObject): boolean {
  return object.kind === 'PersistentVolumeClaim' && !(object as { spec?: { volumeName?: string } }).spec?.volumeName;
}

function isNamed({ kind, metadata }: KubeObject, { kind: other, namespace, name }: ObjectName): boolean {
  return kind === other && metadata?.namespace === namespace && metadata.name === name;
}
