/** The NetworkPolicies of a workspace, looked at as a network that enforces them does: who reaches whom. */
import type { PlatformSpec, WorkspaceSpec } from '../../src/api/platform';
import { expandWorkspace } from '../../src/expand';
import { CLOUDS, nameOf, NAMESPACE, platformOf, S3_COMPATIBLE, server, userTemplate } from './fixtures';
import { canConnect, canReach, policiesOf } from './network';
import type { Peer } from './network';

const SERVER: Peer = { namespace: NAMESPACE, labels: { 'app.kubernetes.io/managed-by': 'substratus', 'server': 'chat', 'role': 'run', 'substratus.ai/store-access': 'false' }, ports: { 'http-serve': 8080, 'debug': 5000 } };
const NOTEBOOK: Peer = { namespace: NAMESPACE, labels: { 'app.kubernetes.io/managed-by': 'substratus', 'notebook': 'lab', 'role': 'run', 'substratus.ai/store-access': 'false' }, ports: { notebook: 8888 } };
const JOB: Peer = { namespace: NAMESPACE, labels: { 'app.kubernetes.io/managed-by': 'substratus', 'model': 'opt', 'role': 'run', 'substratus.ai/store-access': 'false' } };
const PUBLISH: Peer = { namespace: NAMESPACE, labels: { ...JOB.labels, role: 'publish' } };
const BUILD: Peer = { namespace: NAMESPACE, labels: { ...JOB.labels, role: 'build' } };
/** Of a release before pods said whether they download. */
const FORMER: Peer = { namespace: NAMESPACE, labels: { 'app.kubernetes.io/managed-by': 'substratus', 'server': 'chat', 'role': 'run' }, ports: { 'http-serve': 8080 } };
const DOWNLOADING: Peer = { ...SERVER, labels: { ...SERVER.labels, 'substratus.ai/store-access': 'true' } };
const STRANGER: Peer = { namespace: NAMESPACE, labels: { app: 'web' }, ports: { http: 80 } };
const ALL_PODS = { SERVER, NOTEBOOK, JOB, PUBLISH, BUILD, DOWNLOADING, STRANGER };

const OUTSIDER: Peer = { namespace: 'team-b', labels: {} };
const GATEWAY: Peer = { namespace: 'gateway', labels: {} };
const RECONCILER: Peer = { namespace: 'substratus', labels: { 'app.kubernetes.io/name': 'substratus-reconciler' } };
const DNS: Peer = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, ports: { dns: 53 } };

/** Hugging Face, or anybody on the internet. */
const INTERNET = '18.64.0.1';
const STORES: Readonly<Record<string, string>> = { gcp: '142.250.1.207', aws: '52.216.1.1', azure: '10.0.128.4' };
const METADATA = ['169.254.169.254', 'fd00:ec2::254', '168.63.129.16'];

function platform(cloud: string, workspace: Partial<WorkspaceSpec> = {}, changes: Partial<PlatformSpec> = {}): PlatformSpec {
  return platformOf(cloud, { workspaces: [{ namespace: NAMESPACE, ...workspace }, { namespace: 'team-b' }], ...changes });
}

