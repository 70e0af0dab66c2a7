/** A resource that names a ready-made program, as one that names an image: the rest of expansion knows images only. */
import type { ConfigMap, Container, PodSecurityContext } from 'kubernetes-types/core/v1';
import { definedOnly } from '../api/defined';
import { digest } from '../api/digest';
import { workspaceOf } from '../api/platform';
import type { PlatformSpec } from '../api/platform';
import type { CommonSpec, Resource, RuntimeSpec, ServerSpec } from '../api/resource';
import { imageNamed } from '../catalog/images';
import type { PodPart } from '../clouds/cloud';
import { paramsProblem, programFiles, PROGRAM_DIRECTORY, runtimeNamed, runtimeProblem, wireParams } from '../runtimes';
import type { Runtime, RuntimeContainer, RuntimeContext, RuntimeGroup, RuntimeStep } from '../runtimes';
import { ARCHITECTURE_LABEL } from './architecture';
import { childMetadata, childName, contentHash } from './child';
import { environment } from './env';
import { ExpandError } from './error';
import { engineNodesProblem } from './lws';
import { STORE_ACCESS } from './network-policies';
import type { UserPod } from './pod';
import { contextOf, resourcesOf } from './runtime-context';
import { helperSecurity } from './security';
import { readProblem } from './source';

/** Label `role` of the ConfigMap with a program of ours. */
export const PROGRAM_ROLE = 'program';

/** A resource that runs an image. */
export interface Runnable<R extends Resource> {
  readonly resource: R;
  /** What its pod needs for that. */
  readonly pod: Pick<UserPod, 'parts' | 'initContainers' | 'paramVariables' | 'graceSeconds'>;
  /** The files of the program, where it is ours. */
  readonly program?: ConfigMap;
  /** Digest of these files. */
  readonly programDigest?: string;
  /** How it runs on many nodes. */
  readonly group?: RuntimeGroup;
}

/**
 * What a resource runs.
 *
 * @throws ExpandError if it names a program that does not exist, or settings that the program does not have.
 */
export function runnable<R extends Resource>(resource: R, platform: PlatformSpec): Runnable<R> {
  const spec = runtimeOf(resource);
  if (!spec) return { resource, pod: {} };
  const runtime = checkedRuntime(resource, spec);
  const context = contextOf(resource, runtime, platform);
  const container = runtime.container(context);
  const problem = adapterProblem(runtime, context) ?? engineNodesProblem(runtime, context) ?? runtime.problem?.(context)
    ?? privateProblem(resource, { runtime, container, platform }) ?? bucketProblem(resource, container, platform)
    ?? imageProblem(resource, runtime, container);
  if (problem) throw new ExpandError(problem);
  const files = container.program && programFiles(container.program, container.programFiles);
  const program = files && programMap(resource, files);
  const { before } = container;
  return {
    resource: { ...resource, spec: loweredSpec(resource, context, container) },
    pod: {
      parts: [
        ...(program ? [programPart(program)] : []), ...(before ? [stepPart(before)] : []), ...registryParts(resource.spec, container),
      ],
      ...(container.graceSeconds !== undefined && { graceSeconds: container.graceSeconds }),
      initContainers: before ? [stepContainer(before, { resource, platform, program })] : [],
      paramVariables: false,
    },
    ...(container.group && { group: container.group }),
    ...(program && { program, programDigest: `sha256-base32:${digestsOf(files).whole}` }),
  };
}

/** The ready-made program that a resource runs. A Notebook that names nothing runs Jupyter. */
export function runtimeOf({ kind, spec }: Pick<Resource, 'kind' | 'spec'>): RuntimeSpec | undefined {
  if (spec.runtime) return spec.runtime;
  return kind === 'Notebook' && spec.image === undefined && spec.build === undefined && spec.command === undefined ? { name: 'jupyter' } : undefined;
}

/** What is wrong with the program that a resource names and with its settings, without a platform; `undefined` if nothing is. */
export function runtimeSpecProblem({ kind, spec }: Pick<Resource, 'kind' | 'spec'>): string | undefined {
  const { runtime, build, command, params } = spec;
  if (!runtime) return undefined;
  const problem = runtimeProblem(kind, runtime);
  if (problem) return problem;
  if (build) return `runtime is ${runtime.name} and build is set too; leave one of them out`;
  if (command) return `runtime is ${runtime.name} and command is set too; leave command out, for args are added to those of ${runtime.name}`;
  return paramsProblem(runtime.name, runtimeNamed(runtime.name)?.params(kind) ?? {}, params);
}

function checkedRuntime(resource: Resource, { name }: RuntimeSpec): Runtime {
  const problem = runtimeSpecProblem(resource);
  const runtime = runtimeNamed(name);
  if (problem !== undefined || !runtime) throw new ExpandError(problem ?? `runtime is ${name}, which does not exist`);
  return runtime;
}

