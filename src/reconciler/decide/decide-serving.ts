/**
 * Servers and Notebooks: what costs exists only once its inputs are Ready, and is then kept: the pods that run stay until the next
 * revision may replace them, whatever becomes of what they were made from.
 */
import type { Deployment } from 'kubernetes-types/apps/v1';
import { spansNodes } from '../../api/nodes';
import type { PlatformSpec } from '../../api/platform';
import type { ServerResource, ServerSpec } from '../../api/resource';
import { gatesOf, isByKeda, isWorkload, located, PICKER_ROLE, SCALER_KINDS, UNRESOLVED } from '../../expand';
import type { Child, Input, Inputs, KubeObject } from '../../expand';
import { artifactsOf } from '../observe/applied';
import { fingerprintOf } from '../observe/fingerprint';
import { intentOf } from '../observe/intent';
import type { Observed, ObservedChild } from '../observe/observed';
import type { ObservedPod } from '../observe/pods';
import { missingArchive } from './archives';
import { attemptOf, retryOf, tokensOf } from './attempt';
import type { Attempt } from './attempt';
import type { Decision, Desired } from './decision';
import { resolve } from './gates';
import type { Closed } from './gates';
import { culledAt } from './idle';
import { keepsRunning, restartOf } from './notebook-revision';
import { isComplete, servesItself } from './serving';
import type { Serving } from './serving';
import { buildVerdict, servingVerdict, waitingToServe } from './serving-verdict';
import { missingToken, tokenSecret } from './token-secret';
import type { ServingView } from './view';

export function decideServing(view: ServingView): Decision {
  const { deployment, former } = workloadsOf(view);
  const resolution = resolve(view);
  const latched = deployment?.applied?.inputs;
  const inputs = resolution.state === 'open' ? resolution.inputs : latched ?? (resolution.state === 'waiting' ? resolution.inputs : undefined);
  const missing = resolution.state === 'open' ? missingArchive(view, 'code') : undefined;
  const closed = resolution.state === 'open' ? missing : resolution.closed;
  if (!inputs) return { desired: [], obsolete: [], verdict: waitingToServe(view.resource, closed as Closed) };
  const isHeld = closed !== undefined && latched !== undefined && (missing !== undefined || !refersTo(view.resource, latched));
  return serve({ view, deployment, former, inputs, closed, isHeld, culledAt: culledAt(view, deployment) });
}

/** What runs the pods, and what has run them before; while the one is not there yet, the other takes its place. */
function workloadsOf({ resource, children }: ServingView): Pick<Serving, 'deployment' | 'former'> {
  const there = children.filter((child) => servesItself(child) && !child.metadata.deletionTimestamp);
  const wanted = workloadKind(resource);
  const [deployment = there[0]] = there.filter(({ kind }) => kind === wanted);
  return { deployment, former: there.find(({ kind }) => kind !== wanted) };
}

function workloadKind({ kind, spec }: Observed): string {
  return kind === 'Server' && spansNodes(spec as ServerSpec) ? 'LeaderWorkerSet' : 'Deployment';
}

/** Whether the references are still those that the inputs were resolved from. */
function refersTo(resource: Observed, inputs: Inputs): boolean {
  const gates = gatesOf(resource);
  const isSame = ({ field, name, namespace }: Input) => inputs[field]?.name === name && inputs[field].namespace === namespace;
  return gates.length === Object.keys(inputs).length && gates.every(isSame);
}

function childrenOf({ view, inputs, isHeld, culledAt: asleepSince }: Serving): Child[] {
  const { resource, platform, expand, children: existing } = view;
  const expanded = asleepSince === undefined ? resource : { ...resource, spec: { ...resource.spec, suspend: true } } as typeof resource;
  const known = isHeld ? { ...unresolved(resource, platform), ...inputs } : inputs;
  return serviceFirst(expand(expanded, { platform, inputs: known, tokens: tokensOf(resource, existing) }));
}

/** What stands for inputs that are not known, where the pods stay as they are. */
function unresolved(resource: Observed, platform: PlatformSpec): Inputs {
  return Object.fromEntries(gatesOf(resource).map(({ field, ...gate }) => (
    [field, located(platform, { ...gate, recipeDigest: UNRESOLVED })])));
}

