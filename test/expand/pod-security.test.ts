/** That the checker of the standards sees what they forbid. */
import type { Container, PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { baselineViolations, restrictedViolations } from './pod-security';

const SAFE: Container = {
  name: 'c', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
};

function pod(fields: Partial<PodSpec> = {}, container: Partial<Container> = {}): PodTemplateSpec {
  return { spec: { ...fields, containers: [{ ...SAFE, ...container }] } };
}

test('a safe pod meets both', () => {
  expect(restrictedViolations(pod())).toEqual([]);
});

test.each<[string, PodTemplateSpec]>([
  ['hostNetwork', pod({ hostNetwork: true })],
  ['volume v is a hostPath', pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] })],
  ['c is privileged', pod({}, { securityContext: { privileged: true } })],
  ['c adds SYS_ADMIN', pod({}, { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } })],
  ['c has the host port 80', pod({}, { ports: [{ containerPort: 80, hostPort: 80 }] })],
  ['c has seccomp Unconfined', pod({}, { securityContext: { seccompProfile: { type: 'Unconfined' } } })],
  ['pod has AppArmor Unconfined', pod({ securityContext: { appArmorProfile: { type: 'Unconfined' } } })],
  ['c has procMount Unmasked', pod({}, { securityContext: { procMount: 'Unmasked' } })],
  ['pod sets kernel.msgmax', pod({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } })],
  ['pod sets SELinux options', pod({ securityContext: { seLinuxOptions: { user: 'x' } } })],
  ['c is a host process', pod({}, { securityContext: { windowsOptions: { hostProcess: true } } })],
])('baseline: %s', (violation, template) => {
  expect(baselineViolations(template)).toEqual([violation]);
});

test.each<[string, PodTemplateSpec]>([
  ['volume v is a nfs', pod({ volumes: [{ name: 'v', nfs: { server: 's', path: '/' } }] })],
  ['c may escalate its privileges', pod({}, { securityContext: { ...SAFE.securityContext, allowPrivilegeEscalation: undefined } })],
  ['c may run as root', pod({}, { securityContext: { ...SAFE.securityContext, runAsNonRoot: undefined } })],
  ['c runs as root', pod({}, { securityContext: { ...SAFE.securityContext, runAsUser: 0 } })],
  ['c has no seccomp profile', pod({}, { securityContext: { ...SAFE.securityContext, seccompProfile: undefined } })],
  ['c keeps capabilities', pod({}, { securityContext: { ...SAFE.securityContext, capabilities: {} } })],
  ['c adds CHOWN', pod({}, { securityContext: { ...SAFE.securityContext, capabilities: { drop: ['ALL'], add: ['CHOWN'] } } })],
])('restricted: %s', (violation, template) => {
  expect(restrictedViolations(template)).toEqual([violation]);
});

test('init containers are held to the same', () => {
  expect(baselineViolations({ spec: { containers: [SAFE], initContainers: [{ name: 'i', securityContext: { privileged: true } }] } })).toEqual(['i is privileged']);
});
