/** Rules for every pod, said once for a platform or a workspace. They change no result, so that none is part of a recipe. */
import type { Container, EnvVar, PodSpec, PodTemplateSpec, Toleration, Volume } from 'kubernetes-types/core/v1';
import { canonicalJson } from '../api/digest';
import { workspaceOf } from '../api/platform';
import type { CaBundleSpec, PlatformSpec, PodDefaultsSpec } from '../api/platform';
import { amountOf, cores, gibibytes } from '../api/quantity';
import type { LimitsSpec } from '../api/resource';
import { envVariable } from './env';
import { ExpandError } from './error';
import { withoutEmpty } from './overlay';
import { isProxyVariable, mergedProxies, proxyVariables } from './proxy';

const CA_VOLUME = 'substratus-ca-bundle';
const CA_DIRECTORY = '/etc/substratus/ca';
const CA_FILE = 'ca.crt';

/**
 * By which variables programs find certificates. What runs in a user's image is not known, so that it gets all of them. A program of
 * ours gets those that it reads, for another can break it: https://github.com/kubernetes-sigs/external-dns/issues/3655
 */
const CA_VARIABLES = {
  user: ['AWS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'],
  login: ['AWS_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'],
  reconciler: ['NODE_EXTRA_CA_CERTS'],
  helper: ['SSL_CERT_FILE'],
} as const;

type CaReader = keyof typeof CA_VARIABLES;

/** The rules for a pod: those of its workspace, or its own, over those of the platform. */
export function podDefaultsOf({ platform, namespace = '', own = workspaceOf(platform, namespace)?.podDefaults ?? {} }: RuleSources): PodDefaultsSpec {
  const { podDefaults: general = {} } = platform;
  return withoutEmpty({
    ...general,
    ...own,
    labels: { ...general.labels, ...own.labels },
    annotations: { ...general.annotations, ...own.annotations },
    nodeSelector: { ...general.nodeSelector, ...own.nodeSelector },
    tolerations: joined(general.tolerations, own.tolerations),
    imagePullSecrets: joined(general.imagePullSecrets, own.imagePullSecrets),
    env: mergedProxies(general.env, own.env),
    limits: { ...general.limits, ...own.limits },
  });
}

interface RuleSources {
  readonly platform: PlatformSpec;
  /** That of a workspace; absent for an add-on and the reconciler. */
  readonly namespace?: string;
  /** Default: those of the workspace. */
  readonly own?: PodDefaultsSpec;
}

export interface PodDefaultsContext extends RuleSources {
  /** Whether a container runs a program of the user's. Default: none does. */
  readonly isUsers?: (name: string) => boolean;
}

/** The template with the rules for it. What it says itself wins; maps are merged, lists appended. */
export function withPodDefaults(template: PodTemplateSpec, context: PodDefaultsContext): PodTemplateSpec {
  const rules = podDefaultsOf(context);
  const { spec } = template;
  if (Object.keys(rules).length === 0 || !spec) return template;
  const metadata = withoutEmpty({
    labels: { ...rules.labels, ...template.metadata?.labels },
    annotations: { ...rules.annotations, ...template.metadata?.annotations },
  });
  return {
    ...template,
    metadata: { ...template.metadata, ...metadata },
    spec: { ...spec, ...podRules(spec, rules), ...containerRules(spec, rules, context) },
  };
}

function podRules(spec: PodSpec, rules: PodDefaultsSpec): Partial<PodSpec> {
  const { priorityClassName = rules.priorityClassName } = spec;
  return {
    ...withoutEmpty({
      nodeSelector: { ...rules.nodeSelector, ...spec.nodeSelector },
      tolerations: joined<Toleration>(spec.tolerations, rules.tolerations),
      imagePullSecrets: joined(spec.imagePullSecrets, rules.imagePullSecrets?.map((name) => ({ name }))),
    }),
    ...(priorityClassName !== undefined && { priorityClassName }),
  };
}

