/** What is said of the props of a Reconciler. */
import { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { isDns1123Label, isImageReference } from '../../api/names';
import { isAtLeast } from '../../api/platform';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';
import type { Platform } from '../platform/platform';
import { namespaceProblem } from '../platform/platform-checks';

/** Less than Node takes for itself, however little there is to do. */
const LEAST_MEBIBYTES = 128;

/** From which on its API is stable. */
const FLOW_SCHEMA_VERSION = '1.29';

const NO_NAMESPACE = 'use lower-case letters, digits and - inside, 63 characters at most';

export function checkNamespace(scope: Construct, namespace: unknown): string {
  if (typeof namespace !== 'string' || !isDns1123Label(namespace)) throw new ValidationError(scope, `namespace is ${formatValue(namespace)}; ${NO_NAMESPACE}`);
  if (namespace === 'default') throw new ValidationError(scope, "namespace is 'default', which every cluster has already; give the reconciler one of its own");
  const problem = namespaceProblem(namespace);
  if (problem) throw new ValidationError(scope, `namespace is ${formatValue(namespace)}, and ${problem}`);
  return namespace;
}

export interface Reach {
  readonly clusterWide: boolean;
  /** The namespaces that it works in, where these are not the workspaces of the platform. */
  readonly watchNamespaces?: readonly string[];
}

interface ReachProps {
  readonly clusterWide?: unknown;
  readonly watchNamespaces?: unknown;
}

/** Where it works. */
export function checkReach(scope: Construct, props: ReachProps, own: string): Reach {
  const { clusterWide: isWide = false, watchNamespaces: watched } = props;
  const clusterWide = checkBoolean(scope, 'clusterWide', isWide);
  if (watched === undefined) return { clusterWide };
  if (clusterWide) throw new ValidationError(scope, 'clusterWide is true and watchNamespaces is set; leave one of them out');
  return { clusterWide, watchNamespaces: checkWatched(scope, watched, own) };
}

function checkWatched(scope: Construct, watched: unknown, own: string): string[] {
  if (!Array.isArray(watched)) throw new ValidationError(scope, `watchNamespaces is ${formatValue(watched)}; give a list of namespaces`);
  if (watched.length === 0) throw new ValidationError(scope, 'watchNamespaces is empty; name some, or leave it out for all workspaces of the platform');
  const names: string[] = [];
  for (const name of watched as readonly unknown[]) {
    if (typeof name !== 'string' || !isDns1123Label(name)) {
      throw new ValidationError(scope, `watchNamespaces has ${formatValue(name)}, which is not a name of a namespace; ${NO_NAMESPACE}`);
    }
    if (name === own) throw new ValidationError(scope, `watchNamespaces has ${own}, the namespace of the reconciler itself; leave it out`);
    if (names.includes(name)) throw new ValidationError(scope, `watchNamespaces has ${name} twice; name it once`);
    names.push(name);
  }
  return names;
}

export function checkReplicas(scope: Construct, replicas: unknown): number {
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas > 0) return replicas;
  throw new ValidationError(scope, `replicas is ${formatValue(replicas)}; give a whole number, 1 or more`);
}

export function checkImage(scope: Construct, image: unknown): string | undefined {
  if (image === undefined || (typeof image === 'string' && isImageReference(image))) return image;
  throw new ValidationError(scope, `image is ${formatValue(image)}, which is not a reference to an image; write for example registry.example.com/substratus-reconciler:1`);
}

export function checkCpu(scope: Construct, cpu: unknown): number {
  if (typeof cpu === 'number' && Number.isFinite(cpu) && cpu > 0) return cpu;
  throw new ValidationError(scope, `cpu is ${formatValue(cpu)}; give a number of cores above 0, for example 0.1`);
}

export function checkMemory(scope: Construct, memory: unknown): number {
  if (!(memory instanceof Size)) throw new ValidationError(scope, `memory is ${formatValue(memory)}, which is not a Size; write for example Size.mebibytes(256)`);
  const mebibytes = Math.floor(memory.toKibibytes() / 2 ** 10);
  if (mebibytes >= LEAST_MEBIBYTES) return mebibytes;
  throw new ValidationError(scope, `memory is ${mebibytes} MiB; give ${LEAST_MEBIBYTES} MiB or more, for example Size.mebibytes(256)`);
}

export function checkBoolean(scope: Construct, field: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ValidationError(scope, `${field} is ${formatValue(value)}; give true or false`);
}

interface FlowProps {
  readonly platform: Platform;
  readonly flowSchema?: unknown;
}

export function checkFlowSchema(scope: Construct, { platform, flowSchema = false }: FlowProps): boolean {
  const { kubernetesVersion } = platform._spec;
  if (!checkBoolean(scope, 'flowSchema', flowSchema)) return false;
  if (kubernetesVersion === undefined || isAtLeast(platform._spec, FLOW_SCHEMA_VERSION)) return true;
  throw new ValidationError(scope, `flowSchema needs Kubernetes ${FLOW_SCHEMA_VERSION}, but platform ${platform.clusterName} says ${kubernetesVersion}; leave it out`);
}

interface MonitorProps {
  readonly podMonitor?: unknown;
  readonly podMonitorLabels?: unknown;
}

/** Its labels; none without a PodMonitor. */
export function checkPodMonitor(scope: Construct, props: MonitorProps): Record<string, string> | undefined {
  const { podMonitor = false, podMonitorLabels: labels } = props;
  if (!checkBoolean(scope, 'podMonitor', podMonitor)) {
    if (labels !== undefined) throw new ValidationError(scope, 'podMonitorLabels is set but podMonitor is false; set podMonitor: true, or leave the labels out');
    return undefined;
  }
  if (labels === undefined) return {};
  const isMap = typeof labels === 'object' && labels !== null && !Array.isArray(labels);
  if (isMap && Object.values(labels).every((value) => typeof value === 'string')) return labels as Record<string, string>;
  throw new ValidationError(scope, `podMonitorLabels is ${formatValue(labels)}; give labels, for example { release: 'prometheus' }`);
}
