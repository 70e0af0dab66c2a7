/** `spec.pod.initContainers`, `sidecars`, `envFrom` and `ports`: what an author puts beside the program, or gives it. */
import type { Container, ContainerPort, PodSpec as KubePodSpec } from 'kubernetes-types/core/v1';
import { isAtLeast } from '../api/platform';
import type { PlatformSpec } from '../api/platform';
import type { PodSecurity, PodSpec } from '../api/resource';
import { ExpandError } from './error';
import { userSecurityContext } from './security';

/**
 * Since 1.29 an init container that always restarts runs beside the program, and does not keep a Job from ending.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
const SIDECAR_VERSION = '1.29';

/** Capabilities that the `baseline` standard lets a container add: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
const BASELINE_CAPABILITIES = [
  'AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID',
  'SYS_CHROOT',
];
const PORT_NAME = /^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/;

export interface ExtrasContext {
  readonly platform: PlatformSpec;
  readonly podSecurity?: PodSecurity;
}

/** The pod with the author's containers: after our own init containers first the sidecars, then the author's init containers. */
export function withExtraContainers(spec: KubePodSpec, overlay: PodSpec, { platform, podSecurity }: ExtrasContext): KubePodSpec {
  const { initContainers = [], sidecars = [], envFrom = [], ports = [] } = overlay;
  if (sidecars.length > 0 && !isAtLeast(platform, SIDECAR_VERSION)) {
    throw new ExpandError(`pod.sidecars needs Kubernetes ${SIDECAR_VERSION}, but the platform says ${platform.kubernetesVersion}; leave them out`);
  }
  const secured = (container: Container): Container => withSecurity(container, podSecurity);
  const added = [...sidecars.map((container) => ({ ...secured(container), restartPolicy: 'Always' })), ...initContainers.map(secured)];
  const [first, ...others] = spec.containers;
  if (!first) return spec;
  const program = {
    ...first,
    ...(envFrom.length > 0 && { envFrom: [...first.envFrom ?? [], ...envFrom] }),
    ...(ports.length > 0 && { ports: [...first.ports ?? [], ...ports] }),
  };
  return {
    ...spec,
    ...(added.length > 0 && { initContainers: [...spec.initContainers ?? [], ...added] }),
    containers: [program, ...others],
  };
}

function withSecurity(container: Container, podSecurity?: PodSecurity): Container {
  const defaults = userSecurityContext(podSecurity);
  if (!defaults) return container;
  const { capabilities, ...own } = container.securityContext ?? {};
  const add = capabilities?.add;
  /* Last what the standard wants, which a null or an empty object must not take away. */
  return { ...container, securityContext: { ...own, ...defaults, capabilities: { ...defaults.capabilities, ...(add && { add }) } } };
}

/** Why they cannot be added, with the remedy; `undefined` if they can. */
export function extraConflict(spec: KubePodSpec | undefined, overlay: PodSpec, podSecurity: PodSecurity): string | undefined {
  return containersConflict(spec, overlay, podSecurity) ?? portsConflict(spec?.containers[0]?.ports, overlay.ports);
}

function containersConflict(spec: KubePodSpec | undefined, overlay: PodSpec, podSecurity: PodSecurity): string | undefined {
  const taken = new Set([...spec?.containers ?? [], ...spec?.initContainers ?? []].map(({ name }) => name));
  const volumes = spec && new Set([...spec.volumes ?? [], ...overlay.volumes ?? []].map(({ name }) => name));
  for (const field of ['initContainers', 'sidecars'] as const) {
    for (const container of overlay[field] ?? []) {
      const { name, image } = container;
      if (!name || !image) return `pod.${field} has a container without ${name ? 'an image' : 'a name'}; give it one`;
      if (taken.has(name)) return `pod.${field} has a container ${name}, a name that is taken in the pod; give it another`;
      taken.add(name);
      const lost = container.volumeMounts?.find((mount) => volumes && !volumes.has(mount.name));
      if (lost) return `pod.${field} has a container ${name} that mounts volume ${lost.name}, which pod.volumes does not have; add it`;
      const problem = securityProblem(container, podSecurity);
      if (problem) return `pod.${field} has a container ${name} ${problem}`;
    }
  }
  return undefined;
}

function securityProblem({ securityContext = {}, ports = [], restartPolicy }: Container, podSecurity: PodSecurity): string | undefined {
  const { privileged, capabilities, procMount, seccompProfile, appArmorProfile, seLinuxOptions, windowsOptions } = securityContext;
  const forbidden = (what: string) => `that ${what}, which pod security ${podSecurity} forbids; leave it out`;
  const allowed = podSecurity === 'restricted' ? ['NET_BIND_SERVICE'] : BASELINE_CAPABILITIES;
  const capability = capabilities?.add?.find((name) => !allowed.includes(name));
  if (restartPolicy !== undefined) return 'with a restartPolicy; leave it out, or move the container between initContainers and sidecars';
  if (privileged) return forbidden('is privileged');
  if (seLinuxOptions) return forbidden('sets seLinuxOptions');
  if (windowsOptions) return forbidden('sets windowsOptions');
  if (procMount !== undefined && procMount !== 'Default') return forbidden(`sets procMount ${procMount}`);
  if ([seccompProfile, appArmorProfile].some((profile) => profile?.type === 'Unconfined')) return forbidden('is unconfined');
  if (capability !== undefined) return forbidden(`adds capability ${capability}`);
  if (ports.some(({ hostPort }) => hostPort)) return forbidden('takes a port of the node');
  if (podSecurity !== 'restricted') return undefined;
  const { allowPrivilegeEscalation, runAsUser, runAsNonRoot } = securityContext;
  if (allowPrivilegeEscalation) return forbidden('allows privilege escalation');
  return runAsUser === 0 || runAsNonRoot === false ? forbidden('runs as root') : undefined;
}

function portsConflict(ours: readonly ContainerPort[] = [], ports: readonly ContainerPort[] = []): string | undefined {
  const names = new Set(['http', ...ours.map(({ name }) => name)]);
  const numbers = new Set(ours.map(({ containerPort }) => containerPort));
  for (const { name, containerPort, hostPort, protocol = 'TCP' } of ports) {
    if (!name || !PORT_NAME.test(name)) {
      return `pod.ports has a port named ${JSON.stringify(name)}; give it a name of up to 15 lower-case letters, digits and -, for example metrics`;
    }
    if (!(Number.isInteger(containerPort) && containerPort >= 1 && containerPort <= 65535)) {
      return `pod.ports has port ${name} with containerPort ${containerPort}; give a whole number from 1 to 65535`;
    }
    if (hostPort) return `pod.ports has port ${name} with a hostPort, which pod security forbids; leave it out`;
    if (names.has(name)) return `pod.ports has port ${name}, a name that is taken; give it another`;
    if (protocol === 'TCP' && numbers.has(containerPort)) return `pod.ports has port ${name} on ${containerPort}, which is taken; leave it out, or use another`;
    names.add(name);
    if (protocol === 'TCP') numbers.add(containerPort);
  }
  return undefined;
}
