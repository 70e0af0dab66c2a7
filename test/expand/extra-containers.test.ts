import type { PodSpec, ServerSpec } from '../../src/api/resource';
import {
  childOf, dataset, defined, jobOf, model, notebook, platformOf, server, the, userContainer, userPod, volumeNamed,
} from './fixtures';

const PROXY = { name: 'proxy', image: 'acme/proxy:1' };
const WARM = { name: 'warm', image: 'acme/warm:1', volumeMounts: [{ name: 'model', mountPath: '/content/model' }] };

test.each([model, dataset, server, notebook])('B9: a sidecar of %p runs beside the program, and ends with it', (kind) => {
  const pod = userPod(kind({ pod: { sidecars: [PROXY] } }));
  expect(pod.initContainers).toEqual([{ ...PROXY, restartPolicy: 'Always' }]);
  expect(pod.containers).toHaveLength(1);
});

test('B9: a sidecar is an error where Kubernetes would wait for it', () => {
  const on = (kubernetesVersion: string) => () => userPod(model({ pod: { sidecars: [PROXY] } }), { platform: platformOf('gcp', { kubernetesVersion }) });
  expect(on('1.28')).toThrow('pod.sidecars needs Kubernetes 1.29, but the platform says 1.28; leave them out');
  expect(on('1.29')).not.toThrow();
});

test('B9: init containers run after the inputs are copied and the sidecars run', () => {
  const pod = userPod(server({ access: 'download', pod: { initContainers: [WARM], sidecars: [PROXY] } }));
  expect(pod.initContainers?.map(({ name }) => name)).toEqual(['download-model', 'proxy', 'warm']);
});

