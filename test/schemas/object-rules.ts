import { fields, list, repeated, text, texts } from './fields';
import type { Fields } from './fields';
import { amountOf, isDataKey, isPort, isPortName } from './formats';
import { labelErrors, metadataErrors } from './metadata-rules';
import { podTemplateErrors } from './pod-rules';

const MEBIBYTE = 1024 * 1024;

const KIND_RULES: Readonly<Record<string, (object: Fields) => string[]>> = {
  ClusterRole: roleErrors,
  ClusterRoleBinding: bindingErrors,
  ConfigMap: dataErrors,
  CustomResourceDefinition: crdErrors,
  DaemonSet: ({ spec }) => replicaErrors(spec),
  Deployment: ({ spec }) => [...replicaErrors(spec), ...strategyErrors(spec)],
  Job: jobErrors,
  NetworkPolicy: networkPolicyErrors,
  PersistentVolume: persistentVolumeErrors,
  PersistentVolumeClaim: ({ spec }) => claimErrors(spec, 'spec'),
  PodDisruptionBudget: budgetErrors,
  Role: roleErrors,
  RoleBinding: bindingErrors,
  Secret: dataErrors,
  Service: serviceErrors,
  StatefulSet: statefulSetErrors,
  StorageClass: storageClassErrors,
};

/** What an API server would refuse in an object, or only fail at later, beyond the schema of its kind. */
export function objectErrors(object: Fields): string[] {
  return [...metadataErrors(object), ...KIND_RULES[String(object.kind)]?.(object) ?? []];
}

function replicaErrors(spec: unknown, claims: readonly string[] = []): string[] {
  const { replicas, selector, template } = fields(spec);
  const { matchLabels, matchExpressions } = fields(selector);
  const { metadata, spec: pod } = fields(template);
  const labels = fields(fields(metadata).labels);
  const missing = Object.entries(fields(matchLabels)).filter(([key, value]) => labels[key] !== value);
  const { restartPolicy = 'Always' } = fields(pod);
  return [
    ...Number(replicas ?? 0) < 0 ? [`spec.replicas is ${String(replicas)} but must not be negative`] : [],
    ...Object.keys(fields(matchLabels)).length + list(matchExpressions).length === 0 ? ['spec.selector is empty'] : [],
    ...missing.map(([key, value]) => `spec.selector asks for ${key}=${String(value)}, which spec.template.metadata.labels does not have`),
    ...restartPolicy === 'Always' ? [] : [`spec.template.spec.restartPolicy is ${String(restartPolicy)} but must be Always`],
    ...labelErrors(matchLabels, 'spec.selector.matchLabels'),
    ...podTemplateErrors(template, 'spec.template', claims),
  ];
}

function strategyErrors(spec: unknown): string[] {
  const { type, rollingUpdate } = fields(fields(spec).strategy);
  const { maxSurge = 1, maxUnavailable = 1 } = fields(rollingUpdate);
  return [
    ...type === 'Recreate' && rollingUpdate !== undefined ? ['spec.strategy.rollingUpdate is set but the type is Recreate'] : [],
    ...isZero(maxSurge) && isZero(maxUnavailable) ? ['spec.strategy.rollingUpdate lets neither maxSurge nor maxUnavailable be above 0'] : [],
  ];
}

function isZero(value: unknown): boolean {
  return value === 0 || value === '0%';
}

function statefulSetErrors({ spec }: Fields): string[] {
  const templates = list(fields(spec).volumeClaimTemplates);
  const claims = templates.flatMap(({ metadata }) => text(fields(metadata).name) ?? []);
  return [
    ...replicaErrors(spec, claims),
    ...templates.flatMap((template, index) => claimErrors(template.spec, `spec.volumeClaimTemplates[${index}].spec`)),
  ];
}

function jobErrors({ spec }: Fields): string[] {
  const { template, podFailurePolicy, selector, manualSelector, ...numbers } = fields(spec);
  const { restartPolicy } = fields(fields(template).spec);
  const counts = ['activeDeadlineSeconds', 'backoffLimit', 'completions', 'parallelism', 'ttlSecondsAfterFinished'];
  return [
    ...restartPolicy === 'Never' || restartPolicy === 'OnFailure' ? [] : ['spec.template.spec.restartPolicy must be Never or OnFailure'],
    ...podFailurePolicy !== undefined && restartPolicy !== 'Never' ? ['spec.podFailurePolicy needs the restartPolicy Never'] : [],
    ...selector !== undefined && manualSelector !== true ? ['spec.selector must be left to the server'] : [],
    ...counts.filter((key) => Number(numbers[key] ?? 0) < 0).map((key) => `spec.${key} is ${String(numbers[key])} but must not be negative`),
    ...failureRuleErrors(podFailurePolicy),
    ...podTemplateErrors(template, 'spec.template'),
  ];
}

function failureRuleErrors(podFailurePolicy: unknown): string[] {
  return list(fields(podFailurePolicy).rules).flatMap(({ onExitCodes, onPodConditions }, index) => {
    const { operator, values } = fields(onExitCodes);
    const codes = Array.isArray(values) ? values.map(Number) : [];
    const isAscending = codes.every((code, position) => position === 0 || code > Number(codes[position - 1]));
    const at = `spec.podFailurePolicy.rules[${index}]`;
    return [
      ...(onExitCodes === undefined) === (onPodConditions === undefined) ? [`${at} must have either onExitCodes or onPodConditions`] : [],
      ...isAscending ? [] : [`${at}.onExitCodes.values must be in ascending order`],
      ...operator === 'In' && codes.includes(0) ? [`${at}.onExitCodes.values must not have 0`] : [],
    ];
  });
}

