import { readdirSync } from 'node:fs';
import { App, Chart, Size } from 'cdk8s';
import type { ConfigMap, Namespace } from 'kubernetes-types/core/v1';
import type { FlowSchema } from 'kubernetes-types/flowcontrol/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { Gpu, LogLevel, Platform, Preview, Reconciler, Workspace } from '../../../src';
import { customResourceDefinitions } from '../../../src/api/crds';
import { IMAGES } from '../../../src/catalog/images';
import { restrictedViolations } from '../../expand/pod-security';
import { schemaErrors } from '../../schemas/validate';
import { appOf, gcp, local, messageOf, model, objectsOf, temporary, untyped, workspace } from '../fixtures';
import { containerOf, deploymentOf, environmentOf, find, programOf, reconciler, reconcilerOn, withWorkspaces, writtenBy } from './reconciler-fixtures';

/** Limit of the annotation in which client-side `kubectl apply` keeps what it has applied. */
const LAST_APPLIED_BYTES = 256 * 1024;

describe('what is written', () => {
  test('the definitions come first, then the namespace, the rights, the configuration, and the Deployment', () => {
    expect(writtenBy(reconciler({ podMonitor: true, flowSchema: true })).map(({ kind }) => kind)).toEqual([
      ...Array<string>(4).fill('CustomResourceDefinition'), 'Namespace', 'ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding',
      'ClusterRole', 'ClusterRole', 'ClusterRole', 'ConfigMap', 'ConfigMap', 'NetworkPolicy', 'FlowSchema', 'Deployment',
      'PodDisruptionBudget', 'PodMonitor', 'Role', 'RoleBinding',
    ]);
  });

  test('the definitions are those of the four kinds', () => {
    const specs = writtenBy(reconciler()).flatMap((object) => (object.kind === 'CustomResourceDefinition' ? [(object as { spec?: object }).spec] : []));
    expect(specs).toEqual(customResourceDefinitions().map(({ spec }) => spec));
  });

  test.each([withWorkspaces(gcp()), withWorkspaces(local())])('every object is strictly valid, on the oldest Kubernetes and on the current one', (platform) => {
    const objects = writtenBy(reconcilerOn(platform));
    expect(objects.flatMap((object) => [...schemaErrors(object, '1.27'), ...schemaErrors(object, 'current')])).toEqual([]);
  });

  test('everything is small enough for `kubectl apply`, which keeps all of it in an annotation', () => {
    const sizes = writtenBy(reconciler()).map((object) => Buffer.byteLength(JSON.stringify(object)));
    expect(Math.max(...sizes)).toBeLessThan(LAST_APPLIED_BYTES);
  });

  test('in a chart that has a namespace, what has none is given none, and the rest its own', () => {
    const chart = new Chart(new App(), 'system', { namespace: 'elsewhere' });
    new Reconciler(chart, 'substratus', { platform: withWorkspaces(gcp()) });
    expect([...new Set(objectsOf(chart).map(({ metadata }) => metadata?.namespace))]).toEqual([undefined, 'substratus', 'team-a']);
  });

  test('Argo CD applies the definitions before the rest, and both before the resources', () => {
    const waves = writtenBy(reconciler()).map(({ kind, metadata }) => [kind === 'CustomResourceDefinition', metadata?.annotations?.['argocd.argoproj.io/sync-wave']]);
    expect([...new Set(waves.map(String))]).toEqual(['true,-2', 'false,-1']);
  });

  test('two renderings are the same bytes', () => {
    const [construct, other] = [reconciler(), reconciler()];
    expect(JSON.stringify(writtenBy(construct))).toBe(JSON.stringify(writtenBy(construct)));
    expect(JSON.stringify(writtenBy(other))).toBe(JSON.stringify(writtenBy(construct)));
  });
});

