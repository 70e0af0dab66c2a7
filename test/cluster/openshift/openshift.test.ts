/** Every pod that expansion makes, before the real admission of OpenShift. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1';
import { OnPremisesStore, Platform, Server } from '../../../src';
import type { PlatformSpec } from '../../../src/api/platform';
import type { Resource } from '../../../src/api/resource';
import { openShiftAddons } from '../../../src/expand';
import { objectsOf } from '../../constructs/fixtures';
import { reconcilerOn, withWorkspaces, writtenBy } from '../../constructs/reconciler/reconciler-fixtures';
import { gatewayOf, withEnvoyGateway } from '../../constructs/serving/gateway/fixtures';
import { CASES } from '../../expand/cases';
import { childrenOf, dataset, model, NAMESPACE, notebook, platformOf, S3_COMPATIBLE, server, templateOf } from '../../expand/fixtures';
import { findJudge, judged, NAMESPACE_USER, podOf } from './judge';
import type { Ground, Verdict } from './judge';

const describeWithJudge = findJudge() ? describe : describe.skip;

const OPENSHIFT: readonly PlatformSpec[] = [
  { ...S3_COMPATIBLE, openShift: {} },
  platformOf('on-premises', {
    artifacts: { url: 'nfs://nas.example.com/ml', fileSystem: { nfs: { server: 'nas.example.com', path: '/ml' } } },
    openShift: { storeGroup: 5555 },
  }),
];

/** What the cases ask for themselves, and an administrator has to grant. */
const namesUser = ({ spec }: Resource): boolean => spec.pod?.securityContext?.runAsUser !== undefined;

/** What an administrator gives to a workspace whose programs have users of their own. */
const NONROOT = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'nonroot', namespace: NAMESPACE },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:openshift:scc:nonroot-v2' },
  subjects: ['artifact-reader', 'artifact-writer'].map((name) => ({ kind: 'ServiceAccount', name, namespace: NAMESPACE })),
};

const ready = { image: undefined, resources: { gpu: { type: 'nvidia-l4', count: 1 } } };
const base = { model: { name: 'base' } };
/** One of each runtime that has a pod of another shape. */
const READY_MADE: readonly Resource[] = [
  model({ image: undefined, runtime: { name: 'huggingface' }, params: { repo: 'acme/tiny', revision: 'abc' } }),
  model({ image: undefined, runtime: { name: 'bucket' }, params: { url: 's3://artifacts/models/tiny' } }),
  dataset({ image: undefined, runtime: { name: 'huggingface' }, params: { repo: 'acme/rows', revision: 'abc' } }),
  model({ ...ready, runtime: { name: 'sft' }, ...base, dataset: { name: 'rows' } }),
  model({ ...ready, runtime: { name: 'fp8' }, ...base }),
  model({ image: undefined, runtime: { name: 'gguf' }, ...base }),
  server({ ...ready, runtime: { name: 'vllm' }, replicas: 2, routing: 'prefixAware' }),
  server({ image: undefined, runtime: { name: 'llama-cpp' } }),
  server({ image: undefined, runtime: { name: 'embeddings' } }),
  notebook({ image: undefined, runtime: { name: 'jupyter' } }),
  notebook({ image: undefined, runtime: { name: 'vscode' } }),
];

interface Made {
  readonly pod: Pod;
  readonly step: string;
  readonly asksForUser: boolean;
}

function madeOn(platform: PlatformSpec): Made[] {
  const resources = [...new Set(CASES.map(({ resource }) => resource))];
  return resources.flatMap((resource, index) => childrenOf(resource, { platform }).flatMap((child) => {
    const template = templateOf(child);
    if (!template) return [];
    const name = `${resource.kind}-${child.step}-${index}`;
    return [{ pod: podOf(name, NAMESPACE, template), step: child.step, asksForUser: namesUser(resource) }];
  }));
}

function grounded(platform: PlatformSpec): Ground {
  return { constraints: openShiftAddons(platform) };
}

function verdicts(made: readonly Made[], ground: Ground = {}): Verdict[] {
  return judged(made.map(({ pod }) => pod), ground);
}

function containersOf(spec: PodSpec | undefined): Container[] {
  return [...spec?.initContainers ?? [], ...spec?.containers ?? []];
}