type Containers = Pick<PodSpec, 'containers' | 'initContainers' | 'volumes'>;

function containerRules(spec: PodSpec, rules: PodDefaultsSpec, context: PodDefaultsContext): Containers {
  const { caBundle } = rules;
  const completed = (container: Container) => withRules(container, rules, context);
  return {
    ...(spec.initContainers && { initContainers: spec.initContainers.map(completed) }),
    containers: spec.containers.map(completed),
    ...(caBundle && { volumes: withCaVolume(spec, caBundle, context) }),
  };
}

function withRules(container: Container, { env, caBundle, limits }: PodDefaultsSpec, { platform, isUsers }: PodDefaultsContext): Container {
  const isOfUser = isUsers?.(container.name) ?? false;
  const variables = [...variablesOf(env, platform), ...(caBundle ? caVariables(container, isOfUser) : [])];
  const allEnv = withVariables(container.env, variables);
  return {
    ...container,
    ...(allEnv.length > 0 && { env: allEnv }),
    ...(limits && !isOfUser && { resources: withLimits(container, limits) }),
    ...(caBundle && { volumeMounts: [...container.volumeMounts ?? [], { name: CA_VOLUME, mountPath: CA_DIRECTORY, readOnly: true }] }),
  };
}

function variablesOf(env: Record<string, string> = {}, platform: PlatformSpec): EnvVar[] {
  return proxyVariables(Object.entries(env).map(([name, value]) => envVariable(name, value, 'podDefaults.env')), platform)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A variable that the container has stays as it is. One of a proxy, in upper or lower case, is meant for both, so that it is in both. */
function withVariables(own: EnvVar[] = [], more: readonly EnvVar[]): EnvVar[] {
  const byName = new Map(own.map((variable) => [variable.name, variable]));
  return [...own, ...more.flatMap((variable) => {
    const { name } = variable;
    if (byName.has(name)) return [];
    const other = isProxyVariable(name) && byName.get(name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase());
    return [other ? { ...other, name } : variable];
  })];
}

function caVariables({ name }: Container, isOfUser: boolean): EnvVar[] {
  const reader: CaReader = isOfUser ? 'user' : name === 'login' || name === 'reconciler' ? name : 'helper';
  return CA_VARIABLES[reader].map((variable) => ({ name: variable, value: `${CA_DIRECTORY}/${CA_FILE}` }));
}

type Place = Pick<PodDefaultsContext, 'namespace'>;

/** Outside the workspaces the ConfigMap may be missing: no device plugin waits for certificates that it hardly needs. */
function withCaVolume({ volumes = [] }: PodSpec, { configMapName, key = CA_FILE }: CaBundleSpec, { namespace }: Place): Volume[] {
  if (volumes.some(({ name }) => name === CA_VOLUME)) {
    throw new ExpandError(`pod.volumes has a volume ${CA_VOLUME}, a name that podDefaults.caBundle uses; give it another`);
  }
  const optional = namespace === undefined && { optional: true };
  return [...volumes, { name: CA_VOLUME, configMap: { name: configMapName, items: [{ key, path: CA_FILE }], ...optional } }];
}

/** Never below what the container requests, which Kubernetes would refuse. */
function withLimits({ resources = {} }: Container, { cpu, memory }: LimitsSpec): Container['resources'] {
  const { requests = {} } = resources;
  const limit = (name: 'cpu' | 'memory', value: string) => {
    const request = requests[name];
    return { [name]: request !== undefined && amountOf(request) > amountOf(value) ? request : value };
  };
  return {
    ...resources,
    limits: {
      ...(cpu !== undefined && limit('cpu', cores(cpu))),
      ...(memory !== undefined && limit('memory', gibibytes(memory))),
      ...resources.limits,
    },
  };
}

/** Both lists, each entry once. */
function joined<T>(first: readonly T[] = [], second: readonly T[] = []): T[] {
  return [...new Map([...first, ...second].map((entry) => [canonicalJson(entry), entry])).values()];
}
