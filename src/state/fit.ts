/** Whether each of what was synthesized fits its GPUs or its memory. */
import { definedOnly } from '../api/defined';
import type { FactsSpec } from '../api/facts';
import type { PlatformSpec } from '../api/platform';
import type { Resource } from '../api/resource';
import { ExpandError, fitOf, fitProblem, gpuRequestOf, namespaceOf } from '../expand';
import { runtimeNamed } from '../runtimes';
import type { Runtime } from '../runtimes';
import type { Fit, FitPart, Verdict } from '../sizing/fit';
import type { ServingFit } from '../sizing/serving';
import { noPlatform } from './cluster';
import { factsFor } from './facts';
import type { ClusterState, State } from './state';

/** The fit of a resource, with the numbers. */
export interface ResourceFit {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: Resource['kind'];
  readonly name: string;
  readonly verdict: Verdict;
  /** Why; where it does not fit, with what to change. */
  readonly reason: string;
  /** Memory of one GPU, or of the pod, that programs can use, in GiB, and what takes it. */
  readonly usableGiB?: number;
  readonly parts?: readonly FitPart[];
  /** Of a Server: most tokens of a request and its answer that fit, and how many of those requests at once. */
  readonly contextLength?: number;
  readonly concurrency?: number;
}

/** The fit of all Servers, trainings and quantizations, in the order of the manifests. */
export function fitsOf({ clusters }: State): ResourceFit[] {
  return clusters.flatMap((cluster) => cluster.resources.flatMap((resource) => fitFor(cluster, resource) ?? []));
}

/** The fit of a resource; `undefined` of what computes with no model: datasets, imports, notebooks. */
export function fitFor(cluster: ClusterState, resource: Resource): ResourceFit | undefined {
  if (!computes(resource)) return undefined;
  const { kind, metadata: { name } } = resource;
  return { cluster: cluster.name, namespace: namespaceOf(resource), kind, name, ...verdictOf(cluster, resource) };
}

function computes({ kind, spec }: Resource): boolean {
  if (kind === 'Server') return true;
  const role = spec.runtime && runtimeNamed(spec.runtime.name)?.role;
  return kind === 'Model' && (role === 'trainer' || role === 'quantizer');
}

type Judged = Omit<ResourceFit, 'cluster' | 'namespace' | 'kind' | 'name'>;

function verdictOf(cluster: ClusterState, resource: Resource): Judged {
  const { platform } = cluster;
  const runtime = resource.spec.runtime && runtimeNamed(resource.spec.runtime.name);
  if (!runtime) return unknown('it runs an image, of which nothing is known');
  if (!platform) return unknown(noPlatform(cluster));
  try {
    const facts = factsFor(cluster, resource);
    if (!facts) return unknown('the facts of its model are not known; set facts of the Model, for example by ModelFacts.fromFile of what substratus facts writes');
    return judged({ resource, facts, platform, runtime });
  } catch (error) {
    if (error instanceof ExpandError) return unknown(error.message);
    throw error;
  }
}

interface Known {
  readonly resource: Resource;
  readonly facts: FactsSpec;
  readonly platform: PlatformSpec;
  readonly runtime: Runtime;
}

function judged({ resource, facts, platform, runtime }: Known): Judged {
  const fit: (Fit & Partial<ServingFit>) | undefined = fitOf(resource, facts, platform);
  if (!fit) return unknown(whyNot(resource, runtime, platform));
  const { verdict, usableGiB, parts, contextLength, concurrency } = fit;
  const reason = fitProblem(resource, facts, platform) ?? fit.reason;
  return { verdict, reason, parts, ...definedOnly({ usableGiB, contextLength, concurrency }) };
}

/** Why nothing is computed. */
function whyNot({ spec: { args = [], resources } }: Resource, { name, role }: Runtime, platform: PlatformSpec): string {
  const request = gpuRequestOf(resources, platform);
  if (request && !request.gpu) return 'which GPU it gets is not known; name one';
  return args.length > 0 ? `args are set, which can change all that ${name} takes` : `for ${role} ${name} as it is set, nothing is computed`;
}

function unknown(reason: string): Judged {
  return { verdict: 'unknown', reason };
}
