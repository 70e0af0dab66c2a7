import { schemaErrors } from './validate';
import type { KubernetesVersion } from './validate';

const VERSIONS: KubernetesVersion[] = ['1.27', 'current'];

const container = {
  name: 'server',
  image: 'example/server:1',
  env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.labels[\'app\']' } } }],
  ports: [{ name: 'http', containerPort: 8080 }],
  readinessProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 5 },
  resources: { requests: { 'cpu': '500m', 'memory': '1.5Gi', 'nvidia.com/gpu': 1 }, limits: { 'memory': '2Gi', 'nvidia.com/gpu': '1' } },
  volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
};

const pod = { containers: [container], volumes: [{ name: 'cache', emptyDir: { sizeLimit: '1Gi' } }] };

function deployment(podFields: object = {}, labels: object = { app: 'chat' }) {
  const template = { metadata: { labels }, spec: { ...pod, ...podFields } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'chat-server', namespace: 'team-a' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'chat' } }, strategy: { rollingUpdate: { maxSurge: '25%' } }, template },
  };
}

function serving(containerFields: object) {
  return deployment({ containers: [{ ...container, ...containerFields }] });
}

function job(jobFields: object = {}, podFields: object = { restartPolicy: 'Never' }) {
  const spec = { template: { spec: { containers: [{ name: 'load', image: 'example/load:1' }], ...podFields } }, ...jobFields };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'load' }, spec };
}

function named(kind: string, name: string, rest: object = {}) {
  return { apiVersion: 'v1', kind, metadata: { name }, ...rest };
}

function daemonSet(spec: object = {}) {
  const { selector, template } = deployment().spec;
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'plugin', namespace: 'kube-system' }, spec: { selector, template, ...spec } };
}

function storageClass(classFields: object = {}) {
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'ebs.csi.aws.com', ...classFields };
}

