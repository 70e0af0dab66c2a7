import { fields, list, repeated, text, texts } from './fields';
import type { Fields } from './fields';
import { amountOf, isDnsLabel, isEnvName, isLabelKey, isPort, isPortName } from './formats';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const PROBE_HANDLERS = ['exec', 'grpc', 'httpGet', 'tcpSocket'];
const PROBE_MINIMUMS = {
  failureThreshold: 1,
  initialDelaySeconds: 0,
  periodSeconds: 1,
  successThreshold: 1,
  terminationGracePeriodSeconds: 1,
  timeoutSeconds: 1,
};
const ENV_FIELDS = [
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName',
  'status.hostIP', 'status.podIP', 'status.podIPs',
];
const ENV_SOURCES = ['configMapKeyRef', 'fieldRef', 'resourceFieldRef', 'secretKeyRef'];

/** What is wrong with a container, beyond its schema. */
export function containerErrors(container: unknown, at: string, volumeNames: readonly string[]): string[] {
  const { name, image, ports } = fields(container);
  return [
    ...isDnsLabel(text(name) ?? '') ? [] : [`${at}.name is ${JSON.stringify(name)} but must be a DNS-1123 label`],
    ...isImage(image) ? [] : [`${at}.image is ${JSON.stringify(image)}, which is not an image`],
    ...envErrors(container, at),
    ...portErrors(ports, `${at}.ports`),
    ...PROBES.flatMap((probe) => probeErrors(fields(container), probe, at)),
    ...hookErrors(container, at),
    ...mountErrors(container, at, volumeNames),
    ...resourceErrors(container, `${at}.resources`),
  ];
}

function isImage(image: unknown): boolean {
  return typeof image === 'string' && /^[a-z0-9][^\s]*$/i.test(image);
}

function envErrors(container: unknown, at: string): string[] {
  const env = list(fields(container).env);
  return [
    ...repeated(texts(env, 'name')).map((name) => `${at}.env has more than one ${name}`),
    ...env.flatMap(({ name, value, valueFrom }, index) => [
      ...isEnvName(text(name) ?? '') ? [] : [`${at}.env[${index}].name is ${JSON.stringify(name)}, which is not a valid name`],
      ...valueFrom === undefined ? [] : sourceErrors(valueFrom, `${at}.env[${index}].valueFrom`),
      ...valueFrom !== undefined && (value ?? '') !== '' ? [`${at}.env[${index}] has both value and valueFrom`] : [],
    ]),
  ];
}

function sourceErrors(source: unknown, at: string): string[] {
  const { fieldRef } = fields(source);
  const { fieldPath } = fields(fieldRef);
  return [
    ...count(fields(source), ENV_SOURCES) === 1 ? [] : [`${at} must have one of ${ENV_SOURCES.join(', ')}`],
    ...fieldRef === undefined || isEnvField(String(fieldPath)) ? [] : [`${at}.fieldRef.fieldPath is ${JSON.stringify(fieldPath)}, which no env may refer to`],
  ];
}

function isEnvField(path: string): boolean {
  const key = /^metadata\.(?:labels|annotations)\['([^']*)'\]$/.exec(path)?.[1];
  return key === undefined ? ENV_FIELDS.includes(path) : isLabelKey(key);
}

function portErrors(ports: unknown, at: string): string[] {
  return [
    ...repeated(texts(list(ports), 'name')).map((name) => `${at} has more than one ${name}`),
    ...list(ports).flatMap(({ name, containerPort, hostPort }, index) => [
      ...name === undefined || isPortName(String(name)) ? [] : [`${at}[${index}].name is ${JSON.stringify(name)}, which is not a valid port name`],
      ...isPort(containerPort) ? [] : [`${at}[${index}].containerPort is ${JSON.stringify(containerPort)} but must be between 1 and 65535`],
      ...hostPort === undefined || isPort(hostPort) ? [] : [`${at}[${index}].hostPort is ${JSON.stringify(hostPort)} but must be between 1 and 65535`],
    ]),
  ];
}

