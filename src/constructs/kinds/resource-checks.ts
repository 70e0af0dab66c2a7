/** What is wrong with a resource, once the platform and all other resources are known. */
import { workspaceOf } from '../../api/platform';
import type { PlatformSpec } from '../../api/platform';
import { sourceOf } from '../../api/resource';
import type { ArtifactSpec, Resource, ResourcesSpec, ServerSpec } from '../../api/resource';
import type { GpuRequest } from '../../clouds/cloud';
import { cloudNamed } from '../../clouds/pods';
import {
  architectureProblem, capacitiesOf, checkExpandable, describe, diskProblem, ExpandError, fitProblem, gatesOf, gpuRequestOf, hasCapacity,
  isOpenTo, keyOf, located, namespaceOf, noGateway, noPoolFor, noRoomFor, poolsFor, queueKindProblem, queueProblem, runnable,
  stagingProblem, tooManyReplicas, unnamedGpu, UNRESOLVED,
} from '../../expand';
import type { Gate, Inputs } from '../../expand';
import { noSuchGpu, noSuchMachine } from '../platform/machines';
import type { CheckPass } from './check-pass';
import type { Declaration, Declarations } from './declarations';

/** The errors of one resource, without the construct's path, which cdk8s puts before each. */
export function resourceErrors(declaration: Declaration, all: Declarations, pass: CheckPass): string[] {
  const { object } = declaration;
  const { patchProblem } = object;
  if (patchProblem) return [patchProblem];
  const { rendered } = object;
  const namespace = namespaceOf(rendered);
  const gates = gatesOf(rendered);
  const foreign = gates.filter((gate) => gate.namespace !== namespace);
  const errors = duplicateErrors(declaration, all).concat(recipeErrors(declaration, all), sharingErrors(foreign, namespace, all));
  const { platform } = pass;
  if (!all.platform || !platform || errors.length > 0) return errors;
  if (!workspaceOf(platform, namespace)) return [all.platform._unknownWorkspace(namespace)];
  const problems = readErrors(foreign, namespace, platform).concat(buildErrors(rendered, platform), stagingErrors(rendered, declaration));
  if (problems.length > 0) return problems;
  const unexpandable = expandErrors(declaration, gates, { all, pass });
  return unexpandable.length > 0 ? unexpandable : gatewayErrors(rendered, platform).concat(fitErrors(declaration, rendered, platform));
}

/** Of a Server that is to be reached in a way that nobody uses. */
function gatewayErrors({ kind, spec }: Resource, platform: PlatformSpec): string[] {
  const problem = kind === 'Server' ? noGateway(spec as ServerSpec, platform) : undefined;
  return problem === undefined ? [] : [problem];
}

/** What the memory of its GPUs cannot hold, by the facts of its model. */
function fitErrors({ facts }: Declaration, resource: Resource, platform: PlatformSpec): string[] {
  const problem = facts && fitProblem(resource, facts, platform);
  return problem === undefined ? [] : [problem];
}

function duplicateErrors({ construct, object }: Declaration, all: Declarations): string[] {
  const first = all.find(object.key);
  if (!first || first.construct === construct) return [];
  const { kind, metadata: { name } } = object.declared;
  const where = describe({ kind, namespace: namespaceOf(object.declared), name });
  return [`${where} is declared at ${first.construct.node.path} already; give one of them another id or metadata.name`];
}

/** Two resources of one recipe would write the same folder at the same time. */
function recipeErrors(declaration: Declaration, all: Declarations): string[] {
  const first = all.firstOfRecipe(declaration);
  const { kind, name, declared } = declaration.object;
  if (sourceOf(declared)) return []; // nothing is written
  if (!first || first === declaration || first.object.name === name) return [];
  return [`${kind} ${name} has the same recipe as ${kind} ${first.object.name} at ${first.construct.node.path}; `
    + 'use that one, or give it a param that tells them apart'];
}