describe.each(CLOUDS)('on %s', (cloud) => {
  const policies = policiesOf(platform(cloud, { builds: true, serversOpenTo: ['gateway'] }));

  test.each(Object.entries(ALL_PODS))('A2: %s reaches no metadata of its machine, at any port but that of its own identity', (_, pod) => {
    const ports = [53, 80, 443, 8080, 32526].flatMap((port) => METADATA.filter((address) => canReach(policies, pod, { address, port })).map((address) => `${address}:${port}`));
    const ofIdentity = cloud === 'gcp' ? ['169.254.169.254:53', '169.254.169.254:80', '169.254.169.254:8080'] : [];
    expect(ports.filter((port) => !ofIdentity.includes(port))).toEqual([]);
  });

  test.each(Object.entries(ALL_PODS))('%s finds the names of hosts', (_, pod) => {
    expect(canConnect(policies, pod, { of: DNS, name: 'dns' })).toBe(true);
    expect(canReach(policies, pod, { address: '169.254.20.10', port: 53 })).toBe(true);
  });

  test('from another namespace only those that are named come in, and only to the Servers', () => {
    expect(canConnect(policies, GATEWAY, { of: SERVER, name: 'http-serve' })).toBe(true);
    expect(canConnect(policies, GATEWAY, { of: SERVER, name: 'debug' })).toBe(false);
    expect(canConnect(policies, GATEWAY, { of: NOTEBOOK, name: 'notebook' })).toBe(false);
    expect(canConnect(policies, OUTSIDER, { of: SERVER, name: 'http-serve' })).toBe(false);
    expect(canConnect(policies, OUTSIDER, { of: STRANGER, name: 'http' })).toBe(false);
  });

  test('within the workspace Jobs and Notebooks reach Servers, and Servers reach nobody', () => {
    expect([JOB, NOTEBOOK].map((pod) => canConnect(policies, pod, { of: SERVER, name: 'http-serve' }))).toEqual([true, true]);
    expect(canConnect(policies, JOB, { of: SERVER, name: 'debug' })).toBe(true); // of pod.ports, which the Service has too
    expect(canConnect(policies, SERVER, { of: SERVER, name: 'http-serve' })).toBe(false);
    expect(canConnect(policies, SERVER, { of: NOTEBOOK, name: 'notebook' })).toBe(false);
  });

  test('a Notebook is reached by the reconciler alone', () => {
    expect(canConnect(policies, RECONCILER, { of: NOTEBOOK, name: 'notebook' })).toBe(true);
    expect(canConnect(policies, { ...RECONCILER, namespace: 'team-b' }, { of: NOTEBOOK, name: 'notebook' })).toBe(false);
    expect(canConnect(policies, JOB, { of: NOTEBOOK, name: 'notebook' })).toBe(false);
  });

  test('Jobs and Notebooks reach the internet by HTTPS, and no private network', () => {
    for (const pod of [JOB, NOTEBOOK]) {
      expect(canReach(policies, pod, { address: INTERNET, port: 443 })).toBe(true);
      expect(canReach(policies, pod, { address: '2600:9000::1', port: 443 })).toBe(true);
      expect(canReach(policies, pod, { address: INTERNET, port: 80 })).toBe(false);
      expect(canReach(policies, pod, { address: '10.0.0.9', port: 443 })).toBe(false);
    }
  });

  test('a pod that is of nobody here reaches DNS alone', () => {
    expect(canReach(policies, STRANGER, { address: INTERNET, port: 443 })).toBe(false);
  });
});

test.each(['gcp', 'aws', 'azure'])('on %s helpers and pods that download reach store and identity', (cloud) => {
  const policies = policiesOf(platform(cloud));
  const identity = { gcp: ['169.254.169.254', 80], aws: ['169.254.170.23', 80], azure: ['20.190.128.1', 443] }[cloud] ?? [];
  for (const pod of [PUBLISH, DOWNLOADING]) {
    expect(canReach(policies, pod, { address: STORES[cloud] ?? '', port: 443 })).toBe(true);
    expect(canReach(policies, pod, { address: String(identity[0]), port: Number(identity[1]) })).toBe(true);
  }
});

test.each([['gcp', true], ['aws', false], ['azure', false]])('on %s a Server that mounts its model reaches the store: %s', (cloud, expected) => {
  expect(canReach(policiesOf(platform(cloud)), SERVER, { address: STORES[cloud] ?? '', port: 443 })).toBe(expected);
});

test.each([['aws', true], ['azure', true]])('on %s the Jobs of a private workspace reach nothing outside', (cloud) => {
  const policies = policiesOf(platform(cloud, { private: true }));
  expect(canReach(policies, JOB, { address: INTERNET, port: 443 })).toBe(false);
  expect(canReach(policies, NOTEBOOK, { address: STORES[cloud] ?? '', port: 443 })).toBe(false);
});