test('B9: under restricted they meet the standard without saying so', () => {
  const pod = userPod(model({ podSecurity: 'restricted', pod: { initContainers: [PROXY] } }));
  expect(pod.initContainers?.[0]?.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
});

test('B9: environment from Secrets and ConfigMaps is the program\'s, outside the recipe', () => {
  const envFrom = [{ secretRef: { name: 'wandb' } }];
  const labelOf = (pod: PodSpec) => jobOf('run', model({ pod })).metadata?.labels?.['substratus.ai/recipe'];
  expect(userContainer(model({ pod: { envFrom } })).envFrom).toEqual(envFrom);
  expect(defined(labelOf({ envFrom }))).toBe(labelOf({}));
});

test('B9: more ports are those of the container and of the Service of a Server', () => {
  const pod = { ports: [{ name: 'metrics', containerPort: 9400 }, { name: 'grpc', containerPort: 9000, protocol: 'TCP' }] };
  expect(userContainer(server({ pod })).ports?.map(({ name, containerPort }) => [name, containerPort]))
    .toEqual([['http-serve', 8080], ['metrics', 9400], ['grpc', 9000]]);
  expect(childOf('Service', server({ pod })).spec?.ports?.slice(1)).toEqual([
    { name: 'metrics', port: 9400, targetPort: 'metrics', protocol: 'TCP' }, { name: 'grpc', port: 9000, targetPort: 'grpc', protocol: 'TCP' },
  ]);
});

test.each<[PodSpec, string]>([
  [{ sidecars: [{ name: 'serve', image: 'a:1' }] }, 'pod.sidecars has a container serve, a name that is taken in the pod; give it another'],
  [{ initContainers: [{ name: 'download-model', image: 'a:1' }] },
    'pod.initContainers has a container download-model, a name that is taken in the pod; give it another'],
  [{ initContainers: [PROXY], sidecars: [PROXY] }, 'pod.sidecars has a container proxy, a name that is taken in the pod; give it another'],
  [{ sidecars: [{ name: 'x' }] }, 'pod.sidecars has a container without an image; give it one'],
  [{ sidecars: [{ ...PROXY, restartPolicy: 'Always' }] }, 'pod.sidecars has a container proxy with a restartPolicy; leave it out'],
  [{ sidecars: [{ ...PROXY, securityContext: { privileged: true } }] },
    'pod.sidecars has a container proxy that is privileged, which pod security baseline forbids; leave it out'],
  [{ sidecars: [{ ...PROXY, securityContext: { seLinuxOptions: { type: 'spc_t' } } }] },
    'pod.sidecars has a container proxy that sets seLinuxOptions, which pod security baseline forbids; leave it out'],
  [{ initContainers: [{ ...PROXY, securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }] },
    'pod.initContainers has a container proxy that adds capability SYS_ADMIN, which pod security baseline forbids; leave it out'],
  [{ sidecars: [{ ...PROXY, securityContext: { seccompProfile: { type: 'Unconfined' } } }] },
    'pod.sidecars has a container proxy that is unconfined, which pod security baseline forbids; leave it out'],
  [{ sidecars: [{ ...PROXY, ports: [{ containerPort: 1, hostPort: 1 }] }] },
    'pod.sidecars has a container proxy that takes a port of the node, which pod security baseline forbids; leave it out'],
  [{ ports: [{ name: 'http-serve', containerPort: 1 }] }, 'pod.ports has port http-serve, a name that is taken; give it another'],
  [{ ports: [{ name: 'http', containerPort: 1 }] }, 'pod.ports has port http, a name that is taken; give it another'],
  [{ ports: [{ name: 'metrics', containerPort: 8080 }] }, 'pod.ports has port metrics on 8080, which is taken; leave it out, or use another'],
  [{ ports: [{ containerPort: 9400 }] }, 'pod.ports has a port named undefined; give it a name'],
  [{ ports: [{ name: 'metrics', containerPort: 0 }] }, 'pod.ports has port metrics with containerPort 0; give a whole number from 1 to 65535'],
])('B9: %j is an error', (pod, message) => {
  expect(() => userPod(server({ access: 'download', pod }))).toThrow(message);
});

test('B9: restricted, a container as root is an error', () => {
  const pod = { sidecars: [{ ...PROXY, securityContext: { runAsUser: 0 } }] };
  expect(() => userPod(server({ podSecurity: 'restricted', pod }))).toThrow('pod.sidecars has a container proxy that runs as root');
});

test('B9: a Server may run as an account of its own, which decides on its token', () => {
  const pod = userPod(server({ serviceAccountName: 'agent' }));
  expect([pod.serviceAccountName, 'automountServiceAccountToken' in pod]).toEqual(['agent', false]);
  expect(userPod(server({ serviceAccountName: 'artifact-reader' }))).toEqual(userPod(server()));
});

test.each(['artifact-writer', 'image-builder'])('B9: a program does not run as %s, which can write', (serviceAccountName) => {
  expect(() => userPod(server({ serviceAccountName }))).toThrow(`serviceAccountName is ${serviceAccountName}, which can write to the store`);
});

test('B9: options of the driver are added to the mount of each input', () => {
  const pod = userPod(server({ mountOptions: ['file-cache:max-size-mb:-1'] }));
  expect(volumeNamed('model', pod).csi?.volumeAttributes?.mountOptions).toMatch(/^implicit-dirs,only-dir=\S+,file-mode=0444,dir-mode=0555,file-cache:max-size-mb:-1$/);
});

test.each<[string, { readonly cloud: string; readonly spec: ServerSpec }, string]>([
  ['on another cloud', { cloud: 'aws', spec: {} }, 'mountOptions is set but AWS mounts all inputs through one volume of the workspace, whose options they share; leave mountOptions out'],
  ['with download', { cloud: 'gcp', spec: { access: 'download' } }, 'mountOptions is set but access is download, which mounts nothing; leave one of them out'],
  ['that leave the folder', { cloud: 'gcp', spec: { mountOptions: ['only-dir=/'] } }, 'mountOptions has "only-dir=/"; give one option an entry, and none of only-dir'],
  ['that hide another', { cloud: 'gcp', spec: { mountOptions: ['a,only-dir=/'] } }, 'mountOptions has "a,only-dir=/"; give one option an entry'],
])('B9: mount options %s are an error', (_, { cloud, spec }, message) => {
  expect(() => userPod(server({ mountOptions: ['x'], ...spec }), { platform: platformOf(cloud) })).toThrow(message);
});

test('the first container is the program\'s, whatever is beside it', () => {
  expect(the(userPod(server({ pod: { sidecars: [PROXY] } })).containers, 'container').name).toBe('serve');
});
