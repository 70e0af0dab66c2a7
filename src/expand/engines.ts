/** Programs of others whose objects are children of a Server, where a cluster has them: their types, and what is said where it does not. */
import type { EnginesSpec } from '../api/engines';
import type { PlatformSpec } from '../api/platform';
import type { Reason } from '../api/status';
import { INSTALL_KEDA } from './keda';
import { INSTALL_LWS } from './lws';
import type { ObjectType } from './object-type';
import { INFERENCE_EXTENSION, INSTALL_INFERENCE_EXTENSION } from './picker-access';
import { hasQueue, QUEUE_TYPES } from './queue';

export interface Engine {
  /** As in "install …". */
  readonly name: string;
  /** As in "the cluster has no ScaledObject, which … needs". */
  readonly feature: string;
  /** The line that installs it. */
  readonly install: string;
  /** Why a resource is stalled where the cluster lacks one of the types. */
  readonly missing: Reason;
  readonly types: readonly ObjectType[];
}

/** Engines by the field of the platform that says that the cluster has them. */
export const ENGINES: Readonly<Record<keyof EnginesSpec, Engine>> = {
  keda: {
    name: 'KEDA and its HTTP add-on',
    feature: 'autoscaling by requests',
    install: INSTALL_KEDA,
    missing: 'KedaMissing',
    types: [
      { group: 'http.keda.sh', version: 'v1beta1', plural: 'interceptorroutes', kind: 'InterceptorRoute', namespaced: true },
      { group: 'keda.sh', version: 'v1alpha1', plural: 'scaledobjects', kind: 'ScaledObject', namespaced: true },
    ],
  },
  inferenceExtension: {
    name: INFERENCE_EXTENSION,
    feature: 'routing by the beginning of requests',
    install: INSTALL_INFERENCE_EXTENSION,
    missing: 'InferenceExtensionMissing',
    types: [{ group: 'inference.networking.k8s.io', version: 'v1', plural: 'inferencepools', kind: 'InferencePool', namespaced: true }],
  },
  leaderWorkerSet: {
    name: 'LeaderWorkerSet',
    feature: 'a Server on many nodes',
    install: INSTALL_LWS,
    missing: 'LwsMissing',
    types: [{ group: 'leaderworkerset.x-k8s.io', version: 'v1', plural: 'leaderworkersets', kind: 'LeaderWorkerSet', namespaced: true }],
  },
};

/** What GKE brings, where the platform has queued pools. */
const QUEUE: Engine = {
  name: 'the API of ProvisioningRequest',
  feature: 'queued capacity',
  install: 'GKE has it, and flex-start, from version 1.32.2-gke.1652000 on',
  missing: 'QueueMissing',
  types: QUEUE_TYPES,
};

const ALL_ENGINES: readonly Engine[] = [...Object.values(ENGINES), QUEUE];

/** Types that a cluster may do without. */
export const ENGINE_TYPES: readonly ObjectType[] = ALL_ENGINES.flatMap(({ types }) => types);

/** The engine that an object is for; `undefined` for an object that every cluster knows. */
export function engineOf(kind: string | undefined): Engine | undefined {
  return ALL_ENGINES.find(({ types }) => types.some((type) => type.kind === kind));
}

/** Types of the engines that the platform says the cluster has, and of what queued pools take. */
export function engineTypes(platform: EnginesSpec & Pick<PlatformSpec, 'gpuPools'>): readonly ObjectType[] {
  const names = Object.keys(ENGINES) as (keyof EnginesSpec)[];
  const types = names.filter((name) => platform[name] !== undefined).flatMap((name) => ENGINES[name].types);
  return hasQueue(platform) ? [...types, ...QUEUE.types] : types;
}
