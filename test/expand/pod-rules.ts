/** Rules for every pod, and what of them is missing in one: the proof that they reach everything. */
import type { Container, PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { PodDefaultsSpec } from '../../src/api/platform';

/** One of everything. */
export const RULES = {
  labels: { 'acme.com/cost-center': '42' },
  annotations: { 'sidecar.istio.io/inject': 'false' },
  nodeSelector: { 'acme.com/tenant': 'ml' },
  tolerations: [{ key: 'acme.com/ml', operator: 'Exists', effect: 'NoSchedule' }],
  priorityClassName: 'batch',
  imagePullSecrets: ['regcred'],
  env: { HTTPS_PROXY: 'http://proxy.acme.example:3128', NO_PROXY: '.acme.example,10.0.0.0/8' },
  caBundle: { configMapName: 'acme-ca' },
  limits: { cpu: 2, memory: '4Gi' },
} as const satisfies Readonly<Record<keyof PodDefaultsSpec, unknown>>;

/** The rules as the wire has them. */
export const POD_DEFAULTS = RULES as unknown as PodDefaultsSpec;

export interface RulesOptions {
  /** Whether a container runs an image of the user's, whose limits are the resource's. */
  readonly isUsers?: (container: Container) => boolean;
}

/** The rules that a pod breaks, each with where. A priority of its own is not broken. */
export function brokenRules({ metadata, spec }: PodTemplateSpec, { isUsers = () => false }: RulesOptions = {}): string[] {
  const has = (part: object, whole: Record<string, string> = {}) => Object.entries(part).every(([key, value]) => whole[key] === value);
  const containers = [...spec?.initContainers ?? [], ...spec?.containers ?? []];
  const checks: Record<string, boolean> = {
    labels: has(RULES.labels, metadata?.labels),
    annotations: has(RULES.annotations, metadata?.annotations),
    nodeSelector: has(RULES.nodeSelector, spec?.nodeSelector),
    tolerations: (spec?.tolerations ?? []).some(({ key }) => key === RULES.tolerations[0].key),
    priorityClassName: spec?.priorityClassName !== undefined,
    imagePullSecrets: (spec?.imagePullSecrets ?? []).some(({ name }) => name === 'regcred'),
    caBundle: (spec?.volumes ?? []).some(({ configMap }) => configMap?.name === RULES.caBundle.configMapName),
    containers: containers.length > 0,
  };
  const broken = Object.entries(checks).filter(([, holds]) => !holds).map(([rule]) => rule);
  return [...broken, ...containers.flatMap((container) => brokenInContainer(container, isUsers(container)).map((rule) => `${container.name}: ${rule}`))];
}

function brokenInContainer({ env = [], volumeMounts = [], resources }: Container, isUsers: boolean): string[] {
  const valueOf = (wanted: string) => env.find(({ name }) => name === wanted)?.value;
  const certificates = env.filter(({ name }) => ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'].includes(name));
  const directory = volumeMounts.find(({ name }) => name === 'substratus-ca-bundle')?.mountPath;
  const checks: Record<string, boolean> = {
    'HTTPS_PROXY': [valueOf('HTTPS_PROXY'), valueOf('https_proxy')].every((value) => value === RULES.env.HTTPS_PROXY),
    'NO_PROXY': [valueOf('NO_PROXY'), valueOf('no_proxy')].every((value) => value?.startsWith(`${RULES.env.NO_PROXY},`)),
    'certificates': certificates.length > 0 && certificates.every(({ value }) => value === `${directory}/ca.crt`),
    'limits.cpu': isUsers || resources?.limits?.cpu !== undefined,
    'limits.memory': isUsers || resources?.limits?.memory !== undefined,
  };
  return Object.entries(checks).filter(([, holds]) => !holds).map(([rule]) => rule);
}