/** What a build needs, in the words of the props. */
function buildErrors(resource: Resource, platform: PlatformSpec): string[] {
  if (!resource.spec.build) return [];
  const namespace = namespaceOf(resource);
  if (!workspaceOf(platform, namespace)?.builds) {
    return [`imageBuild needs an unconfined pod, which workspace ${namespace} does not allow; `
      + `set builds: true in addWorkspace('${namespace}'), or set image instead of imageBuild`];
  }
  if (!platform.registry) return [`imageBuild needs an image registry but platform ${platform.clusterName} has none; give registry to the platform`];
  return [];
}

/** Artifacts of other namespaces, where they are declared here and so is with whom they are shared. */
function sharingErrors(foreign: readonly Gate[], namespace: string, all: Declarations): string[] {
  return foreign.flatMap((gate) => {
    const owner = all.find(keyOf(gate))?.object.declared;
    if (!owner || isOpenTo(owner, namespace)) return [];
    return [`${describe(gate)} is not shared with namespace ${namespace}; add sharedWith: ['${namespace}'] to it`];
  });
}

function readErrors(foreign: readonly Gate[], namespace: string, platform: PlatformSpec): string[] {
  if (foreign.length === 0) return [];
  const reads = workspaceOf(platform, namespace)?.reads ?? [];
  return foreign
    .filter((gate) => !reads.includes(gate.namespace))
    .map((gate) => `${describe(gate)} is in a workspace that ${namespace} may not read; add it to reads of addWorkspace('${namespace}')`);
}

/** A resource without what says nothing about the nodes that it can be on. */
function placeOf({ kind, spec, metadata: { namespace } }: Resource): object {
  const content = { image: undefined, command: undefined, args: undefined, env: undefined, params: undefined };
  return { kind, namespace, spec: { ...spec, ...content, model: undefined, dataset: undefined } };
}

/** What no node of the platform can hold. */
function placeErrors(resource: Resource, platform: PlatformSpec): string[] {
  const { spec } = resource;
  const namespace = namespaceOf(resource);
  const { resources = {} } = spec;
  const request = gpuRequestOf(resources, platform);
  const errors = request ? [...gpuErrors(request, resources, platform), ...replicaErrors(resource, request, platform)] : [];
  if (errors.length > 0) return errors;
  const notHere = queueKindProblem(resource, platform);
  if (notHere) return [notHere];
  const problem = noRoomFor(spec, platform) ?? architectureProblem(spec, { platform, namespace }) ?? diskProblem(resource, platform);
  return problem === undefined ? [] : [problem];
}

function gpuErrors(request: GpuRequest, { capacity }: ResourcesSpec, platform: PlatformSpec): string[] {
  const cloud = cloudNamed(platform.cloud);
  const { gpu, count } = request;
  if (!gpu) return cloud.machines.length > 0 ? [unnamedGpu(count, platform)] : [];
  const { name } = gpu;
  const isCustom = platform.gpus?.some((custom) => custom.name === name) ?? false;
  const impossible = isCustom ? undefined : noSuchGpu(cloud, name) ?? noSuchMachine(cloud, name, count);
  if (impossible) return [impossible];
  if (platform.autoProvisioning) return [];
  const missing = noPoolFor(request, platform);
  if (missing) return [missing];
  const queue = queueProblem(request, platform, capacity);
  if (queue) return [queue];
  const fitting = poolsFor(request, platform, capacity);
  if (!fitting.some((pool) => hasCapacity(pool, capacity))) {
    return [`capacity is ${capacity ?? ''} but the pools with ${name} are not (${names(fitting)}); add such a pool, or leave capacity out`];
  }
  return [];
}

