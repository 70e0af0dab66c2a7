/** Models and Datasets: check, run, publish (design decision 7). */
import type { Job } from 'kubernetes-types/batch/v1';
import type { ConfigMap, EnvVar, PersistentVolumeClaim, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { buildContent, canonicalJson, recipeDigest, shortDigest } from '../api/digest';
import type { PlatformSpec } from '../api/platform';
import { API_GROUP, sourceOf } from '../api/resource';
import type { ArtifactResource } from '../api/resource';
import { cloudNamed } from '../clouds/pods';
import { buildChildren } from './build';
import { childMetadata, childName, IMAGE_DIGEST_ANNOTATION, namespaceOf } from './child';
import type { Child, KubeObject, RetryTokens } from './child';
import { claim } from './claim';
import { durationSeconds } from './duration';
import { imageOf } from './image';
import { located } from './inputs';
import type { Artifact, Inputs } from './inputs';
import { helperPodTemplate, stepJob } from './job';
import { paramsOf } from './params';
import { diskClassOf, placementWithDisk } from './placement';
import { userPodTemplate } from './pod';
import type { Context } from './pod';
import { STAY_IN_PLACE } from './pod-parts';
import { isQueued, queuedRun } from './queue';
import { rcloneContainer } from './rclone';
import { runnable } from './runtime';
import type { Runnable } from './runtime';
import { CHECK_SCRIPT, deleteScript, publishScript } from './scripts';
import { writerSecurity } from './security';
import { checkSource } from './source';
import { defaultStagingGiB } from './staging';
import { verifier, withoutCredentials } from './verify';

const DEFAULT_RETRIES = 2;
const STAGING_PATH = '/content/artifacts';

/** Names of the user's containers, as the original Substratus has them. */
/** Which container of a run is the program. */
export const CONTAINER_NAMES = { Model: 'model', Dataset: 'load' } as const;

/** The artifact that a resource produces from its inputs. */
export function artifactOf(resource: ArtifactResource, platform: PlatformSpec, inputs: Inputs): Artifact {
  const { kind, metadata: { name } } = resource;
  const namespace = namespaceOf(resource);
  const digest = recipeDigest(resource, { model: inputs.model?.recipeDigest, dataset: inputs.dataset?.recipeDigest });
  const source = sourceOf(resource);
  return located(platform, { kind, name, namespace, recipeDigest: digest, ...(source && { source }) });
}

export interface ArtifactContext extends Context {
  readonly tokens?: RetryTokens;
}

export function expandArtifact(declared: ArtifactResource, context: ArtifactContext): Child[] {
  checkSource(declared, context.platform);
  if (sourceOf(declared)) return [];
  const artifact = artifactOf(declared, context.platform, context.inputs);
  const run = runnable(declared, context.platform);
  const { resource, program } = run;
  return [
    { step: 'prepare', object: paramsOf(resource).configMap },
    ...(program ? [{ step: 'prepare' as const, object: program }] : []),
    ...buildChildren(resource, context),
    { step: 'check', object: checkJob(resource, artifact, context) },
    { step: 'run', object: stagingClaim(resource, artifact, context.platform) },
    ...runObjects(run, artifact, context),
    { step: 'publish', object: recipeConfigMap(declared, artifact, context.inputs) },
    { step: 'publish', object: publishJob(run, artifact, context) },
  ];
}

function checkJob(resource: ArtifactResource, artifact: Artifact, { platform, tokens }: ArtifactContext): Job {
  const { namespace } = artifact;
  const store = cloudNamed(platform.cloud).store(platform, { namespace, owner: namespace, role: 'artifact-reader' });
  const rclone = rcloneContainer('check', platform);
  const template = helperPodTemplate(resource, { platform }, {
    step: 'check',
    serviceAccountName: 'artifact-reader',
    container: {
      ...rclone,
      command: ['sh', '-c', CHECK_SCRIPT],
      env: sorted([
        ...rclone.env ?? [],
        ...store.env,
        { name: 'DESTINATION', value: store.remotePath(artifact.url) },
        { name: 'RECIPE_DIGEST', value: artifact.recipeDigest },
      ]),
      resources: { requests: { cpu: '100m', memory: '128Mi' } },
    },
    parts: [store],
  });
  return withRecipe(stepJob(resource, { step: 'check', template, tokens }), artifact);
}

/** The Job of the run, after what asks for its nodes where they come up for a request only. */
function runObjects(run: Runnable<ArtifactResource>, artifact: Artifact, context: ArtifactContext): Child[] {
  const { resource, program } = run;
  const { tokens, platform } = context;
  const { retries = DEFAULT_RETRIES } = resource.spec;
  const alone = runTemplate(run, artifact, context);
  const queued = isQueued(resource, platform) ? queuedRun(resource, { template: alone, retries, token: tokens?.run }) : undefined;
  const { template, objects } = queued ?? { template: alone, objects: [] };
  const job = stepJob(resource, { step: 'run', template, retries, tokens, tellsHopeless: program !== undefined });
  return [...objects, job].map((object) => ({ step: 'run', object: withRecipe(object, artifact) }));
}

/** The pod of the user's program: all of an artifact's expansion that can fail, but for its build. */
export function runTemplate({ resource, pod }: Runnable<ArtifactResource>, artifact: Artifact, context: Context): PodTemplateSpec {
  const { timeout } = resource.spec;
  return userPodTemplate(resource, context, {
    role: 'run',
    container: { name: CONTAINER_NAMES[resource.kind] },
    pod: { restartPolicy: 'Never', ...(timeout !== undefined && { activeDeadlineSeconds: durationSeconds('timeout', timeout) }) },
    ...pod,
    parts: [stagingPart(resource, artifact, false), ...pod.parts ?? []],
    staysInPlace: true,
  });
}

function publishJob(run: Runnable<ArtifactResource>, artifact: Artifact, { platform, tokens }: ArtifactContext): Job {
  const { resource, programDigest } = run;
  const { namespace } = artifact;
  const store = cloudNamed(platform.cloud).store(platform, { namespace, owner: namespace, role: 'artifact-writer' });
  const rclone = rcloneContainer('publish', platform);
  const template = helperPodTemplate(resource, { platform }, {
    step: 'publish',
    serviceAccountName: 'artifact-writer',
    container: {
      ...rclone,
      command: ['sh', '-c', publishScript(store)],
      env: sorted([...rclone.env ?? [], ...store.env, ...publishEnv(resource, platform, artifact), {
        name: 'DESTINATION',
        value: store.remotePath(artifact.url),
      }, ...(programDigest === undefined ? [] : [{ name: 'PROGRAM', value: programDigest }])]),
      securityContext: writerSecurity(resource.spec.podSecurity, platform, store.isDirectory),
    },
    parts: [
      { annotations: STAY_IN_PLACE }, stagingPart(resource, artifact, true), recipePart(resource, artifact), store,
      withoutCredentials(platform),
    ],
    placement: placementWithDisk(resource.spec.resources, platform),
    before: { container: verifier(resource, { platform, source: STAGING_PATH }), parts: [stagingPart(resource, artifact, false)] },
  });
  return withRecipe(stepJob(resource, { step: 'publish', template, tokens }), artifact);
}

/** Deletes what a resource has published. */
export function deletionJob(resource: ArtifactResource, platform: PlatformSpec, artifact: Artifact): Job {
  const { namespace } = artifact;
  const store = cloudNamed(platform.cloud).store(platform, { namespace, owner: namespace, role: 'artifact-writer' });
  const rclone = rcloneContainer('delete', platform);
  const template = helperPodTemplate(resource, { platform }, {
    step: 'delete',
    serviceAccountName: 'artifact-writer',
    container: {
      ...rclone,
      command: ['sh', '-c', deleteScript(store)],
      env: sorted([...rclone.env ?? [], ...store.env, { name: 'DESTINATION', value: store.remotePath(artifact.url) }]),
      resources: { requests: { cpu: '100m', memory: '128Mi' } },
      securityContext: writerSecurity(resource.spec.podSecurity, platform, store.isDirectory),
    },
    parts: [store],
  });
  return withRecipe(stepJob(resource, { step: 'delete', template }), artifact);
}

/** The digest of the image that ran is known only afterwards; the creator of the Job sets it as an annotation of the pod. */
function publishEnv(resource: ArtifactResource, platform: PlatformSpec, artifact: Artifact): EnvVar[] {
  return [
    { name: 'IMAGE', value: imageOf(resource, platform) },
    { name: 'IMAGE_DIGEST', valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${IMAGE_DIGEST_ANNOTATION}']` } } },
    { name: 'RECIPE_DIGEST', value: artifact.recipeDigest },
    { name: 'RECIPE_FILE', value: '/recipe/recipe.json' },
    { name: 'SOURCE', value: STAGING_PATH },
  ];
}

function stagingName(resource: ArtifactResource, artifact: Artifact): string {
  return childName(resource, `${resource.kind.toLowerCase()}-staging-${shortDigest(artifact.recipeDigest)}`);
}

/** The volume of `/content/artifacts`: it outlives the run's pods, so that a preempted run finds what it had written. */
function stagingClaim(resource: ArtifactResource, artifact: Artifact, platform: PlatformSpec): PersistentVolumeClaim {
  const { staging, resources } = resource.spec;
  const defaultClass = diskClassOf(resources, platform)?.storageClassName;
  const metadata = childMetadata(resource, { name: stagingName(resource, artifact), role: 'staging' });
  return withRecipe(claim({ storage: staging, defaultSize: defaultStagingGiB(resource.spec, platform), defaultClass, metadata }), artifact);
}

function stagingPart(resource: ArtifactResource, artifact: Artifact, readOnly: boolean) {
  return {
    volumes: [{ name: 'artifacts', persistentVolumeClaim: { claimName: stagingName(resource, artifact) } }],
    volumeMounts: [{ name: 'artifacts', mountPath: STAGING_PATH, ...(readOnly && { readOnly }) }],
  };
}

function recipeName(resource: ArtifactResource, artifact: Artifact): string {
  return childName(resource, `${resource.kind.toLowerCase()}-recipe-${shortDigest(artifact.recipeDigest)}`);
}

/** What the artifact was made of, for its manifest. Inputs by their digests, which say what they are wherever they lie. */
function recipeConfigMap(resource: ArtifactResource, artifact: Artifact, inputs: Inputs): ConfigMap {
  const { image, build, runtime, code, command, args, env, params } = resource.spec;
  const versioned = runtime && { name: runtime.name, version: runtime.version ?? 1 };
  const source = build ? { build: buildContent(build) } : { image, runtime: versioned };
  const digests = { model: inputs.model?.recipeDigest, dataset: inputs.dataset?.recipeDigest };
  const recipe = canonicalJson({ kind: resource.kind, ...source, code: code?.digest, command, args, env, params, ...digests });
  return withRecipe({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: childMetadata(resource, { name: recipeName(resource, artifact), role: 'recipe' }),
    immutable: true,
    data: { 'recipe.json': recipe },
  }, artifact);
}

function recipePart(resource: ArtifactResource, artifact: Artifact) {
  return {
    volumes: [{ name: 'recipe', configMap: { name: recipeName(resource, artifact) } }],
    volumeMounts: [{ name: 'recipe', mountPath: '/recipe', readOnly: true }],
  };
}

function withRecipe<T extends KubeObject>(object: T, { recipeDigest: recipe }: Artifact): T {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata?.labels, [`${API_GROUP}/recipe`]: recipe } } };
}

function sorted(variables: EnvVar[]): EnvVar[] {
  return [...variables].sort((a, b) => (a.name < b.name ? -1 : 1));
}