test('where the platform names the ranges of the store, nothing else is reached for it', () => {
  const artifacts = { url: 'gs://acme', cidrs: ['199.36.153.8/30'] };
  const policies = policiesOf(platform('gcp', { private: true }, { artifacts }));
  for (const pod of [SERVER, JOB, PUBLISH]) {
    expect(canReach(policies, pod, { address: '199.36.153.9', port: 443 })).toBe(true);
    expect(canReach(policies, pod, { address: INTERNET, port: 443 })).toBe(false);
  }
});

test('a store in the cluster is reached in its namespace, at its port', () => {
  const policies = policiesOf({ ...S3_COMPATIBLE, workspaces: [{ namespace: NAMESPACE }] });
  const minio: Peer = { namespace: 'minio', labels: {}, ports: { http: 9000, console: 9001 } };
  expect(canConnect(policies, PUBLISH, { of: minio, name: 'http' })).toBe(true);
  expect(canConnect(policies, PUBLISH, { of: minio, name: 'console' })).toBe(false);
  expect(canConnect(policies, JOB, { of: minio, name: 'http' })).toBe(false);
});

test.each([
  { endpoint: 'http://10.1.2.3:9000', address: '10.1.2.3', port: 9000, other: '10.1.2.4' },
  { endpoint: 'https://ceph.acme.example', address: '10.1.2.3', port: 443, other: '169.254.169.254' },
  { endpoint: 'https://[fd12::1]:9000', address: 'fd12::1', port: 9000, other: 'fd12::2' },
])('a store at $endpoint is reached at $address, port $port, and not at $other', ({ endpoint, address, port, other }) => {
  const policies = policiesOf({ ...S3_COMPATIBLE, artifacts: { url: 's3://artifacts', endpoint }, workspaces: [{ namespace: NAMESPACE }] });
  expect(canReach(policies, PUBLISH, { address, port })).toBe(true);
  expect(canReach(policies, PUBLISH, { address: other, port })).toBe(false);
});

test.each([[false, [true, true]], [true, [false, false]]])('builds of a workspace that is private: %s reach package sources and git: %j', (isPrivate, expected) => {
  const policies = policiesOf(platform('local', { builds: true, private: isPrivate }, { registry: { url: 'registry.acme.example:5000/ml' } }));
  expect([80, 443].map((port) => canReach(policies, BUILD, { address: INTERNET, port }))).toEqual(expected);
  expect(canReach(policies, BUILD, { address: '10.0.0.5', port: 5000 })).toBe(true);
});

test('builds reach ECR where it is behind an endpoint, and no other address of the network', () => {
  const behind = { registry: { url: '111122223333.dkr.ecr.us-east-1.amazonaws.com/ml', cidrs: ['10.0.0.0/16'] } };
  const policies = policiesOf(platform('aws', { builds: true, private: true }, behind));
  const reached = (address: string, port = 443): boolean => canReach(policies, BUILD, { address, port });
  expect([reached('10.0.3.4'), reached('10.1.0.1'), reached('10.0.3.4', 80), reached(INTERNET)]).toEqual([true, false, false, true]);
});

test('a workspace reaches the Servers that another opens to it', () => {
  const workspaces = [{ namespace: NAMESPACE, serversOpenTo: ['team-b'] }, { namespace: 'team-b' }];
  const both = [NAMESPACE, 'team-b'].flatMap((namespace) => policiesOf(platformOf('aws', { workspaces }), namespace));
  const job: Peer = { ...JOB, namespace: 'team-b' };
  expect(canConnect(both, job, { of: SERVER, name: 'http-serve' })).toBe(true);
  expect(canConnect(both, job, { of: NOTEBOOK, name: 'notebook' })).toBe(false);
});

test('a workspace may do without', () => {
  expect(policiesOf(platform('gcp', { networkPolicies: false }))).toEqual([]);
});

test('in a namespace that was not declared, pods of others are left alone', () => {
  const policies = policiesOf(platformOf('local', { workspaces: undefined }));
  expect(canConnect(policies, OUTSIDER, { of: STRANGER, name: 'http' })).toBe(true);
  expect(canConnect(policies, OUTSIDER, { of: SERVER, name: 'http-serve' })).toBe(false);
});

