/** Paths of the Kubernetes API. */

/** Objects of one kind: those of a namespace, or all. */
export interface Collection {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One object. */
export interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  /** @default - `default` for a kind that has one */
  readonly namespace?: string;
  readonly name: string;
}

export const WITHOUT_NAMESPACE: ReadonlySet<string> = new Set([
  'APIService', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'FlowSchema', 'GatewayClass', 'MutatingWebhookConfiguration',
  'Namespace', 'Node', 'PersistentVolume', 'PriorityClass', 'StorageClass', 'ValidatingWebhookConfiguration',
]);

export function objectPath({ apiVersion, kind, namespace = 'default', name }: Reference): string {
  return `${collectionPath({ apiVersion, kind, namespace })}/${name}`;
}

/** Without a namespace, the objects of all. */
export function collectionPath({ apiVersion, kind, namespace, labels }: Collection): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const parent = namespace && !WITHOUT_NAMESPACE.has(kind) ? `${group}/namespaces/${namespace}` : group;
  const selector = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`).join(',');
  return `${parent}/${plural(kind)}${selector && `?labelSelector=${encodeURIComponent(selector)}`}`;
}

/** `networkpolicies`, `storageclasses`, `gateways`, `pods`. */
export function plural(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith('s')) return `${singular}es`;
  return /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
