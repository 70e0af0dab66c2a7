/**
 * The Pod Security Standards, as https://kubernetes.io/docs/concepts/security/pod-security-standards/ has them: every control of
 * `baseline` and of `restricted` (2026). Written from that page, so that it checks our code and does not repeat it; but for image volumes,
 * which the page forgets: https://github.com/kubernetes/website/issues/55370.
 */
import type { Container, PodSecurityContext, PodTemplateSpec, SecurityContext } from 'kubernetes-types/core/v1';

const BASELINE_CAPABILITIES = [
  'AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID',
  'SYS_CHROOT',
];
const SELINUX_TYPES = [undefined, '', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const SAFE_SYSCTLS = [
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes',
];
const RESTRICTED_VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];
const CONFINED = [undefined, 'RuntimeDefault', 'Localhost'];
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

type AnyContext = (SecurityContext & PodSecurityContext) | undefined;

interface Subject {
  readonly name: string;
  readonly context: AnyContext;
}

/** What of the standard `baseline` a pod violates. */
export function baselineViolations({ metadata, spec }: PodTemplateSpec): string[] {
  const containers = allContainers(spec);
  const subjects: Subject[] = [{ name: 'pod', context: spec?.securityContext }, ...containers.map(subject)];
  const annotations = Object.entries(metadata?.annotations ?? {});
  return [
    ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec?.[field]),
    ...(spec?.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => `volume ${name} is a hostPath`),
    ...annotations.filter(([key, value]) => key.startsWith(APP_ARMOR) && !/^(runtime\/default|localhost\/.*)?$/.test(value)).map(([key]) => key),
    ...containers.flatMap(containerViolations),
    ...subjects.flatMap(contextViolations),
  ];
}

function containerViolations({ name, ports = [], securityContext: context = {} }: Container): string[] {
  const added = context.capabilities?.add ?? [];
  return [
    ...(context.privileged ? [`${name} is privileged`] : []),
    ...added.filter((capability) => !BASELINE_CAPABILITIES.includes(capability)).map((capability) => `${name} adds ${capability}`),
    ...ports.filter(({ hostPort }) => hostPort).map(({ hostPort }) => `${name} has the host port ${hostPort}`),
    ...([undefined, 'Default'].includes(context.procMount) ? [] : [`${name} has procMount ${context.procMount}`]),
  ];
}

function contextViolations({ name, context }: Subject): string[] {
  const { seLinuxOptions: selinux, seccompProfile, appArmorProfile, windowsOptions, sysctls = [] } = context ?? {};
  return [
    ...(windowsOptions?.hostProcess ? [`${name} is a host process`] : []),
    ...(SELINUX_TYPES.includes(selinux?.type) && !selinux?.user && !selinux?.role ? [] : [`${name} sets SELinux options`]),
    ...(CONFINED.includes(seccompProfile?.type) ? [] : [`${name} has seccomp ${seccompProfile?.type}`]),
    ...(CONFINED.includes(appArmorProfile?.type) ? [] : [`${name} has AppArmor ${appArmorProfile?.type}`]),
    ...sysctls.filter((sysctl) => !SAFE_SYSCTLS.includes(sysctl.name)).map((sysctl) => `${name} sets ${sysctl.name}`),
  ];
}

/** What of the standard `restricted`, which holds all of `baseline`, a pod violates. */
export function restrictedViolations(template: PodTemplateSpec): string[] {
  const { spec } = template;
  const forbidden = (spec?.volumes ?? []).flatMap(({ name, ...source }) =>
    Object.keys(source).filter((kind) => !RESTRICTED_VOLUMES.includes(kind)).map((kind) => `volume ${name} is a ${kind}`));
  const violations = allContainers(spec).flatMap((container) => unrestricted(container, spec?.securityContext));
  return [...baselineViolations(template), ...forbidden, ...violations, ...(spec?.securityContext?.runAsUser === 0 ? ['pod runs as root'] : [])];
}

function unrestricted({ name, securityContext: own = {} }: Container, pod: PodSecurityContext = {}): string[] {
  const { capabilities: { add = [], drop = [] } = {} } = own;
  return [
    ...(own.allowPrivilegeEscalation === false ? [] : [`${name} may escalate its privileges`]),
    ...((own.runAsNonRoot ?? pod.runAsNonRoot) === true ? [] : [`${name} may run as root`]),
    ...(own.runAsUser === 0 ? [`${name} runs as root`] : []),
    ...(['RuntimeDefault', 'Localhost'].includes((own.seccompProfile ?? pod.seccompProfile)?.type ?? '') ? [] : [`${name} has no seccomp profile`]),
    ...(drop.includes('ALL') ? [] : [`${name} keeps capabilities`]),
    ...add.filter((capability) => capability !== 'NET_BIND_SERVICE').map((capability) => `${name} adds ${capability}`),
  ];
}

function subject({ name, securityContext }: Container): Subject {
  return { name, context: securityContext };
}

function allContainers(spec: PodTemplateSpec['spec']): Container[] {
  return [...spec?.initContainers ?? [], ...spec?.containers ?? []];
}
