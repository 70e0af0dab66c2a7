import { fields, text } from './fields';
import type { Fields } from './fields';
import { isDns1035Label, isDnsLabel, isDnsSubdomain, isLabelKey, isLabelValue, isPathSegment } from './formats';

const ANNOTATIONS_LIMIT = 256 * 1024;

const CLUSTER_SCOPED = ['ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'Namespace', 'PersistentVolume'];

interface NameRule {
  readonly isValid: (name: string) => boolean;
  readonly words: string;
}

const SUBDOMAIN: NameRule = { isValid: isDnsSubdomain, words: 'a DNS-1123 subdomain of at most 253 characters' };
const LABEL: NameRule = { isValid: isDnsLabel, words: 'a DNS-1123 label of at most 63 characters' };
const PATH_SEGMENT: NameRule = { isValid: isPathSegment, words: 'a path segment' };

const NAME_RULES: Readonly<Record<string, NameRule>> = {
  ClusterRole: PATH_SEGMENT,
  ClusterRoleBinding: PATH_SEGMENT,
  // Pods get the label batch.kubernetes.io/job-name.
  Job: { isValid: (name) => name.length <= 63 && isDnsSubdomain(name), words: 'a DNS-1123 subdomain of at most 63 characters' },
  Namespace: LABEL,
  Role: PATH_SEGMENT,
  RoleBinding: PATH_SEGMENT,
  Service: { isValid: isDns1035Label, words: 'a DNS-1035 label of at most 63 characters' },
  // Pods get the label controller-revision-hash: the name, a dash and ten characters.
  StatefulSet: { isValid: (name) => name.length <= 52 && isDnsLabel(name), words: 'a DNS-1123 label of at most 52 characters' },
};

/** Labels and annotations that Kubernetes has replaced; it warns about them or ignores them. */
const DEPRECATED_KEYS = [
  /^beta\.kubernetes\.io\/(arch|os|instance-type)$/,
  /^failure-domain\.beta\.kubernetes\.io\//,
  /^(volume\.(alpha|beta)\.kubernetes\.io)\/(storage-class|mount-options|storage-provisioner)$/,
  /^(seccomp|scheduler|container\.seccomp)\.(security\.)?alpha\.kubernetes\.io\//,
  /^container\.apparmor\.security\.beta\.kubernetes\.io\//,
  /^kubernetes\.io\/(enforce-mountable-secrets|ingress\.class)$/,
];

/** What is wrong with the metadata of a whole object. */
export function metadataErrors({ kind, metadata }: Fields): string[] {
  const { name, namespace } = fields(metadata);
  const type = text(kind) ?? '';
  return [...nameErrors(type, text(name)), ...namespaceErrors(type, namespace), ...labelAndAnnotationErrors(metadata, 'metadata')];
}

/** What is wrong with the labels and annotations of an object or of a template in it. */
export function labelAndAnnotationErrors(metadata: unknown, at: string): string[] {
  const { labels, annotations } = fields(metadata);
  const size = Object.entries(fields(annotations)).reduce((sum, [key, value]) => sum + Buffer.byteLength(`${key}${String(value)}`), 0);
  return [
    ...labelErrors(labels, `${at}.labels`),
    ...Object.keys(fields(annotations)).flatMap((key) => keyErrors(key, `${at}.annotations`)),
    ...size > ANNOTATIONS_LIMIT ? [`${at}.annotations are ${size} bytes but at most ${ANNOTATIONS_LIMIT} fit`] : [],
  ];
}

/** What is wrong with a map of labels, such as a selector. */
export function labelErrors(labels: unknown, at: string): string[] {
  return Object.entries(fields(labels)).flatMap(([key, value]) => [
    ...keyErrors(key, at),
    ...isLabelValue(String(value)) ? [] : [`${at}[${JSON.stringify(key)}] is ${JSON.stringify(value)}, which is not a valid label value`],
  ]);
}

function keyErrors(key: string, at: string): string[] {
  if (!isLabelKey(key)) return [`${at} has the key ${JSON.stringify(key)}, which is not a valid key`];
  return DEPRECATED_KEYS.some((deprecated) => deprecated.test(key)) ? [`${at} has the key ${JSON.stringify(key)}, which is deprecated`] : [];
}

function nameErrors(kind: string, name: string | undefined): string[] {
  if (name === undefined) return ['metadata.name is required'];
  const { isValid, words } = NAME_RULES[kind] ?? SUBDOMAIN;
  return isValid(name) ? [] : [`metadata.name is ${JSON.stringify(name)} but must be ${words}`];
}

function namespaceErrors(kind: string, namespace: unknown): string[] {
  if (namespace === undefined) return [];
  if (CLUSTER_SCOPED.includes(kind)) return [`metadata.namespace is set but a ${kind} has none`];
  return isDnsLabel(String(namespace)) ? [] : [`metadata.namespace is ${JSON.stringify(namespace)} but must be ${LABEL.words}`];
}