/** Of a Server whose number of replicas is said here, be it the most of them. */
function replicaErrors({ kind, spec }: Resource, request: GpuRequest, platform: PlatformSpec): string[] {
  const { replicas, autoscaling, nodes, suspend, resources } = spec as ServerSpec;
  if (kind !== 'Server' || (replicas === undefined && !autoscaling) || suspend) return [];
  const most = autoscaling ? { field: 'autoscaling.max', replicas: autoscaling.max } : { field: 'replicas', replicas: replicas ?? 1 };
  const asked = { ...most, ...(nodes !== undefined && { nodes }) };
  const problem = tooManyReplicas(asked, request, { platform, capacity: resources?.capacity });
  return problem === undefined ? [] : [problem];
}

function names(pools: NonNullable<PlatformSpec['gpuPools']>): string {
  return pools.map((pool) => `${pool.name}: ${capacitiesOf(pool).join(' or ')}`).join(', ');
}

function stagingErrors({ spec }: Resource, { facts, made }: Declaration): string[] {
  const problem = stagingProblem(spec as ArtifactSpec, { ...(facts && { from: facts }), ...(made && { made }) });
  return problem === undefined ? [] : [problem];
}

interface Surroundings {
  readonly all: Declarations;
  readonly pass: CheckPass;
}

/** Whatever else the pools or the expansion would answer, said before it is applied. */
function expandErrors({ object }: Declaration, gates: readonly Gate[], { all, pass }: Surroundings): string[] {
  const { declared, rendered, isPatched } = object;
  const { platform } = pass;
  if (!platform) return [];
  try {
    const { resource } = runnable(rendered, platform);
    const problems = pass.once(placeOf(resource), () => placeErrors(resource, platform));
    const readsSource = gates.some((gate) => all.source(keyOf(gate)) !== undefined);
    if (problems.length > 0) return problems.map((problem) => withOrigin(problem, declared, rendered));
    if (!isPatched && !readsSource && !hasWhatOnlyExpansionJudges(rendered)) return [];
    const expand = () => {
      checkExpandable(rendered, { platform, inputs: inputsOf(rendered, platform, all) });
      return [];
    };
    return isPatched || readsSource ? expand() : [...pass.once(contentOf(rendered), expand)];
  } catch (error) {
    if (error instanceof ExpandError) return [error.message];
    throw error;
  }
}

/** Says of memory that no author asked for where it comes from. */
function withOrigin(problem: string, declared: Resource, rendered: Resource): string {
  if (declared.spec.resources?.memory !== undefined || rendered.spec.resources?.memory === undefined) return problem;
  return problem.replace(/\bmemory is ([^ ,]+)/, 'memory is $1, as much as its model takes');
}

/** A resource without its name and those of its inputs, which were looked at when the props were read: no expansion fails for these. */
function contentOf(resource: Resource): object {
  const { kind, spec, metadata: { namespace } } = resource;
  const inputs = gatesOf(resource).map((gate) => [gate.field, gate.namespace]);
  const references = { model: undefined, dataset: undefined, base: undefined, adapters: undefined };
  return { expanded: kind, namespace, inputs, spec: { ...spec, ...references } };
}

const JUDGED_FIELDS = ['access', 'autoscaling', 'routing', 'nodes', 'mountOptions', 'source'];

/** All other fields were looked at when the props were read, which is cheaper by far than an expansion. */
function hasWhatOnlyExpansionJudges({ spec }: Resource): boolean {
  const { pod, build, runtime, resources: { capacity, sharedMemory } = {} } = spec;
  const first: unknown = pod ?? build ?? runtime ?? capacity ?? sharedMemory;
  return first !== undefined || JUDGED_FIELDS.some((field) => field in spec);
}

/** The inputs of a resource as far as they are known at synth. */
export function inputsOf(resource: Resource, platform: PlatformSpec, all: Declarations): Inputs {
  return Object.fromEntries(gatesOf(resource).map(({ field, ...gate }) => {
    const source = all.source(keyOf(gate));
    const artifact = { ...gate, recipeDigest: all.recipeDigest(keyOf(gate)) ?? UNRESOLVED, ...(source && { source }) };
    return [field, located(platform, artifact)];
  }));
}