function probeErrors(container: Fields, name: string, at: string): string[] {
  if (container[name] === undefined) return [];
  const probe = fields(container[name]);
  const tooLow = Object.entries(PROBE_MINIMUMS).filter(([field, minimum]) => Number(probe[field] ?? minimum) < minimum);
  const isStrict = name === 'readinessProbe' || (probe.successThreshold ?? 1) === 1;
  return [
    ...handlerErrors(container, probe, { at: `${at}.${name}`, handlers: PROBE_HANDLERS }),
    ...tooLow.map(([field, minimum]) => `${at}.${name}.${field} is ${String(probe[field])} but must be at least ${minimum}`),
    ...isStrict ? [] : [`${at}.${name}.successThreshold must be 1`],
    ...name === 'readinessProbe' && probe.terminationGracePeriodSeconds !== undefined ? [`${at}.${name}.terminationGracePeriodSeconds must not be set`] : [],
  ];
}

function hookErrors(container: unknown, at: string): string[] {
  const lifecycle = fields(fields(container).lifecycle);
  return Object.keys(lifecycle).filter((name) => name === 'preStop' || name === 'postStart').flatMap((name) =>
    handlerErrors(fields(container), fields(lifecycle[name]), { at: `${at}.lifecycle.${name}`, handlers: ['exec', 'httpGet', 'sleep', 'tcpSocket'] }));
}

function handlerErrors(container: Fields, handler: Fields, { at, handlers }: { at: string; handlers: string[] }): string[] {
  const portNames = texts(list(container.ports), 'name');
  const isReachable = (port: unknown) => isPort(port) || portNames.includes(String(port));
  return [
    ...count(handler, handlers) === 1 ? [] : [`${at} must have one of ${handlers.join(', ')}`],
    ...['grpc', 'httpGet', 'tcpSocket'].filter((key) => handler[key] !== undefined && !isReachable(fields(handler[key]).port))
      .map((key) => `${at}.${key}.port is ${JSON.stringify(fields(handler[key]).port)}, which is neither between 1 and 65535 nor a port of the container`),
  ];
}

function mountErrors(container: unknown, at: string, volumeNames: readonly string[]): string[] {
  const mounts = list(fields(container).volumeMounts);
  return [
    ...repeated(texts(mounts, 'mountPath')).map((path) => `${at}.volumeMounts has more than one at ${path}`),
    ...mounts.flatMap(({ name, mountPath, subPath = '' }, index) => [
      ...volumeNames.includes(String(name)) ? [] : [`${at}.volumeMounts[${index}].name is ${JSON.stringify(name)}, which is not a volume of the pod`],
      .../^\/[^:]*$/.test(String(mountPath)) ? [] : [`${at}.volumeMounts[${index}].mountPath is ${JSON.stringify(mountPath)} but must be an absolute path`],
      .../^\/|(^|\/)\.\.(\/|$)/.test(String(subPath)) ? [`${at}.volumeMounts[${index}].subPath is ${JSON.stringify(subPath)} but must stay inside the volume`] : [],
    ]),
  ];
}

function resourceErrors(container: unknown, at: string): string[] {
  const resources = fields(fields(container).resources);
  const [requests, limits] = [fields(resources.requests), fields(resources.limits)];
  const names = [...new Set([...Object.keys(requests), ...Object.keys(limits)])];
  return names.flatMap((name) => {
    const [request, limit] = [amountOf(requests[name] ?? limits[name]), amountOf(limits[name])];
    const isExtended = name.includes('/');
    return [
      ...request < 0 || limit < 0 ? [`${at} has less than zero ${name}`] : [],
      ...request > limit ? [`${at}.requests has more ${name} than limits`] : [],
      ...isExtended && request !== limit ? [`${at}.requests must have as much ${name} as limits`] : [],
      ...isExtended && !Number.isInteger(request) ? [`${at} must have a whole number of ${name}`] : [],
    ];
  });
}

function count(object: Fields, keys: readonly string[]): number {
  return keys.filter((key) => object[key] !== undefined).length;
}