function serve(serving: Serving): Decision {
  const { view: { resource, children: existing, pods }, deployment, former, inputs, closed, isHeld } = serving;
  const children = childrenOf(serving);
  const intent = intentOf(resource, inputs);
  const build = buildOf(children, { existing, intent, pods });
  const unbuilt = build?.state === 'absent' ? missingArchive(serving.view, 'build.archive') : undefined;
  const waits = closed !== undefined || (build !== undefined && build.state !== 'succeeded');
  const desired = children.flatMap((child) => desiredOf(child, { serving, intent, build, waits, mayBuild: unbuilt === undefined }));
  const isDone = deployment?.deployment !== undefined && deployment !== former && isComplete(deployment.deployment);
  const isRolledOut = isDone && !isHeld && !waits;
  const isOld = isOutdated(children, { serving, intent });
  const verdict = build && build.state !== 'succeeded' && !closed && !unbuilt && !resource.spec.suspend
    ? buildVerdict(serving, build) : servingVerdict({ ...serving, closed: closed ?? unbuilt }, { isOutdated: isOld });
  return {
    desired,
    obsolete: isRolledOut && !isOld ? [...obsolete(existing, desired), ...former ? [former] : []] : [],
    inTheWay: [
      ...(build?.state === 'absent' ? build.inTheWay : []), ...formerScalers(existing, children),
      ...former && makesWay(resource, waits || isHeld || deployment === former) ? [former] : [],
    ],
    verdict,
    ...((!deployment && !waits) || missingToken(resource, pods) ? tokenSecret(resource) : {}),
  };
}

/**
 * The Service says what the former revision serves before the Deployment goes on; and no GPU is taken for a name that someone has, or
 * where nothing can scale it or choose among its replicas.
 */
function serviceFirst(children: readonly Child[]): Child[] {
  const isFirst = ({ object: { kind = '' } }: Child) => ['Service', 'InterceptorRoute', 'InferencePool'].includes(kind);
  return [...children.filter(isFirst), ...children.filter((child) => !isFirst(child))];
}

/** An autoscaler that is not wanted any more goes first, or the two would fight over the number of replicas. */
function formerScalers(existing: readonly ObservedChild[], children: readonly Child[]): ObservedChild[] {
  return existing.filter(({ kind }) => SCALER_KINDS.includes(kind) && !children.some(({ object }) => object.kind === kind));
}

/**
 * Whether what has run the pods goes once there is what is to run them, for its GPUs are needed; it serves until then. With `surge` it
 * stays until the other one answers.
 */
function makesWay({ spec }: Observed, waits: boolean): boolean {
  const { surge = !spansNodes(spec as ServerSpec), suspend = false } = spec as ServerSpec;
  return suspend || (!waits && !surge);
}

interface Before {
  readonly existing: readonly ObservedChild[];
  readonly intent: string;
  readonly pods: readonly ObservedPod[];
}

function buildOf(children: readonly Child[], { existing, intent, pods }: Before): Attempt | undefined {
  const build = children.find(({ step }) => step === 'build');
  return build && attemptOf(build, { children: existing, intent, pods });
}

interface Circumstances {
  readonly serving: Serving;
  readonly intent: string;
  readonly build?: Attempt;
  readonly waits: boolean;
  /** Whether what the image is built from is there. */
  readonly mayBuild: boolean;
}

/** Kinds that cost nothing while they wait, so that a Service has its name early. */
const FREE_KINDS = ['ConfigMap', 'Service', 'PodDisruptionBudget', 'InterceptorRoute', 'InferencePool', 'NetworkPolicy'];

