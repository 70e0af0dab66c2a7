/** What a Kubernetes object of any kind says about other objects. */
import type { KubeObject } from '../../expand';

/** An object by its name. */
export interface ObjectName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The kind that is meant where a field such as these names an object and no kind. */
const DEFAULT_KINDS: Readonly<Record<string, string>> = {
  backend: 'Service', // Ingress before v1, OpenShift
  backendRef: 'Service',
  backendRefs: 'Service', // Gateway API
  scaleTargetRef: 'Deployment', // HorizontalPodAutoscaler, KEDA
  service: 'Service', // Ingress, webhooks
  services: 'Service', // Traefik, Contour
};

/** Fields that hold the DNS name of a Service, as in Istio. */
const HOST_FIELDS = ['host', 'hosts', 'service', 'serviceName'];

const MONITORS = ['PodMonitor', 'ServiceMonitor'];

interface Field {
  readonly key: string;
  readonly value: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** Every field of an object, at any depth; an entry of a list has the key of the list. */
function fieldsOf(value: unknown, key = ''): Field[] {
  if (Array.isArray(value)) return value.flatMap((entry) => fieldsOf(entry, key));
  const here = { key, value };
  return isFields(value) ? [here, ...Object.entries(value).flatMap(([name, field]) => fieldsOf(field, name))] : [here];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects that an object names by a reference or by the DNS name of a Service. */
export function namedIn(object: KubeObject): ObjectName[] {
  const own = object.metadata?.namespace ?? '';
  return fieldsOf(object).flatMap(({ key, value }) => {
    if (typeof value === 'string') return HOST_FIELDS.includes(key) ? serviceOfHost(value, own) : [];
    if (!isFields(value)) return [];
    const { kind = DEFAULT_KINDS[key], namespace = own, name } = value;
    return [kind, namespace, name].every((text) => typeof text === 'string') ? [{ kind, namespace, name } as ObjectName] : [];
  });
}

/** `chat`, `chat.team-a` and `chat.team-a.svc.cluster.local` are the same Service. */
function serviceOfHost(host: string, own: string): ObjectName[] {
  const [name = '', namespace = own, svc = 'svc'] = host.split('.');
  return svc === 'svc' ? [{ kind: 'Service', namespace, name }] : [];
}

/** Names of the claims that pods of an object mount, in its namespace. */
export function claimsIn(object: KubeObject): string[] {
  return fieldsOf(object).flatMap(({ key, value }) => {
    const name = key === 'persistentVolumeClaim' && isFields(value) ? value.claimName : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

/** All texts in an object. */
export function textsIn(object: KubeObject): string[] {
  return fieldsOf(object).flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
}

/** Of the Prometheus operator. */
export function isMonitor({ kind = '' }: KubeObject): boolean {
  return MONITORS.includes(kind);
}

/** Whether a monitor of the Prometheus operator selects an object by its labels. */
export function isMonitoredBy(object: KubeObject, monitor: KubeObject): boolean {
  if (!isMonitor(monitor)) return false;
  const { selector, namespaceSelector = {} } = (monitor as { spec?: { selector?: Fields; namespaceSelector?: Fields } }).spec ?? {};
  const namespaces = namespaceSelector.matchNames ?? [monitor.metadata?.namespace];
  if (namespaceSelector.any !== true && !(namespaces as unknown[]).includes(object.metadata?.namespace)) return false;
  const labels = Object.entries(isFields(selector?.matchLabels) ? selector.matchLabels : {});
  return labels.length > 0 && labelsOf(object).some((set) => labels.every(([label, value]) => set[label] === value));
}

interface Templated {
  readonly spec?: {
    readonly template?: KubeObject;
    readonly leaderWorkerTemplate?: { readonly leaderTemplate?: KubeObject; readonly workerTemplate?: KubeObject };
  };
}

/** Its own, and those of its pods. */
function labelsOf(object: KubeObject): Fields[] {
  const { template, leaderWorkerTemplate: { leaderTemplate, workerTemplate } = {} } = (object as Templated).spec ?? {};
  return [object, template, leaderTemplate, workerTemplate].map((each) => each?.metadata?.labels ?? {});
}