describe('the platform', () => {
  test('is what it is at synth, with what was added to it later', () => {
    const platform = gcp();
    const construct = reconcilerOn(platform);
    platform.addGpuPool('late', { gpu: Gpu.NVIDIA_H100 });
    platform.addWorkspace('late');
    const { data } = find<ConfigMap>(construct, 'ConfigMap', 'substratus-platform');
    expect(JSON.parse(data?.['platform.json'] ?? '')).toEqual(platform.toJson());
    expect(data?.['platform.json']).toContain('nvidia-h100');
  });

  test('has an engine that was added without options, for that it is there is what counts', () => {
    const platform = withWorkspaces(gcp());
    platform.addKeda();
    const { data } = find<ConfigMap>(reconcilerOn(platform), 'ConfigMap', 'substratus-platform');
    expect(JSON.parse(data?.['platform.json'] ?? '')).toEqual(platform.toJson());
    expect(JSON.parse(data?.['platform.json'] ?? '')).toHaveProperty('keda', {});
  });

  test('has no empty list, such as that of the zones of a cluster on Azure without any, so that no pod rolls for one', () => {
    const write = (zones?: string[]): string | undefined => {
      const platform = withWorkspaces(gcp());
      platform.addGpuPool('other', { gpu: Gpu.NVIDIA_L4, ...(zones && { zones }) });
      return find<ConfigMap>(reconcilerOn(platform), 'ConfigMap', 'substratus-platform').data?.['platform.json'];
    };
    expect(write([])).toBe(write());
    expect(write(['us-central1-a'])).not.toBe(write());
  });

  test('rolls the pods when it changes', () => {
    const platform = withWorkspaces(gcp());
    const construct = reconcilerOn(platform);
    const template = (): unknown => deploymentOf(construct).spec?.template;
    const before = template();
    expect(template()).toEqual(before);
    platform.addWorkspace('team-b');
    expect(template()).not.toEqual(before);
  });
});

describe('the program', () => {
  test('lies packed in an immutable ConfigMap, whose name the pods have, so that another program rolls them', () => {
    const construct = reconciler();
    const { immutable, metadata } = programOf(construct);
    expect(immutable).toBe(true);
    expect(metadata?.name).toMatch(/^substratus-reconciler-[0-9a-z]{8}$/);
    expect(deploymentOf(construct).spec?.template.spec?.volumes).toContainEqual({ name: 'program', configMap: { name: metadata?.name } });
  });

  test('runs on Node\'s own image, which is pinned by its digest', () => {
    expect(containerOf(reconciler()).image).toBe(IMAGES.node);
    expect(IMAGES.node).toMatch(/^docker\.io\/library\/node:\d+\.\d+\.\d+-alpine@sha256:[0-9a-f]{64}$/);
  });

  test('takes Node\'s own image from a registry of the platform', () => {
    const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme', images: { node: 'mirror.example.com/node:24' } });
    expect(containerOf(reconcilerOn(withWorkspaces(platform))).image).toBe('mirror.example.com/node:24');
  });

  test('B13: its pods follow the rules of the platform, and those of its own before them', () => {
    const podDefaults = { priorityClassName: 'batch', imagePullSecrets: ['regcred'], tolerations: [{ key: 'acme', operator: 'Exists' }] };
    const platform = withWorkspaces(Platform.gcp({ clusterName: 'ml', bucketName: 'acme', podDefaults }));
    const own = { priorityClassName: 'system-cluster-critical', nodeSelector: { pool: 'system' }, env: { A: '1' }, limits: { cpu: 1 } };
    const construct = new Reconciler(new Chart(new App(), 'system'), 'substratus', { platform, podDefaults: own });
    const pod = deploymentOf(construct).spec?.template.spec;
    expect(pod).toMatchObject({
      priorityClassName: 'system-cluster-critical', imagePullSecrets: [{ name: 'regcred' }], tolerations: podDefaults.tolerations,
      nodeSelector: { 'kubernetes.io/os': 'linux', 'pool': 'system' },
    });
    expect(containerOf(construct)).toMatchObject({
      env: expect.arrayContaining([{ name: 'A', value: '1' }]), resources: { limits: { cpu: '1', memory: '256Mi' } },
    });
    expect(messageOf(() => new Reconciler(new Chart(new App(), 'other'), 'substratus', { platform, podDefaults: { priorityClassName: untyped(1) } })))
      .toBe('[other/substratus] podDefaults.priorityClassName is 1; give a string');
  });

  test('is in an own image, which starts it itself: then there is no ConfigMap of it', () => {
    const construct = reconciler({ image: 'registry.example.com/substratus-reconciler:1' });
    expect(containerOf(construct)).toMatchObject({ image: 'registry.example.com/substratus-reconciler:1' });
    expect(containerOf(construct)).not.toHaveProperty('command');
    expect(writtenBy(construct).filter((object) => 'binaryData' in object)).toEqual([]);
    expect(deploymentOf(construct).spec?.template.spec?.volumes?.map(({ name }) => name)).toEqual(['platform', 'token-key']);
  });
});