function adapterProblem({ name, takesAdapters, whyNoAdapters = 'serves none' }: Runtime, { hasBase, adapters = [] }: RuntimeContext): string | undefined {
  if (takesAdapters) return undefined;
  if (adapters.length > 0) return `adapters is set, but ${name} ${whyNoAdapters}; use vllm, or serve each merged into its model by a Server of its own`;
  return hasBase ? `base is set, but ${name} serves no adapters; leave base out, or use vllm` : undefined;
}

interface Run {
  readonly runtime: Runtime;
  readonly container: RuntimeContainer;
  readonly platform: PlatformSpec;
}

/** Why a program cannot load what it needs where the internet is closed; `undefined` if it can. */
function privateProblem({ kind, metadata, spec }: Resource, { runtime, container, platform }: Run): string | undefined {
  const { name, role, loadsFrom } = runtime;
  const namespace = metadata.namespace ?? 'default';
  if (!workspaceOf(platform, namespace)?.private) return undefined;
  const { mirrors = {} } = platform;
  const closed = `workspace ${namespace} is private, but ${role} ${name}`;
  if (loadsFrom === 'internet') {
    return `${closed} loads from the internet; load the ${kind} in a workspace that is not private, and share it`;
  }
  if (loadsFrom && mirrors[loadsFrom] === undefined) return `${closed} loads from the internet; give the platform mirrors.${loadsFrom}`;
  if (container.packages !== 'at start' || spec.image !== undefined || mirrors.pypi !== undefined) return undefined;
  return `${closed} installs packages; give the platform mirrors.pypi, or set image to one that has them`;
}

/** What rclone takes credentials from. */
const STORE_CREDENTIALS = /^(AWS|AZURE|GOOGLE|RCLONE)_/;

/** Why a program cannot read the bucket that it loads from; `undefined` if it can. */
function bucketProblem({ metadata: { namespace = 'default' }, spec }: Resource, { before }: RuntimeContainer, platform: PlatformSpec): string | undefined {
  if (before?.bucket === undefined) return undefined;
  const hasOwn = Object.keys({ ...spec.env, ...spec.runtimeEnv }).some((name) => STORE_CREDENTIALS.test(name));
  return hasOwn ? undefined : readProblem(before.bucket, { platform, namespace });
}

function loweredSpec<R extends Resource>({ spec }: R, context: RuntimeContext, container: RuntimeContainer): R['spec'] {
  const { platform, settings, gpus } = context;
  const { runtime, params, literalParams, ...rest } = spec;
  const args = [...container.args ?? [], ...spec.args ?? []];
  const env = { ...presets(spec, container, platform), ...spec.env };
  return {
    ...rest,
    ...servingOf(spec, container),
    image: spec.image ?? imageNamed(platform, container.image),
    ...(container.command && { command: [...container.command] }),
    ...(args.length > 0 && { args }),
    ...(Object.keys(env).length > 0 && { env }),
    ...wireParams(settings),
    resources: gpus ? spec.resources : resourcesOf(spec.resources, container),
    ...podOf(spec, container, platform),
  };
}

/** Who it runs as, and on which processors, unless the author says so. */
function podOf({ image, pod }: CommonSpec, { user, architecture }: RuntimeContainer, platform: PlatformSpec): Pick<CommonSpec, 'pod'> {
  const nodes = architecture && image === undefined ? { [ARCHITECTURE_LABEL]: architecture } : undefined;
  if (!user && !nodes) return {};
  return {
    pod: {
      ...pod,
      ...(nodes && { nodeSelector: { ...nodes, ...pod?.nodeSelector } }),
      ...(user && { securityContext: { ...userOf(user, platform), ...pod?.securityContext } }),
    },
  };
}

/** Why its image is for none of the nodes that the author chose; `undefined` if it is for them. */
function imageProblem({ spec: { image, pod } }: Resource, { name }: Runtime, { architecture }: RuntimeContainer): string | undefined {
  const wanted = pod?.nodeSelector?.[ARCHITECTURE_LABEL] ?? architecture;
  if (architecture === undefined || image !== undefined || wanted === architecture) return undefined;
  return `${ARCHITECTURE_LABEL} is ${wanted} in nodeSelector, but the image of ${name} is for ${architecture}; leave it out, or set image to one of your own`;
}

type Environment = Record<string, string>;

/** Where a program finds the pull secrets of its resource. */
const REGISTRY_DIRECTORY = '/opt/registry';

/** The credentials of registries, each in a file. */
function registryParts({ imagePullSecrets = [] }: CommonSpec, { readsRegistry }: RuntimeContainer): PodPart[] {
  if (!readsRegistry || imagePullSecrets.length === 0) return [];
  const sources = imagePullSecrets.map(({ name }, index) => ({
    /* As a pull secret that is not there, or of the older type, which keeps no pod from starting. */
    secret: { name, items: [{ key: '.dockerconfigjson', path: `${index}.json` }], optional: true },
  }));
  return [{
    volumes: [{ name: 'registry', projected: { sources } }],
    volumeMounts: [{ name: 'registry', mountPath: REGISTRY_DIRECTORY, readOnly: true }],
  }];
}

