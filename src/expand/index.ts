/** The one door: a resource, a platform and inputs go in, children come out. Pure, and the same everywhere. */
import { credentialProblem } from '../api/credentials';
import type { PlatformSpec } from '../api/platform';
import { isArtifactResource, sourceOf } from '../api/resource';
import type { Resource } from '../api/resource';
import { artifactOf, expandArtifact, runTemplate } from './artifact';
import { buildChildren } from './build';
import type { Child, RetryTokens } from './child';
import { ExpandError } from './error';
import type { Inputs } from './inputs';
import { expandNotebook } from './notebook';
import { runnable } from './runtime';
import { expandServer } from './server';
import { checkSource } from './source';

export { clientPort, podsServiceName, replicaRange, replicasProblem } from './autoscaling';
export { CLOUD_NAMES } from '../clouds/pods';
export { archivesOf } from './archive';
export type { UsedArchive } from './archive';
export { artifactOf, CONTAINER_NAMES, deletionJob } from './artifact';
export { noBuilds } from './build';
export { envoyGatewayOf, envoyGatewayProblem, proxiesOf } from './model-gateway';
export { toInterceptor } from './network-policies';
export { clusterDomainOf, serverAddress, toServers } from './server-address';
export type { ServerAddress } from './server-address';
export { IMAGE_DIGEST_ANNOTATION, isWorkload, namespaceOf, PICKER_ROLE, STEPS, WORKLOAD_KINDS } from './child';
export type { Child, KubeObject, RetryTokens, Step } from './child';
export { ENGINE_TYPES, engineOf } from './engines';
export type { Engine } from './engines';
export { ExpandError } from './error';
export { architectureProblem } from './architecture';
export { withDerived } from './derived';
export type { Derivation } from './derived';
export { diskProblem } from './disks';
export { factsGiven, factsMadeBy, factsOf } from './facts';
export { NO_UPLOADS } from './image';
export { fitOf } from './fit';
export { fitProblem } from './fit-remedies';
export { CycleError, describe, inOrder, keyOf, keyOfResource } from './graph';
export { MAX_DISRUPTIONS_ANNOTATION } from './job';
export { isByKeda, kedaOf, kedaProblem, SERVER_HEADER } from './keda';
export { artifactUrl, gatesOf, isOpenTo, located, noStreaming, resolveInputs, UNRESOLVED } from './inputs';
export type { Artifact, Gate, Input, Inputs } from './inputs';
export { notebookName, notebookStorage, TOKEN_HIDES_ACTIVITY, tokenSecretName } from './notebook';
export { groupName } from './group';
export type { LeaderWorkerSet } from './group';
export { BUILD_PARTS, CHILD_TYPES, childTypes, PICKER_ACCESS_TYPES, SCALER_KINDS, workspaceTypes } from './object-types';
export type { ObjectType } from './object-type';
export { noCapacity, placedPools } from './placement';
export { BUILD_CONSTRAINTS, openShiftAddons } from './openshift';
export { overlayConflict } from './overlay';
export { pickerName } from './picker';
export { INSTALL_INFERENCE_EXTENSION, pickerGrants } from './picker-access';
export { accountProblem } from './pod';
export { podDefaultsOf, withPodDefaults } from './pod-defaults';
export { runtimeEnvProblem } from './env';
export { gpuOf, gpuRequestOf, unknownGpu } from './gpus';
export { placesOf } from './places';
export type { Place } from './places';
export { capacitiesOf, hasCapacity, noPoolFor, poolsFor, queueProblem, tooManyReplicas, unitsOf, unnamedGpu } from './pools';
export { lentTooShort, queueKindProblem, QUEUE_ROLE, REQUEST_ANNOTATION, REQUEST_KIND } from './queue';
export { limitsProblem } from './resources';
export { fewReplicas, hasPicker, noGateway } from './routing';
export { PROGRAM_ROLE, runnable, runtimeOf, runtimeSpecProblem } from './runtime';
export { noRoomFor } from './room';
export { DEFAULT_STARTUP, probeTimeoutProblem, serverSelector, serviceName } from './server';
export { stagingProblem } from './staging';
export { withWorkloadDefaults } from './workload-defaults';
export { expandWorkspace, isUngranted, missingValues, workspaceNamespaces } from './workspace';

export interface ExpandContext {
  readonly platform: PlatformSpec;
  readonly inputs: Inputs;
  /** Steps to run again. */
  readonly tokens?: RetryTokens;
}

/**
 * The children of a resource, in the order in which they are applied.
 *
 * @throws ExpandError if the resource asks for what cannot be, in words that its author can act on.
 */
export function expand(resource: Resource, context: ExpandContext): Child[] {
  checkCredentials(resource);
  switch (resource.kind) {
    case 'Model':
    case 'Dataset': return expandArtifact(resource, context);
    case 'Server': return expandServer(resource, context);
    case 'Notebook': return expandNotebook(resource, context);
    default: throw new ExpandError(`kind ${(resource as { kind: string }).kind} is none of Model, Dataset, Server, Notebook`);
  }
}

/**
 * Fails where `expand` would, at a fraction of its cost: names and helpers, which cannot fail, are left out.
 *
 * @throws ExpandError if the resource asks for what cannot be, in words that its author can act on.
 */
export function checkExpandable(resource: Resource, context: ExpandContext): void {
  if (!isArtifactResource(resource)) {
    expand(resource, context);
    return;
  }
  checkCredentials(resource);
  checkSource(resource, context.platform);
  if (sourceOf(resource)) return;
  buildChildren(resource, context);
  runTemplate(runnable(resource, context.platform), artifactOf(resource, context.platform, context.inputs), context);
}

/** As at synth, for what was written by hand. */
function checkCredentials({ spec }: Resource): void {
  const problem = credentialProblem(spec);
  if (problem) throw new ExpandError(problem);
}