function desiredOf({ step, object }: Child, { serving, intent, build, waits, mayBuild }: Circumstances): Desired[] {
  const { inputs, isHeld, view } = serving;
  const base: Desired = { object, intent, inputs };
  if (step === 'build' && !mayBuild) return [];
  if (step === 'build') return desiredBuild({ ...base, retry: retryOf(view.resource) }, build, view.resource.spec.suspend);
  if (object.kind === 'Service') return [{ ...base, former: formerOf(serving) }];
  if (FREE_KINDS.includes(object.kind ?? '')) return [base];
  if (!isWorkload(object)) return [{ ...base, onlyIfThere: waits }];
  const isBuilding = build !== undefined && build.state !== 'succeeded';
  /* What is suspended is changed once it goes on: a template that the API server refuses keeps no GPU from being freed. */
  const keepsTemplate = isHeld || isBuilding || view.resource.spec.suspend || staysBehind(object, { serving, intent });
  const latches = { culledAt: serving.culledAt, restart: restartOf(view.resource) };
  return [{ ...base, ...latches, object: withReplicas(object as Deployment, serving), onlyIfThere: waits, keepsTemplate }];
}

/**
 * An autoscaler has the number from when it first sets one. Until then it stays: a number that is given up would become 1. Only KEDA goes
 * on from 0 by itself.
 */
function withReplicas(object: Deployment, { view: { resource }, deployment }: Serving): KubeObject {
  const { ownsReplicas = false, replicas = 0 } = deployment?.deployment ?? {};
  const mayStay = replicas > 0 || (resource.kind === 'Server' && isByKeda(resource as ServerResource));
  if (object.spec?.replicas !== undefined || !ownsReplicas || !mayStay) return object as KubeObject;
  return { ...object, spec: { ...object.spec, replicas } } as KubeObject;
}

/**
 * What pods of former revisions serve is kept for as long as one of them may: an artifact in use is not deleted. It stands on the
 * Service, for another annotation would make another generation of the Deployment.
 */
function formerOf({ view: { children }, deployment, inputs }: Serving): string[] | undefined {
  const service = children.find(({ kind }) => kind === 'Service');
  if (!deployment?.deployment) return undefined;
  const now = artifactsOf({ inputs });
  const serves = artifactsOf({ inputs: deployment.applied?.inputs });
  if (serves.join() === now.join() && isComplete(deployment.deployment)) return undefined;
  const former = [...serves, ...artifactsOf(service?.applied ?? {})].filter((url) => !now.includes(url));
  return former.length > 0 ? [...new Set(former)].sort() : undefined;
}

function desiredBuild(base: Desired, build: Attempt | undefined, suspend = false): Desired[] {
  if (!build || (build.state === 'absent' && (suspend || build.inTheWay.length > 0))) return [];
  if (build.state === 'absent') return [base];
  const { name, namespace } = build.job.metadata;
  return [{ ...base, object: { ...base.object, metadata: { ...base.object.metadata, name, namespace } }, keepsTemplate: true }];
}

/**
 * Whether the pods stay as they are though others are declared: those of a Server that were made by another version of this library, or
 * for another platform, for nobody has asked for other ones; and those of a notebook that runs.
 */
function staysBehind(object: Child['object'], { serving, intent }: Pick<Circumstances, 'serving' | 'intent'>): boolean {
  const { view: { resource, rollOnUpgrade }, deployment } = serving;
  const { applied } = deployment ?? {};
  if (applied === undefined || applied.template === fingerprintOf(object).template) return false;
  const isOlder = applied.intent === intent;
  return resource.kind === 'Notebook' ? keepsRunning(serving, isOlder) : isOlder && !rollOnUpgrade;
}

function isOutdated(children: readonly Child[], circumstances: Pick<Circumstances, 'serving' | 'intent'>): boolean {
  const deployment = children.find(({ object }) => isWorkload(object));
  return deployment !== undefined && staysBehind(deployment.object, circumstances);
}

/** What no revision needs any more. A notebook's disk is always needed. */
function obsolete(existing: readonly ObservedChild[], desired: readonly Desired[]): ObservedChild[] {
  const nameOf = ({ kind, metadata }: KubeObject) => `${kind}/${metadata?.namespace}/${metadata?.name}`;
  const names = new Set(desired.map(({ object }) => nameOf(object)));
  return existing.filter((child) => isPassing(child) && !names.has(nameOf(child)));
}

function isPassing({ kind, role, job }: ObservedChild): boolean {
  return FREE_KINDS.includes(kind) || role === PICKER_ROLE || job?.outcome !== undefined;
}
