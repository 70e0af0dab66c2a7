/** What the API server would refuse of the parts of a pod that are written in Kubernetes' own words, or silently drop. */
import type { Container, ContainerPort, EnvFromSource, Toleration, VolumeMount } from 'kubernetes-types/core/v1';
import { isDns1123Label, isLabelKey, isLabelValue } from '../../api/names';
import { formatValue } from './format-value';
import { knownProps, optionsProblem } from './known-props';
import type { KnownProps } from './known-props';

type Parts = readonly unknown[];

/** The fields of a pod that are looked at here. */
export interface PodFields {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly nodeSelector?: Record<string, string>;
  readonly tolerations?: Parts;
  readonly volumeMounts?: Parts;
  readonly initContainers?: Parts;
  readonly sidecars?: Parts;
  readonly envFrom?: Parts;
  readonly ports?: Parts;
}

const TOLERATION = knownProps<Toleration>({ key: true, operator: true, value: true, effect: true, tolerationSeconds: true });
const MOUNT = knownProps<VolumeMount>({
  name: true, mountPath: true, subPath: true, subPathExpr: true, readOnly: true, recursiveReadOnly: true, mountPropagation: true,
});
const ENV_FROM = knownProps<EnvFromSource>({ configMapRef: true, secretRef: true, prefix: true });
const PORT = knownProps<ContainerPort>({ name: true, containerPort: true, hostPort: true, hostIP: true, protocol: true });
/** `restartPolicyRules` is of Kubernetes 1.34. */
const CONTAINER = knownProps<Container & { readonly restartPolicyRules?: unknown }>({
  name: true, image: true, imagePullPolicy: true, command: true, args: true, workingDir: true, env: true, envFrom: true, ports: true,
  resources: true, resizePolicy: true, restartPolicy: true, restartPolicyRules: true, volumeMounts: true, volumeDevices: true,
  livenessProbe: true, readinessProbe: true, startupProbe: true, lifecycle: true, terminationMessagePath: true,
  terminationMessagePolicy: true, securityContext: true, stdin: true, stdinOnce: true, tty: true,
});

const OPERATORS: readonly unknown[] = ['Exists', 'Equal'];
const EFFECTS: readonly unknown[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const OF_RUNNING = ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const;

/** What is wrong in one of the fields, and how to fix it; `undefined` if nothing is. */
export function podFieldsProblem(owner: string, pod: PodFields): string | undefined {
  return mapProblem(`${owner}.labels`, pod.labels)
    ?? mapProblem(`${owner}.nodeSelector`, pod.nodeSelector)
    ?? annotationsProblem(`${owner}.annotations`, pod.annotations)
    ?? each(`${owner}.tolerations`, pod.tolerations, tolerationProblem)
    ?? each(`${owner}.volumeMounts`, pod.volumeMounts, known(MOUNT))
    ?? each(`${owner}.envFrom`, pod.envFrom, known(ENV_FROM))
    ?? each(`${owner}.ports`, pod.ports, known(PORT))
    ?? each(`${owner}.initContainers`, pod.initContainers, initContainerProblem)
    ?? each(`${owner}.sidecars`, pod.sidecars, containerProblem);
}

function mapProblem(field: string, map: Record<string, string> = {}): string | undefined {
  const wrong = Object.entries(map).find(([key, value]) => !isLabelKey(key) || !isLabelValue(value));
  return wrong && `${field} has ${wrong.join('=')}, which is not a label of Kubernetes; use letters, digits, -, _ and ., up to 63 characters each`;
}

/** Their keys are held to the rules of labels, their values are not. */
function annotationsProblem(field: string, annotations: Record<string, string> = {}): string | undefined {
  const wrong = Object.keys(annotations).find((key) => !isLabelKey(key.toLowerCase()));
  return wrong === undefined ? undefined
    : `${field} has ${formatValue(wrong)}, which is not a name of an annotation; use letters, digits, -, _ and ., after a domain and a / or alone`;
}

type Check = (field: string, part: object) => string | undefined;

function each(field: string, parts: Parts = [], check: Check): string | undefined {
  for (const [index, part] of parts.entries()) {
    const problem = check(`${field}.${index}`, part as object);
    if (problem) return problem;
  }
  return undefined;
}

function known(props: KnownProps): Check {
  return (field, part) => optionsProblem(field, part, props);
}

function tolerationProblem(field: string, toleration: object): string | undefined {
  const unknown = optionsProblem(field, toleration, TOLERATION);
  if (unknown) return unknown;
  const { key = '', operator = 'Equal', value, effect, tolerationSeconds } = toleration as Partial<Record<keyof Toleration, unknown>>;
  if (!OPERATORS.includes(operator)) return `${field}.operator is ${formatValue(operator)}; use Exists or Equal`;
  if (effect !== undefined && effect !== '' && !EFFECTS.includes(effect)) return `${field}.effect is ${formatValue(effect)}; use ${EFFECTS.join(', ')}, or leave it out for all`;
  if (key === '' && operator !== 'Exists') return `${field} has no key; name that of the taint, or set operator: 'Exists' to tolerate all taints`;
  if (typeof key !== 'string' || (key !== '' && !isLabelKey(key))) return `${field}.key is ${formatValue(key)}, which is not the key of a taint; write for example nvidia.com/gpu`;
  if (operator === 'Exists' && value !== undefined && value !== '') return `${field} has the value ${formatValue(value)} with operator Exists; leave value out, or operator`;
  if (value !== undefined && (typeof value !== 'string' || !isLabelValue(value))) return `${field}.value is ${formatValue(value)}, which is not the value of a taint; write it as a string`;
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') return `${field} has tolerationSeconds, which only effect NoExecute takes; leave it out`;
  return undefined;
}

function initContainerProblem(field: string, container: object): string | undefined {
  const probing = OF_RUNNING.find((name) => name in container && (container as Container)[name] !== undefined);
  return containerProblem(field, container)
    ?? (probing && `${field} has a ${probing}, which a container that ends cannot have; leave it out, or move the container to sidecars`);
}

function containerProblem(field: string, container: object): string | undefined {
  const unknown = optionsProblem(field, container, CONTAINER);
  if (unknown) return unknown;
  const { name, env = [], volumeMounts = [], ports = [] } = container as Container;
  if (name !== undefined && (typeof name !== 'string' || !isDns1123Label(name))) {
    return `${field}.name is ${formatValue(name)}; use lower-case letters, digits and - inside, 63 characters at most`;
  }
  if (!Array.isArray(env)) return `${field}.env is ${formatValue(env)}; give a list of names and values, for example [{ name: 'LOG_LEVEL', value: 'info' }]`;
  return twice(`${field}.env`, env.map((variable) => variable.name))
    ?? each(`${field}.volumeMounts`, volumeMounts, known(MOUNT))
    ?? twice(`${field}.volumeMounts`, volumeMounts.map(({ mountPath }) => mountPath))
    ?? each(`${field}.ports`, ports, known(PORT));
}

function twice(field: string, names: readonly string[]): string | undefined {
  const found = names.find((name, index) => names.indexOf(name) < index);
  return found === undefined ? undefined : `${field} has ${found} twice; leave one of them out`;
}
