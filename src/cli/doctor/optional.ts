/** Engines of others that some features need. Pure. */
import { installLine } from '../../catalog/engine-install';
import type { Check, Declared } from './check';
import type { ClusterFacts } from './facts';

interface Engine {
  readonly name: string;
  /** A group of its definitions. */
  readonly group: string;
  readonly title: string;
  readonly purpose: string;
  readonly remedy?: string;
}

/** Sources: the installation pages of each project, 2026-11. */
const ENGINES: readonly Engine[] = [
  {
    name: 'gateway', group: 'gateway.networking.k8s.io', title: 'the Gateway API', purpose: 'one endpoint for all Servers, and ClusterAddons installs it',
  },
  {
    name: 'autoscaling', group: 'keda.sh', title: 'KEDA', purpose: 'Servers that scale with their load',
    remedy: installLine('keda', 'httpAddOn'),
  },
  {
    name: 'monitoring', group: 'monitoring.coreos.com', title: 'the Prometheus operator', purpose: 'PodMonitors',
    remedy: installLine('prometheus'),
  },
];

/** Groups that every cluster has, or that are looked at elsewhere. */
const KNOWN_GROUPS = /^$|^(apps|batch|policy|autoscaling|substratus\.ai)$|\.k8s\.io$/;

/** What the app uses has to be there; anything else is only mentioned. */
export function checkOptional({ engines: { kinds } }: ClusterFacts, { groups }: Declared): Check[] {
  if (kinds === undefined) return [];
  const isThere = (group: string): boolean => kinds.some(({ name }) => name.endsWith(`.${group}`));
  const engines = ENGINES.map(({ name, group, title, purpose, remedy }): Check => {
    if (isThere(group)) return { name, state: 'ok', message: `${title} is installed` };
    const user = groups.get(group);
    if (user === undefined) return { name, state: 'optional', message: `${title} is not installed; it is for ${purpose}`, remedy };
    return { name, state: 'missing', message: `${title} is not installed, and ${user} needs it`, remedy };
  });
  const isKnown = (group: string): boolean => KNOWN_GROUPS.test(group) || ENGINES.some((engine) => engine.group === group);
  const others = [...groups].filter(([group]) => !isKnown(group) && !isThere(group))
    .map(([group, user]): Check => ({ name: group, state: 'missing', message: `the cluster knows nothing of ${group}, and ${user} needs it; install what defines it` }));
  return [...engines, ...others];
}