function serviceErrors({ spec }: Fields): string[] {
  const { ports, selector, type, externalName } = fields(spec);
  return [
    ...type === 'ExternalName' && externalName === undefined ? ['spec.externalName is required'] : [],
    ...repeated(texts(list(ports), 'name')).map((name) => `spec.ports has more than one ${name}`),
    ...labelErrors(selector, 'spec.selector'),
    ...list(ports).flatMap(({ name, port, targetPort }, index) => [
      ...isPort(port) ? [] : [`spec.ports[${index}].port is ${JSON.stringify(port)} but must be between 1 and 65535`],
      ...name === undefined && list(ports).length > 1 ? [`spec.ports[${index}].name is required where there are several`] : [],
      ...targetPort === undefined || isPort(targetPort) || isPortName(String(targetPort)) && typeof targetPort === 'string'
        ? [] : [`spec.ports[${index}].targetPort is ${JSON.stringify(targetPort)}, which is not a port`],
    ]),
  ];
}

function dataErrors({ data, binaryData, stringData, kind }: Fields): string[] {
  const plain = { ...kind === 'ConfigMap' ? fields(data) : {}, ...fields(stringData) };
  const encoded = { ...kind === 'Secret' ? fields(data) : {}, ...fields(binaryData) };
  const size = Object.values(plain).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0)
    + Object.values(encoded).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value), 'base64'), 0);
  return [
    ...Object.keys({ ...plain, ...encoded }).filter((key) => !isDataKey(key)).map((key) => `data has the key ${JSON.stringify(key)}, which is not a valid key`),
    ...size > MEBIBYTE ? [`data is ${size} bytes but at most ${MEBIBYTE} fit`] : [],
  ];
}

function claimErrors(spec: unknown, at: string): string[] {
  const { accessModes, resources } = fields(spec);
  const { storage } = fields(fields(resources).requests);
  return [
    ...Array.isArray(accessModes) && accessModes.length > 0 ? [] : [`${at}.accessModes is required`],
    ...amountOf(storage) > 0 ? [] : [`${at}.resources.requests.storage is ${JSON.stringify(storage)} but must be above zero`],
  ];
}

function persistentVolumeErrors({ spec }: Fields): string[] {
  const { accessModes, capacity, persistentVolumeReclaimPolicy } = fields(spec);
  const { storage } = fields(capacity);
  return [
    ...Array.isArray(accessModes) && accessModes.length > 0 ? [] : ['spec.accessModes is required'],
    ...amountOf(storage) > 0 ? [] : [`spec.capacity.storage is ${JSON.stringify(storage)} but must be above zero`],
    ...persistentVolumeReclaimPolicy === 'Recycle' ? ['spec.persistentVolumeReclaimPolicy is Recycle, which is deprecated'] : [],
  ];
}

function storageClassErrors({ parameters, reclaimPolicy, volumeBindingMode }: Fields): string[] {
  const oneOf = (field: string, value: unknown, choices: readonly string[]): string[] =>
    value === undefined || choices.includes(String(value)) ? [] : [`${field} is ${JSON.stringify(value)} but must be one of ${choices.join(', ')}`];
  return [
    ...oneOf('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain']),
    ...oneOf('volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']),
    ...Object.entries(fields(parameters)).filter(([, value]) => value === '').map(([key]) => `parameters.${key} is empty`),
  ];
}

function budgetErrors({ spec }: Fields): string[] {
  const { minAvailable, maxUnavailable } = fields(spec);
  return (minAvailable === undefined) === (maxUnavailable === undefined) ? ['spec must have either minAvailable or maxUnavailable'] : [];
}

function networkPolicyErrors({ spec }: Fields): string[] {
  const { ingress, egress } = fields(spec);
  const rules = [...list(ingress), ...list(egress)];
  const peers = rules.flatMap(({ from, to }) => [...list(from), ...list(to)]);
  return [
    ...peers.filter((peer) => Object.keys(peer).length === 0).map(() => 'spec has a peer that selects nothing'),
    ...peers.filter((peer) => peer.ipBlock !== undefined && Object.keys(peer).length > 1).map(() => 'spec has a peer with both ipBlock and a selector'),
    ...rules.flatMap(({ ports }) => list(ports)).filter(({ port }) => typeof port === 'number' && !isPort(port))
      .map(({ port }) => `spec has the port ${String(port)} but it must be between 1 and 65535`),
  ];
}

function roleErrors({ rules }: Fields): string[] {
  return list(rules).flatMap(({ verbs, apiGroups, resources }, index) => [
    ...Array.isArray(verbs) && verbs.length > 0 ? [] : [`rules[${index}].verbs is empty`],
    ...resources !== undefined && apiGroups === undefined ? [`rules[${index}].apiGroups is required`] : [],
  ]);
}

function bindingErrors({ subjects }: Fields): string[] {
  return list(subjects).flatMap(({ kind, namespace }, index) =>
    kind === 'ServiceAccount' && namespace === undefined ? [`subjects[${index}].namespace is required`] : []);
}

function crdErrors({ metadata, spec }: Fields): string[] {
  const { group, names, versions } = fields(spec);
  const name = `${String(fields(names).plural)}.${String(group)}`;
  return [
    ...fields(metadata).name === name ? [] : [`metadata.name must be ${name}`],
    ...list(versions).filter(({ storage }) => storage === true).length === 1 ? [] : ['spec.versions must have one version that is stored'],
  ];
}
