/** Which pods and containers of a resource have the output that a user asks for. Pure. */
import type { Kind } from '../../api/resource';
import { CliError } from '../errors';

/** As much of a Pod of Kubernetes as is read. */
export interface KubePod {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly containers: readonly Named[]; readonly initContainers?: readonly Named[] };
  readonly status?: {
    readonly phase?: string;
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface Named {
  readonly name: string;
}

interface ContainerStatus extends Named {
  readonly state?: {
    readonly running?: object;
    readonly waiting?: { readonly reason?: string };
    readonly terminated?: { readonly exitCode: number };
  };
}

/** What a user calls the steps of a resource. */
export const LOG_STEPS = ['build', 'check', 'run', 'publish', 'serve'] as const;
export type LogStep = (typeof LOG_STEPS)[number];

/** The label `role` of the pods of a step; what serves has that of what runs. */
export function roleOf(kind: Kind, step: LogStep): string {
  const isArtifact = kind === 'Model' || kind === 'Dataset';
  const steps: readonly LogStep[] = isArtifact ? ['build', 'check', 'run', 'publish'] : ['build', 'serve'];
  if (!steps.includes(step)) throw new CliError(`a ${kind} has no step ${step}; use one of ${steps.join(', ')}`);
  return step === 'serve' ? 'run' : step;
}

export interface PodChoice {
  /** @default - that of the newest pod */
  readonly role?: string;
  /** The pods of earlier attempts too. */
  readonly all?: boolean;
}

/** The pods to read, the oldest first: of a step that is tried again, the last attempt; of a Server, all replicas. */
export function podsToRead(kind: Kind, pods: readonly KubePod[], { role, all }: PodChoice): readonly KubePod[] {
  const ordered = [...pods].sort((a, b) => createdAt(a) - createdAt(b));
  const newest = ordered.at(-1);
  const serves = kind === 'Server' || kind === 'Notebook';
  const main = serves && ordered.some((pod) => roleIn(pod) === 'run') ? 'run' : newest && roleIn(newest);
  const wanted = ordered.filter((pod) => roleIn(pod) === (role ?? main));
  if (all || (serves && (role ?? main) === 'run')) return wanted;
  return wanted.slice(-1);
}

/** The container that says what there is to say: the program, or what failed before it. */
export function containerToRead({ spec, status }: KubePod): string {
  const failed = status?.initContainerStatuses?.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  return failed?.name ?? spec.containers[0]?.name ?? '';
}

/** Whether that container has begun, so that there may be output. */
export function hasStarted(pod: KubePod): boolean {
  const name = containerToRead(pod);
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const state = [...initContainerStatuses, ...containerStatuses].find((each) => each.name === name)?.state;
  return state?.running !== undefined || state?.terminated !== undefined || state?.waiting?.reason === 'CrashLoopBackOff';
}

function roleIn({ metadata: { labels = {} } }: KubePod): string | undefined {
  return labels.role;
}

function createdAt({ metadata: { creationTimestamp } }: KubePod): number {
  return creationTimestamp === undefined ? 0 : Date.parse(creationTimestamp);
}