/**
 * Libraries ask for the name of a user that is in no passwd. A program of ours gives itself a home where it has none.
 *
 * @see https://github.com/kserve/kserve/issues/5666
 */
const UNKNOWN_USER = { USER: 'substratus' };

/** A variable that the author sets, in whichever field, is the author's. */
function presets(spec: CommonSpec, container: RuntimeContainer, { mirrors = {}, openShift }: PlatformSpec): Environment {
  const { runtimeEnv = {} } = spec;
  const { env = {}, packages } = container;
  const all = {
    ...env,
    ...(openShift && UNKNOWN_USER),
    ...(packages && mirrors.pypi !== undefined && indexVariables(mirrors.pypi)),
    ...(registryParts(spec, container).length > 0 && { DOCKER_CONFIG: REGISTRY_DIRECTORY }),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => runtimeEnv[name] === undefined));
}

/** For uv and for pip, which takes no index over plain HTTP unless it is told to. */
function indexVariables(url: string): Environment {
  const { protocol, hostname } = new URL(url);
  return { UV_DEFAULT_INDEX: url, PIP_INDEX_URL: url, ...(protocol === 'http:' && { PIP_TRUSTED_HOST: hostname }) };
}

function servingOf(spec: ServerSpec, { serving }: RuntimeContainer): Partial<ServerSpec> {
  if (!serving) return {};
  const { readinessPath = serving.readinessPath, terminationGracePeriod = serving.terminationGracePeriod } = spec;
  return definedOnly({ readinessPath, terminationGracePeriod });
}

/** On OpenShift its namespace says who; a group of the image's own, which may change what is in it, is one of the program's groups. */
function userOf({ uid, gid }: NonNullable<RuntimeContainer['user']>, { openShift }: PlatformSpec): PodSecurityContext {
  if (openShift) return gid === undefined || gid === 0 || gid === uid ? {} : { supplementalGroups: [gid] };
  return { runAsUser: uid, ...(gid !== undefined && { runAsGroup: gid }) };
}

/** Digests of the texts of a program, which are large. */
interface Digests {
  readonly name: string;
  readonly whole: string;
}

const DIGESTS = new WeakMap<object, Digests>();

function digestsOf(files: Readonly<Record<string, string>>): Digests {
  const digests = DIGESTS.get(files) ?? { name: contentHash(files), whole: digest(files) };
  DIGESTS.set(files, digests);
  return digests;
}

/** Named by its content: the pod of a release has the program of that release, for as long as it runs. */
function programMap(resource: Resource, files: Readonly<Record<string, string>>): ConfigMap {
  const prefix = resource.kind.toLowerCase();
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: childMetadata(resource, { name: childName(resource, `${prefix}-program-${digestsOf(files).name}`), role: PROGRAM_ROLE }),
    immutable: true,
    data: { ...files },
  };
}

function programPart({ metadata }: ConfigMap): PodPart {
  return {
    volumes: [{ name: 'program', configMap: { name: metadata?.name } }],
    volumeMounts: [{ name: 'program', mountPath: PROGRAM_DIRECTORY, readOnly: true }],
  };
}

/** What the program needs of the step before it, or else what the step needs: its own file system is read-only. */
function stepPart({ fills }: RuntimeStep): PodPart {
  if (fills === undefined) return { volumes: [{ name: 'step-tmp', emptyDir: {} }], labels: STORE_ACCESS };
  return { volumes: [{ name: 'step', emptyDir: {} }], volumeMounts: [{ name: 'step', mountPath: fills }] };
}

interface StepContext {
  readonly resource: Resource;
  readonly platform: PlatformSpec;
  readonly program: ConfigMap | undefined;
}

/** The step before the program. One that reads a store has what its author says of the environment, and the files of the program. */
function stepContainer(step: RuntimeStep, { resource: { spec: { env, runtimeEnv } }, platform, program }: StepContext): Container {
  const part = stepPart(step);
  const ofStore = [
    { name: 'artifacts', mountPath: '/content/artifacts' }, { name: 'step-tmp', mountPath: '/tmp' }, ...program ? programPart(program).volumeMounts ?? [] : [],
  ];
  return {
    name: step.name,
    image: imageNamed(platform, step.image),
    command: [...step.command],
    ...(step.fills === undefined && { env: environment({ env: { ...step.env, ...env }, runtimeEnv }) }),
    resources: { requests: { cpu: '500m', memory: '512Mi' } },
    securityContext: helperSecurity(platform),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: part.volumeMounts ?? ofStore,
  };
}