describe.each(VERSIONS)('Kubernetes %s', (version) => {
  test('accepts a correct Deployment, Job and Service', () => {
    expect(schemaErrors(deployment(), version)).toEqual([]);
    expect(schemaErrors(job(), version)).toEqual([]);
    expect(schemaErrors(named('Service', 'chat', { spec: { ports: [{ port: 80, targetPort: 'http' }] } }), version)).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['an unknown field, by its path', serving({ foo: 1 }), 'spec.template.spec.containers[0].foo is unknown'],
    ['a missing field', serving({ name: undefined }), 'spec.template.spec.containers[0].name is required'],
    ['a value of the wrong type', deployment({ hostNetwork: 'yes' }), 'spec.template.spec.hostNetwork is "yes" but must be of type boolean'],
    ['a value outside the enum', serving({ imagePullPolicy: 'Often' }),
      'spec.template.spec.containers[0].imagePullPolicy is "Often" but must be one of Always, IfNotPresent, Never'],
    ['a deprecated field', deployment({ serviceAccount: 'chat' }), 'spec.template.spec.serviceAccount is deprecated'],
    ['a deprecated volume', deployment({ volumes: [...pod.volumes, { name: 'code', gitRepo: { repository: 'r' } }] }),
      'spec.template.spec.volumes[1].gitRepo is deprecated'],
    ['a deprecated label', deployment({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
      'spec.template.spec.nodeSelector has the key "beta.kubernetes.io/os", which is deprecated'],
    ['a malformed quantity', serving({ resources: { requests: { memory: '1Gib' } } }),
      'spec.template.spec.containers[0].resources.requests.memory is "1Gib" but must be in format quantity'],
    ['more requests than limits', serving({ resources: { requests: { cpu: '1500m' }, limits: { cpu: 1 } } }),
      'spec.template.spec.containers[0].resources.requests has more cpu than limits'],
    ['a selector that misses its own pods', deployment({}, { app: 'other' }),
      'spec.selector asks for app=chat, which spec.template.metadata.labels does not have'],
    ['two containers of one name', deployment({ initContainers: [container] }), 'spec.template.spec has more than one container server'],
    ['two variables of one name', serving({ env: [{ name: 'A' }, { name: 'A' }] }), 'spec.template.spec.containers[0].env has more than one A'],
    ['a bad name of a variable', serving({ env: [{ name: '1=A' }] }), 'spec.template.spec.containers[0].env[0].name is "1=A", which is not a valid name'],
    ['a bad fieldRef', serving({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels[\'a b\']' } } }] }),
      'spec.template.spec.containers[0].env[0].valueFrom.fieldRef.fieldPath is "metadata.labels[\'a b\']", which no env may refer to'],
    ['a mount without its volume', deployment({ volumes: [] }),
      'spec.template.spec.containers[0].volumeMounts[0].name is "cache", which is not a volume of the pod'],
    ['two volumes of one name', deployment({ volumes: [...pod.volumes, ...pod.volumes] }), 'spec.template.spec.volumes has more than one cache'],
    ['a port out of range', serving({ ports: [{ name: 'http', containerPort: 70000 }] }),
      'spec.template.spec.containers[0].ports[0].containerPort is 70000 but must be between 1 and 65535'],
    ['a probe of a port that is not there', serving({ ports: [] }),
      'spec.template.spec.containers[0].readinessProbe.httpGet.port is "http", which is neither between 1 and 65535 nor a port of the container'],
    ['a probe that never waits', serving({ readinessProbe: { tcpSocket: { port: 80 }, timeoutSeconds: 0 } }),
      'spec.template.spec.containers[0].readinessProbe.timeoutSeconds is 0 but must be at least 1'],
    ['a bad label', deployment({}, { app: 'chat', team: 'a b' }), 'spec.template.metadata.labels["team"] is "a b", which is not a valid label value'],
  ])('refuses %s', (_, object, problem) => {
    expect(schemaErrors(object, version)).toContain(`Deployment chat-server: ${problem}`);
  });

  test('accepts a correct DaemonSet and StorageClass', () => {
    expect(schemaErrors(daemonSet(), version)).toEqual([]);
    expect(schemaErrors(storageClass({ volumeBindingMode: 'WaitForFirstConsumer', parameters: { type: 'gp3' } }), version)).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['replicas of a DaemonSet', daemonSet({ replicas: 1 }), 'DaemonSet plugin: spec.replicas is unknown'],
    ['a DaemonSet whose selector finds none of its pods', daemonSet({ selector: { matchLabels: { app: 'other' } } }),
      'DaemonSet plugin: spec.selector asks for app=other, which spec.template.metadata.labels does not have'],
    ['a StorageClass without a driver', storageClass({ provisioner: undefined }), 'StorageClass fast: provisioner is required'],
    ['a StorageClass that binds in no known way', storageClass({ volumeBindingMode: 'Late' }),
      'StorageClass fast: volumeBindingMode is "Late" but must be one of Immediate, WaitForFirstConsumer'],
    ['a parameter that is not a string', storageClass({ parameters: { encrypted: true } }), 'StorageClass fast: parameters.encrypted is true but must be of type string'],
  ])('refuses %s', (_, object, problem) => {
    expect(schemaErrors(object, version)).toEqual([problem]);
  });

  test('refuses a Job that restarts always, and a failure policy without Never', () => {
    const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [2] } }];
    expect(schemaErrors(job({}, {}), version)).toEqual(['Job load: spec.template.spec.restartPolicy must be Never or OnFailure']);
    expect(schemaErrors(job({ podFailurePolicy: { rules } }), version)).toEqual([]);
    expect(schemaErrors(job({ podFailurePolicy: { rules } }, { restartPolicy: 'OnFailure' }), version))
      .toEqual(['Job load: spec.podFailurePolicy needs the restartPolicy Never']);
  });

  test('refuses names that are malformed or too long for their kind', () => {
    expect(schemaErrors(named('Service', '7b-chat', { spec: {} }), version)).toEqual([expect.stringContaining('DNS-1035 label')]);
    expect(schemaErrors(named('Namespace', 'n'.repeat(64)), version)).toEqual([expect.stringContaining('DNS-1123 label')]);
    expect(schemaErrors(named('ConfigMap', 'Chat_1'), version)).toEqual([expect.stringContaining('DNS-1123 subdomain')]);
    expect(schemaErrors(named('ConfigMap', 'n'.repeat(64)), version)).toEqual([]);
  });

  test('refuses data and annotations that do not fit', () => {
    const annotations = { note: 'é'.repeat(128 * 1024) };
    expect(schemaErrors(named('ConfigMap', 'a', { data: { text: 'x'.repeat(1024 * 1024 + 1) } }), version)).toHaveLength(1);
    expect(schemaErrors({ ...named('ConfigMap', 'a'), metadata: { name: 'a', annotations } }, version)).toEqual([
      'ConfigMap a: metadata.annotations are 262148 bytes but at most 262144 fit',
    ]);
  });

  test('looks into the schema of a CustomResourceDefinition', () => {
    const openAPIV3Schema = { type: 'object', properties: { replicas: { type: 'integer', minimun: 1 } } };
    const spec = {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, subresources: { status: {} } }],
    };
    const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.example.com' }, spec };
    expect(schemaErrors(crd, version)).toEqual([
      'CustomResourceDefinition things.example.com: spec.versions[0].schema.openAPIV3Schema.properties.replicas.minimun is unknown',
    ]);
  });

  test('refuses a kind or an apiVersion that it does not know', () => {
    expect(schemaErrors({ ...deployment(), apiVersion: 'apps/v1beta1' }, version)).toEqual([expect.stringContaining('apps/v1beta1 Deployment is not among')]);
    expect(schemaErrors(undefined, version)).toHaveLength(1);
  });

  test('leaves custom resources of our own to their definitions', () => {
    expect(schemaErrors({ apiVersion: 'substratus.ai/v1', kind: 'Server', spec: { anything: 1 } }, version)).toEqual([]);
  });
});

test.each([
  ['preStop.sleep', serving({ lifecycle: { preStop: { sleep: { seconds: 5 } } } }), 'spec.template.spec.containers[0].lifecycle.preStop.sleep'],
  ['a sidecar', deployment({ initContainers: [{ name: 'proxy', image: 'p', restartPolicy: 'Always' }] }), 'spec.template.spec.initContainers[0].restartPolicy'],
  ['podReplacementPolicy', job({ podReplacementPolicy: 'Failed' }), 'spec.podReplacementPolicy'],
])('%s is newer than 1.27', (_, object, path) => {
  expect(schemaErrors(object, '1.27')).toEqual([expect.stringContaining(`${path} is unknown`)]);
  expect(schemaErrors(object, 'current')).toEqual([]);
});

test('a field that 1.27 drops by default is refused there', () => {
  const object = deployment({ hostUsers: false });
  expect(schemaErrors(object, '1.27')).toEqual(['Deployment chat-server: spec.template.spec.hostUsers is alpha, which servers drop by default']);
  expect(schemaErrors(object, 'current')).toEqual([]);
});
