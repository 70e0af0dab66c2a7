/** What the API server refuses of a pod in Kubernetes' own words, or drops without a word, is said at synth. */
import type { PodOptions } from '../../../src';
import { podFieldsProblem } from '../../../src/constructs/checks/pod-fields';
import { messageOf, model, synthErrors, untyped, workspace } from '../fixtures';

const tolerations = (...all: object[]) => ({ tolerations: all });
const sidecars = (...all: object[]) => ({ sidecars: all });
const PROXY = { name: 'proxy', image: 'acme/proxy:1' };

test.each<[PodOptions, string]>([
  [tolerations({ key: 'gpu', operator: 'Exist' }), "pod.tolerations.0.operator is 'Exist'; use Exists or Equal"],
  [tolerations({ key: 'gpu', operator: 'Exists', effect: 'NoScheduling' }),
    "pod.tolerations.0.effect is 'NoScheduling'; use NoSchedule, PreferNoSchedule, NoExecute, or leave it out for all"],
  [tolerations({ effect: 'NoSchedule' }), "pod.tolerations.0 has no key; name that of the taint, or set operator: 'Exists' to tolerate all taints"],
  [tolerations({ operator: 'Exists' }, { key: 'a b', operator: 'Exists' }), "pod.tolerations.1.key is 'a b', which is not the key of a taint; write for example nvidia.com/gpu"],
  [tolerations({ key: 'gpu', operator: 'Exists', value: 'yes' }), "pod.tolerations.0 has the value 'yes' with operator Exists; leave value out, or operator"],
  [tolerations({ key: 'gpu', value: true }), 'pod.tolerations.0.value is true, which is not the value of a taint; write it as a string'],
  [tolerations({ key: 'gpu', operator: 'Exists', tolerationSeconds: 5 }), 'pod.tolerations.0 has tolerationSeconds, which only effect NoExecute takes; leave it out'],
  [tolerations({ key: 'gpu', operators: 'Exists' }), 'pod.tolerations.0 has no prop operators; did you mean operator?'],
  [{ labels: { 'team a': 'x' } }, 'pod.labels has team a=x, which is not a label of Kubernetes; use letters, digits, -, _ and ., up to 63 characters each'],
  [{ labels: { 'a/b/c': 'x' } }, 'pod.labels has a/b/c=x, which is not a label of Kubernetes; use letters, digits, -, _ and ., up to 63 characters each'],
  [{ annotations: { 'a b': 'x' } }, "pod.annotations has 'a b', which is not a name of an annotation; use letters, digits, -, _ and ., after a domain and a / or alone"],
  [{ volumeMounts: [{ name: 'v', path: '/v' }] }, 'pod.volumeMounts.0 has no prop path; did you mean mountPath?'],
  [{ envFrom: [{ secret: { name: 'a' } }] }, 'pod.envFrom.0 has no prop secret; did you mean secretRef?'],
  [{ ports: [{ name: 'grpc', port: 1 }] }, 'pod.ports.0 has no prop port; did you mean containerPort?'],
  [sidecars({ ...PROXY, imge: 'x' }), 'pod.sidecars.0 has no prop imge; did you mean image?'],
  [sidecars({ ...PROXY, name: 'My_proxy' }), "pod.sidecars.0.name is 'My_proxy'; use lower-case letters, digits and - inside, 63 characters at most"],
  [sidecars({ ...PROXY, env: { A: 'b' } }), 'pod.sidecars.0.env is {"A":"b"}; give a list of names and values, for example [{ name: \'LOG_LEVEL\', value: \'info\' }]'],
  [sidecars({ ...PROXY, env: [{ name: 'A' }, { name: 'A' }] }), 'pod.sidecars.0.env has A twice; leave one of them out'],
  [sidecars({ ...PROXY, volumeMounts: [{ name: 'a', mountPath: '/a' }, { name: 'b', mountPath: '/a' }] }), 'pod.sidecars.0.volumeMounts has /a twice; leave one of them out'],
  [{ initContainers: [{ ...PROXY, readinessProbe: {} }] },
    'pod.initContainers.0 has a readinessProbe, which a container that ends cannot have; leave it out, or move the container to sidecars'],
])('%j is refused', (pod, message) => {
  expect(messageOf(() => model(workspace(), 'opt', { pod }))).toBe(`[team-a/opt] ${message}`);
});

test('what Kubernetes takes is taken', () => {
  const pod: PodOptions = {
    labels: { 'app.kubernetes.io/part-of': 'acme', 'tier': '' },
    annotations: { 'prometheus.io/scrape': 'true', 'Acme.example/Note': 'any text: at all' },
    tolerations: [{ operator: 'Exists' }, { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }, { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
    sidecars: [{ ...PROXY, env: [{ name: 'A', value: 'b' }], restartPolicyRules: [], readinessProbe: {} }],
  };
  expect(podFieldsProblem('pod', pod)).toBeUndefined();
});

test('a sidecar that mounts a volume which the pod does not have is refused, also of a mount of ours that is there', () => {
  const mounting = (name: string) => {
    const team = workspace();
    model(team, 'opt', { pod: { sidecars: [{ ...PROXY, volumeMounts: [{ name, mountPath: '/x' }] }], volumes: untyped([{ name: 'own', emptyDir: {} }]) } });
    return synthErrors(team);
  };
  expect([mounting('own'), mounting('artifacts')]).toEqual([['no error'], ['no error']]);
  expect(mounting('owm')).toEqual(['[team-a/opt] pod.sidecars has a container proxy that mounts volume owm, which pod.volumes does not have; add it']);
});