test('the reconciler may run in another namespace', () => {
  const policies = policiesOf(platform('local', {}, { reconcilerNamespace: 'operators' }));
  expect(canConnect(policies, { ...RECONCILER, namespace: 'operators' }, { of: NOTEBOOK, name: 'notebook' })).toBe(true);
});

test('names of policies are of this library, for a namespace may have others', () => {
  const names = expandWorkspace(platform('gcp', { builds: true }), NAMESPACE).filter(({ kind }) => kind === 'NetworkPolicy').map(nameOf);
  expect(names.filter((name) => !name.startsWith('substratus-'))).toEqual([]);
  expect(new Set(names).size).toBe(7);
});

test.each([[false, true], [true, false]])('a proxy of the platform is reached by helpers, and by the Jobs of a workspace that is private: %s only if it is not', (isPrivate, expected) => {
  const podDefaults = { env: { HTTPS_PROXY: 'http://10.1.2.3:3128', ALL_PROXY: '${{ secrets.proxy.url }}' } };
  const policies = policiesOf(platform('aws', { private: isPrivate }, { podDefaults }));
  expect(canReach(policies, PUBLISH, { address: '10.1.2.3', port: 3128 })).toBe(true);
  expect(canReach(policies, JOB, { address: '10.1.2.3', port: 3128 })).toBe(expected);
  expect(canReach(policies, SERVER, { address: '10.1.2.3', port: 3128 })).toBe(false);
});

test.each(['gcp', 'aws', 'azure'])('on %s neither a Server nor a Job of a private workspace reaches the proxy, by which it would reach everybody', (cloud) => {
  const policies = policiesOf(platform(cloud, { private: true }, { podDefaults: { env: { HTTPS_PROXY: 'http://proxy.acme.example:3128' } } }));
  const reached = [SERVER, JOB, NOTEBOOK, PUBLISH].map((pod) => canReach(policies, pod, { address: '10.1.2.3', port: 3128 }));
  expect(reached).toEqual([false, false, false, true]);
});

test.each([
  ['proxy.lan', true], ['squid.corp', true], ['proxy.de', true], ['acme.com', true], ['proxy.local', true],
  ['squid.proxies', false], ['squid.lan.svc', false], ['squid.proxies.svc.cluster.local', false],
])('a proxy at %s is outside the cluster: %s', (host, isOutside) => {
  const policies = policiesOf(platform('aws', {}, { podDefaults: { env: { HTTPS_PROXY: `http://${host}:3128` } } }));
  expect(canReach(policies, PUBLISH, { address: '10.1.2.3', port: 3128 })).toBe(isOutside);
  const service: Peer = { namespace: host.split('.')[1] ?? '', labels: {}, ports: { proxy: 3128 } };
  expect(canConnect(policies, PUBLISH, { of: service, name: 'proxy' })).toBe(!isOutside);
});

test.each(['gcp', 'aws', 'azure'])('on %s a pod of an older release keeps its store, and what a pod is labelled as is what it downloads', (cloud) => {
  const policies = policiesOf(platform(cloud));
  expect(canReach(policies, FORMER, { address: STORES[cloud] ?? '', port: 443 })).toBe(true);
  const labels = ['stream', 'download'].map((access) => userTemplate(server({ access: access as 'stream' }), { platform: platform(cloud) }).metadata?.labels?.['substratus.ai/store-access']);
  expect(labels).toEqual([cloud === 'gcp' ? undefined : 'false', 'true']);
});

test('on OpenShift pods find the names of hosts at its DNS, which listens at 5353, and nowhere else', () => {
  const policies = policiesOf({ ...S3_COMPATIBLE, openShift: {}, workspaces: [{ namespace: NAMESPACE }] });
  const dns: Peer = { namespace: 'openshift-dns', labels: { 'dns.operator.openshift.io/daemonset-dns': 'default' }, ports: { dns: 5353, metrics: 9154 } };
  for (const pod of Object.values(ALL_PODS)) {
    expect(canConnect(policies, pod, { of: dns, name: 'dns' })).toBe(true);
    expect(canConnect(policies, pod, { of: dns, name: 'metrics' })).toBe(false);
    expect(canConnect(policies, pod, { of: DNS, name: 'dns' })).toBe(false);
  }
});