describe('the pods', () => {
  test('meet the restricted standard, which their namespace enforces, and write to no disk', () => {
    const construct = reconciler();
    const template = deploymentOf(construct).spec?.template ?? {};
    expect(restrictedViolations(template)).toEqual([]);
    expect(containerOf(construct).securityContext?.readOnlyRootFilesystem).toBe(true);
    expect(template.spec?.volumes?.filter((volume) => !('configMap' in volume || 'secret' in volume))).toEqual([]);
    expect(find<Namespace>(construct, 'Namespace').metadata?.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  test('are two, of which a drain takes one', () => {
    const construct = reconciler();
    expect(deploymentOf(construct).spec?.replicas).toBe(2);
    expect(find<PodDisruptionBudget>(construct, 'PodDisruptionBudget').spec?.maxUnavailable).toBe(1);
  });

  test('are one without a budget, which would hold up every drain', () => {
    expect(writtenBy(reconciler({ replicas: 1 })).map(({ kind }) => kind)).not.toContain('PodDisruptionBudget');
  });

  test('are probed where the program answers, and live on when the API server is away', () => {
    const { startupProbe, livenessProbe, readinessProbe, ports } = containerOf(reconciler());
    const paths = [startupProbe, livenessProbe, readinessProbe].map((probe) => `${String(probe?.httpGet?.port)}${probe?.httpGet?.path}`);
    expect(paths).toEqual(['health/healthz', 'health/healthz', 'health/readyz']);
    expect(ports?.map(({ name, containerPort }) => `${name} ${containerPort}`)).toEqual(['metrics 8080', 'health 8081']);
  });

  test('know where they are, and how much memory Node may take', () => {
    expect(environmentOf(reconciler())).toEqual({
      LOG_LEVEL: 'info',
      NODE_OPTIONS: '--max-old-space-size=85 --max-semi-space-size=4',
      POD_NAME: 'metadata.name',
      POD_NAMESPACE: 'metadata.namespace',
      WATCH_NAMESPACES: 'team-a',
    });
  });

  test('are told what is not the default', () => {
    const construct = reconciler({ rollOnUpgrade: true, watchNamespaces: ['team-a', 'team-b'], logLevel: LogLevel.DEBUG, cpu: 0.5, memory: Size.gibibytes(1) });
    expect(environmentOf(construct)).toMatchObject({
      LOG_LEVEL: 'debug',
      NODE_OPTIONS: '--max-old-space-size=341 --max-semi-space-size=4',
      ROLL_ON_UPGRADE: 'true',
      WATCH_NAMESPACES: 'team-a,team-b',
    });
    expect(containerOf(construct).resources).toEqual({ requests: { cpu: '500m', memory: '1024Mi' }, limits: { memory: '1024Mi' } });
  });

  test('have the key of the notebooks\' tokens when it is there, and start when it is not', () => {
    const construct = reconciler();
    expect(deploymentOf(construct).spec?.template.spec?.volumes).toContainEqual({
      name: 'token-key', secret: { secretName: 'substratus-token-key', optional: true },
    });
    expect(containerOf(construct).volumeMounts).toContainEqual({ name: 'token-key', mountPath: '/etc/substratus-token-key', readOnly: true });
  });

  test('may talk to the API server, DNS and notebooks, and are asked for metrics', () => {
    const { ingress, egress } = find<NetworkPolicy>(reconciler(), 'NetworkPolicy').spec ?? {};
    const portsOf = (rules: typeof ingress | typeof egress = []) => rules.flatMap(({ ports = [] }) => ports.map(({ port, protocol }) => `${protocol} ${String(port)}`));
    expect(portsOf(egress)).toEqual(['TCP 443', 'TCP 6443', 'UDP 53', 'TCP 53', 'TCP 8888']);
    expect(portsOf(ingress)).toEqual(['TCP 8080']);
    expect(writtenBy(reconciler({ networkPolicy: false })).map(({ kind }) => kind)).not.toContain('NetworkPolicy');
  });

  test('do not wait behind all other ServiceAccounts, when they are asked not to', () => {
    const objects = writtenBy(reconciler({ flowSchema: true, namespace: 'ml-system' }));
    const schema = objects.find(({ kind }) => kind === 'FlowSchema') as FlowSchema;
    const account = objects.find(({ kind }) => kind === 'ServiceAccount')?.metadata;
    expect(schema.spec?.rules?.[0]?.subjects).toEqual([{ kind: 'ServiceAccount', serviceAccount: { name: account?.name, namespace: account?.namespace } }]);
  });

  test('are found by a Prometheus that is asked to', () => {
    const monitor = find(reconciler({ podMonitor: true, podMonitorLabels: { release: 'prometheus' } }), 'PodMonitor') as unknown as {
      readonly metadata: { readonly labels: object };
      readonly spec: { readonly selector: { readonly matchLabels: object }; readonly podMetricsEndpoints: { readonly port: string }[] };
    };
    expect(monitor.metadata.labels).toMatchObject({ release: 'prometheus' });
    expect(deploymentOf(reconciler()).spec?.template.metadata?.labels).toMatchObject(monitor.spec.selector.matchLabels);
    expect(containerOf(reconciler()).ports?.map(({ name }) => name)).toContain(monitor.spec.podMetricsEndpoints[0]?.port);
  });
});

describe('with workspaces', () => {
  test.each([['before', true], ['after', false]])('a workspace that is declared %s is applied after the definitions', (_, isBefore) => {
    const app = new App({ outdir: temporary() });
    const platform = gcp();
    platform.addWorkspace('a-team');
    if (isBefore) new Workspace(app, 'a-team', { platform });
    reconciler({ platform }, app);
    if (!isBefore) new Workspace(app, 'a-team', { platform });
    app.synth();
    expect(readdirSync(app.outdir).sort()).toEqual(['0000-system.k8s.yaml', '0001-a-team.k8s.yaml']);
  });

  test('a workspace in the chart of the reconciler is no cycle', () => {
    const chart = new Chart(new App(), 'system');
    const platform = gcp();
    platform.addWorkspace('team-a');
    new Reconciler(chart, 'substratus', { platform });
    new Workspace(chart, 'team-a', { platform });
    expect(appOf(chart).synthYaml()).toContain('name: team-a');
  });

  test('a workspace of another cluster is left alone', () => {
    const team = workspace();
    reconciler({ platform: local() }, appOf(team));
    expect(team.node.dependencies).toEqual([]);
  });

  test('what is ejected is without it', () => {
    const platform = gcp();
    const team = workspace(platform);
    reconciler({ platform, watchNamespaces: ['team-a'] }, appOf(team));
    model(team);
    const folder = temporary();
    Preview.of(appOf(team)).eject(folder);
    expect(readdirSync(`${folder}/wave-00`).filter((file) => !file.includes('networkpolicy')).sort()).toEqual([
      'namespace_team-a.yaml',
      ...['artifact-reader', 'artifact-writer', 'image-builder'].map((name) => `team-a_serviceaccount_${name}.yaml`),
    ]);
  });
});
