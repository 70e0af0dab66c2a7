/** Labels, taints and zones of a pool's nodes. */
import { isLabelKey, isLabelValue } from '../../api/names';
import type { Taint } from '../../clouds/infrastructure';
import { formatValue } from '../checks/format-value';

type Marks = Readonly<Record<string, string>>;

/** Domains whose labels nodes may not set, or that the cloud or this library set by themselves. */
const TAKEN = /(^|\.)(kubernetes\.io|k8s\.io|karpenter\.sh|substratus\.ai|cloud\.google\.com|eks\.amazonaws\.com|azure\.com)$/;

/** What accelerators are offered as, which is the key of their taint too. */
const ACCELERATORS = /^(nvidia|amd|aws\.amazon)\.com\//;

/** Why nodes cannot be marked so; `undefined` if they can. */
export function marksProblem({ labels = {}, taints = {} }: { readonly labels?: Marks; readonly taints?: Marks }): string | undefined {
  const accelerator = Object.keys(taints).find((key) => ACCELERATORS.test(key));
  return problemOf('labels', labels) ?? problemOf('taints', taints)
    ?? (accelerator && `taints has ${accelerator}, which is set on nodes with GPUs by itself; give a key of your own`);
}

function problemOf(field: string, marks: Marks): string | undefined {
  if (typeof marks !== 'object' || Array.isArray(marks)) return `${field} is ${formatValue(marks)}; give values by key, for example { team: 'research' }`;
  const wrong = Object.entries(marks).find(([key, value]) => !isLabelKey(key) || typeof value !== 'string' || !isLabelValue(value));
  if (wrong) return `${field} has ${wrong[0]}: ${formatValue(wrong[1])}; give a key and a value as Kubernetes takes them, for example { team: 'research' }`;
  const taken = Object.keys(marks).find((key) => TAKEN.test(key.split('/').slice(0, -1).join('/')));
  return taken && `${field} has ${taken}, which is in a domain of Kubernetes, the cloud or this library; give a key of your own`;
}

/** Why they are not zones of a pool; `undefined` if they are. Whether there are such zones, the cloud knows. */
export function zonesProblem(zones: readonly string[] | undefined): string | undefined {
  if (zones === undefined) return undefined;
  if (!Array.isArray(zones) || zones.length === 0) return `zones is ${formatValue(zones)}; name one or more, or leave it out for those of the cluster`;
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  return twice === undefined ? undefined : `zones has ${formatValue(twice)} twice; name each once`;
}

export function taintList(taints: Marks = {}): Taint[] {
  return Object.entries(taints).map(([key, value]) => ({ key, value }));
}