describeWithJudge('on OpenShift', () => {
  test.each(OPENSHIFT.map((platform) => [platform.artifacts.url, platform] as const))('every pod is admitted, store %s', (_, platform) => {
    const made = madeOn(platform).filter(({ asksForUser }) => !asksForUser);
    const answers = verdicts(made, grounded(platform));
    expect(answers.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]))).toEqual([]);
    const by = made.map(({ step }, index) => `${step}: ${answers[index]?.constraint}`);
    expect([...new Set(by)].sort()).toEqual([
      'build: substratus-builds', 'check: restricted-v2', 'publish: restricted-v2', 'run: restricted-v2', 'serve: restricted-v2',
    ]);
  });

  test('without the option all pods are refused', () => {
    const { openShift: _, ...ordinary } = S3_COMPATIBLE;
    const answers = verdicts(madeOn(ordinary));
    expect(answers.filter(({ problem }) => problem === undefined)).toEqual([]);
    expect(answers[0]?.problem).toContain('3003 is not an allowed group');
  });

  test('user and group of the namespace are those of every container, and of its volumes', () => {
    const [platform = S3_COMPATIBLE] = OPENSHIFT;
    const made = madeOn(platform).filter(({ asksForUser, step }) => !asksForUser && step !== 'build');
    for (const { pod } of verdicts(made, grounded(platform))) {
      expect(pod?.spec?.securityContext?.fsGroup).toBe(NAMESPACE_USER);
      const users = containersOf(pod?.spec).map(({ securityContext }) => securityContext?.runAsUser);
      expect(new Set(users)).toEqual(new Set([NAMESPACE_USER]));
    }
  });

  test('without constraints for builds only what builds is refused, because of what BuildKit takes', () => {
    const [platform = S3_COMPATIBLE] = OPENSHIFT;
    const made = madeOn(platform).filter(({ asksForUser }) => !asksForUser);
    const refused = verdicts(made).filter(({ problem }) => problem !== undefined);
    expect(new Set(refused.map(({ name }) => name.split('-')[1]))).toEqual(new Set(['build']));
    expect(refused[0]?.problem).toContain('1000 is not an allowed group');
  });

  test('no other account of the workspace can use the constraints for builds', () => {
    const [platform = S3_COMPATIBLE] = OPENSHIFT;
    const builds = madeOn(platform).filter(({ step }) => step === 'build');
    const others = ['artifact-reader', 'artifact-writer', 'default'].flatMap((serviceAccountName) => (
      builds.map(({ pod, ...made }) => ({ ...made, pod: { ...pod, spec: { containers: [], ...pod.spec, serviceAccountName } } }))));
    expect(verdicts(others, grounded(platform)).filter(({ problem }) => problem === undefined)).toEqual([]);
  });

  test('a build runs as the user of the rootless image, and its containers as those that make containers', () => {
    const [platform = S3_COMPATIBLE] = OPENSHIFT;
    const [build] = verdicts(madeOn(platform).filter(({ step }) => step === 'build'), grounded(platform));
    const { containers: [builder] = [], initContainers: [exists] = [], securityContext } = build?.pod?.spec ?? {};
    expect(securityContext).toMatchObject({ fsGroup: 1000, runAsUser: 1000, seLinuxOptions: { type: 'container_engine_t', level: 's0:c26,c15' } });
    expect(builder?.securityContext).toMatchObject({ seccompProfile: { type: 'Unconfined' }, capabilities: { drop: ['KILL', 'MKNOD'] } });
    expect(exists?.securityContext?.seccompProfile ?? securityContext?.seccompProfile).toEqual({ type: 'RuntimeDefault' });
  });

  test('a user of one\'s own is refused, and with a grant to the accounts of the workspace it is not', () => {
    const [platform = S3_COMPATIBLE] = OPENSHIFT;
    const asking = madeOn(platform).filter(({ asksForUser, step }) => asksForUser && step === 'run');
    expect(asking.length).toBeGreaterThan(0);
    expect(verdicts(asking).map(({ problem }) => problem?.includes('1000: must be in the ranges'))).toEqual(asking.map(() => true));
    const granted = verdicts(asking, { roleBindings: [NONROOT] });
    expect(new Set(granted.map(({ constraint }) => constraint))).toEqual(new Set(['nonroot-v2']));
    const root = asking.map(({ pod, ...made }) => {
      const spec = { containers: [], ...pod.spec, securityContext: { runAsUser: 0 } };
      return { ...made, pod: { ...pod, spec } };
    });
    expect(verdicts(root, { roleBindings: [NONROOT] }).filter(({ constraint }) => constraint !== undefined)).toEqual([]);
    const anyUser = { ...NONROOT, roleRef: { ...NONROOT.roleRef, name: 'system:openshift:scc:anyuid' } };
    expect(new Set(verdicts(root, { roleBindings: [anyUser] }).map(({ constraint }) => constraint))).toEqual(new Set(['anyuid']));
  });

  test('ready-made programs are admitted: loaders, trainers, quantizers, engines, workbenches, and what picks among replicas', () => {
    const workspaces = [{ namespace: NAMESPACE, readableBuckets: [{ url: 's3://artifacts/models' }] }];
    const platform: PlatformSpec = { ...S3_COMPATIBLE, openShift: {}, inferenceExtension: {}, workspaces };
    const pods = READY_MADE.flatMap((resource, index) => childrenOf(resource, { platform }).flatMap((child) => {
      const template = templateOf(child);
      return template ? [podOf(`${resource.kind}-${child.step}-${index}`, NAMESPACE, template)] : [];
    }));
    const answers = judged(pods);
    expect(answers.map(({ name, problem, constraint }) => `${name}: ${problem ?? constraint}`).filter((line) => !line.endsWith(': restricted-v2'))).toEqual([]);
    const workbench = answers.find(({ name }) => name.startsWith('Notebook'))?.pod?.spec;
    expect(workbench?.securityContext?.supplementalGroups).toEqual([100]); // that of the image, which may change its packages
  });

  test('so are the reconciler and the store of a gateway', () => {
    const store = OnPremisesStore.s3({ endpoint: 'https://s3.example.com', bucketName: 'artifacts', credentialsSecret: 'store' });
    const platform = (): Platform => Platform.onPremises({ clusterName: 'ocp', store, openShift: {} });
    const { gateway, team, chart } = gatewayOf({}, withEnvoyGateway(platform()));
    gateway.serve(Server.fromServerAttributes(team, 'chat', { serverName: 'chat' }));
    const objects = [...writtenBy(reconcilerOn(withWorkspaces(platform()))), ...objectsOf(chart)];
    const deployments = objects.filter(({ kind }) => kind === 'Deployment') as Deployment[];
    const pods = deployments.map(({ metadata, spec }) => podOf(metadata?.name ?? '', metadata?.namespace ?? '', spec?.template ?? {}));
    expect(judged(pods).map(({ name, problem, constraint }) => `${name}: ${problem ?? constraint}`)).toEqual([
      'substratus-reconciler: restricted-v2', 'models-redis: restricted-v2',
    ]);
  });
});
