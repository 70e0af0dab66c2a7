/** What the author of a resource asks for, as a digest: it tells an edit of theirs from another version of this library. */
import { digest, shortDigest } from '../../api/digest';
import { durationOf, secondsOf } from '../../api/duration';
import { amountOf, gibibytes, isQuantity } from '../../api/quantity';
import type { AdapterSpec, QuantityOrInteger, Reference, Resource, ResourcesSpec } from '../../api/resource';
import type { Artifact, Inputs } from '../../expand';

/** Fields that do not decide what runs in the pod. */
const OUTSIDE_THE_POD = [
  'suspend', 'replicas', 'scaling', 'surge', 'sharing', 'deletionPolicy', 'idleTimeout', 'restartOnChange', 'storage', 'staging', 'retries',
];

/**
 * Digest of the part of the spec, and of the inputs, that decide the pod. What means the same gives the same digest, however it is
 * written, and the way in which the constructs write it gives what it has always given: digests are stored in the cluster.
 */
export function intentOf(resource: Resource, inputs: Inputs): string {
  const fields = Object.entries(resource.spec).filter(([field]) => !OUTSIDE_THE_POD.includes(field));
  const spec = Object.fromEntries(fields.map(([field, value]) => [field, normal(field, value, resource)]));
  const recipes = Object.entries(inputs).map(([field, input]: [string, Artifact]) => [field, input.recipeDigest] as const);
  return shortDigest(digest({ spec, ...Object.fromEntries(recipes) }));
}

function normal(field: string, value: unknown, { metadata: { namespace } }: Resource): unknown {
  if (value === undefined || value === null) return undefined;
  switch (field) {
    case 'resources': return normalResources(value as ResourcesSpec);
    case 'timeout':
    case 'startupTimeout':
    case 'probeTimeout':
    case 'terminationGracePeriod': return normalDuration(String(value));
    case 'model':
    case 'dataset':
    case 'base': return normalReference(value as Reference, namespace);
    case 'adapters': return normalAdapters(value as AdapterSpec[], namespace);
    case 'podSecurity': return value === 'baseline' ? undefined : value;
    default: return value;
  }
}

/** Their order means nothing. */
function normalAdapters(adapters: readonly AdapterSpec[], own?: string): AdapterSpec[] {
  return adapters.map(({ name, model }) => ({ name, model: normalReference(model, own) })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function normalResources({ cpu, memory, disk, gpu, limits, sharedMemory, ...rest }: ResourcesSpec): object {
  return {
    ...rest,
    cpu: normalCores(cpu),
    memory: normalGibibytes(memory),
    disk: normalGibibytes(disk),
    sharedMemory: normalGibibytes(sharedMemory),
    limits: limits && { cpu: normalCores(limits.cpu), memory: normalGibibytes(limits.memory) },
    gpu: gpu && { ...gpu, count: gpu.count ?? 1 },
  };
}

/** A whole number of cores, or thousandths of one. */
function normalCores(value?: QuantityOrInteger): QuantityOrInteger | undefined {
  if (value === undefined || !isQuantity(value)) return value;
  const amount = amountOf(String(value));
  return Number.isInteger(amount) ? amount : `${Math.round(amount * 1000)}m`;
}

/** In the largest unit of which it is a whole number. */
function normalGibibytes(value?: QuantityOrInteger): QuantityOrInteger | undefined {
  if (value === undefined || !isQuantity(value)) return value;
  const bytes = amountOf(gibibytes(value));
  if (bytes % 2 ** 30 === 0) return bytes / 2 ** 30;
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20}Mi`;
  return bytes % 2 ** 10 === 0 ? `${bytes / 2 ** 10}Ki` : String(bytes);
}

function normalDuration(value: string): string {
  const seconds = secondsOf(value);
  return seconds === undefined ? value : durationOf(seconds);
}

function normalReference({ namespace, ...rest }: Reference, own?: string): Reference {
  return namespace === own ? rest : { ...rest, namespace };
}
