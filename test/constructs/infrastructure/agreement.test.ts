/** The cloud side and the Kubernetes side of one cluster, each as it is written. */
import { join } from 'node:path';
import { App } from 'cdk8s';
import type { PodSpec, Toleration } from 'kubernetes-types/core/v1';
import { Build, Capacity, GpuSharing, Model, PoolCapacity, Preview, Server, Workspace } from '../../../src';
import type { Cluster, Gpu, WorkspaceOptions } from '../../../src';
import { appOf, dataset, messageOf, model, synthErrors, temporary } from '../fixtures';
import { CLOUD_SIDE } from './cloud-side';
import type { Nodes } from './cloud-side';
import { bucketOf, CLOUD_NAMES, cluster, poolOf, registryOf, SMALL_GPU, synthesized, wholeCluster, workspaceOn } from './clouds';
import type { CloudName } from './clouds';

const CLIENT_IDS = { artifactWriter: 'w', artifactReader: 'r', imageBuilder: 'b' };

interface Pod {
  readonly step: string;
  readonly namespace: string;
  readonly kind: string;
  readonly spec: PodSpec;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly namespace: string };
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}

function pods(team: Workspace): Pod[] {
  return Preview.of(team).children.flatMap(({ step, manifest }) => {
    const { kind, metadata: { namespace }, spec } = manifest as Manifest;
    return spec?.template ? [{ step, kind, namespace, spec: spec.template.spec }] : [];
  });
}

function isGpuPod({ spec }: Pod): boolean {
  return spec.containers.some(({ resources }) => Object.keys(resources?.limits ?? {}).some((name) => name.includes('/gpu')));
}

/** Whether the required part of a pod's placement lets it on the nodes. */
function selects({ nodeSelector = {}, affinity }: PodSpec, { labels }: Nodes): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const holds = ({ key, operator, values = [] }: { key: string; operator: string; values?: string[] }): boolean => {
    if (operator === 'DoesNotExist') return labels[key] === undefined;
    const isIn = values.includes(labels[key] ?? '');
    return operator === 'NotIn' ? !isIn : isIn;
  };
  return Object.entries(nodeSelector).every(([key, value]) => labels[key] === value)
    && (terms?.some(({ matchExpressions = [] }) => matchExpressions.every(holds)) ?? true);
}

function tolerates({ tolerations = [] }: PodSpec, taint: { readonly key: string; readonly value: string }): boolean {
  return tolerations.some(({ key, operator, value }: Toleration) => key === taint.key && (operator === 'Exists' || value === taint.value));
}

/** A training on a dataset with a GPU, a server on a spot one, and an image that is built. */
function everything(team: Workspace, gpu: Gpu): Workspace {
  const tuned = model(team, 'tuned', { dataset: dataset(team), resources: { gpu } });
  tuned.serve('chat', { image: 'acme/server', resources: { gpu, capacity: Capacity.SPOT } });
  new Model(team, 'built', { imageBuild: Build.git({ url: 'https://example.com/a.git' }) });
  return team;
}

function teamOn(owner: Cluster, cloud: CloudName, options: WorkspaceOptions = {}): Workspace {
  return everything(workspaceOn(owner, 'team-a', { builds: true, clientIds: CLIENT_IDS, ...options }), SMALL_GPU[cloud]);
}

/** A second workspace, with a model that asks for a capacity. */
function workspaceWith(owner: Cluster, capacity: Capacity): Workspace {
  const team = workspaceOn(owner, 'team-z', { clientIds: CLIENT_IDS });
  model(team, 'asks', { resources: { gpu: SMALL_GPU[owner.platform.cloudName as CloudName], capacity } });
  return team;
}

const GROUP = '/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/capacityReservationGroups/g';
const ON_DEMAND = { kind: 'on-demand', capacity: Capacity.ON_DEMAND, pool: PoolCapacity.onDemand() };
const SPOT = { kind: 'spot', capacity: Capacity.SPOT, pool: PoolCapacity.spot() };

/** Every capacity that a pool can have, and which one pods ask for. */
const CAPACITIES = {
  gcp: [
    ON_DEMAND, SPOT,
    { kind: 'reservation', capacity: Capacity.ON_DEMAND, pool: PoolCapacity.reservation('r') },
    { kind: 'flex-start', capacity: Capacity.FLEX_START, pool: PoolCapacity.flexStart() },
  ],
  aws: [
    ON_DEMAND, SPOT,
    { kind: 'reservation', capacity: Capacity.ON_DEMAND, pool: PoolCapacity.reservation('cr-0123456789abcdef0') },
    { kind: 'block', capacity: Capacity.ON_DEMAND, pool: PoolCapacity.block('cr-0123456789abcdef0') },
  ],
  azure: [ON_DEMAND, SPOT, { kind: 'reservation', capacity: Capacity.ON_DEMAND, pool: PoolCapacity.reservation(GROUP) }],
};
const ZONES = { gcp: ['us-central1-a'], aws: ['us-east-1a'], azure: ['1'] };

/** The folders of the store that are named in an object: bucket and prefix, or account and container. */
function foldersIn(object: unknown): string[] {
  const json = JSON.stringify(object);
  const account = /"RCLONE_AZUREBLOB_ACCOUNT","value":"([^"]+)"/.exec(json)?.[1];
  const published = [...json.matchAll(/":(?:gcs|s3|azureblob):([^"]+?)\/(?:datasets|models)\//g)].map(([, path]) => path ?? '');
  return [...new Set(published.map((path) => (account === undefined ? path : `${account}/${path}`)))];
}

interface CsiVolume {
  readonly csi?: { readonly driver: string; readonly volumeAttributes: Record<string, string> };
  readonly mountOptions?: string[];
}

/** Inline in the pods, or PersistentVolumes of the workspace. */
function csiVolumes(team: Workspace): CsiVolume[] {
  const inline = pods(team).flatMap(({ spec }) => spec.volumes ?? []) as CsiVolume[];
  const persistent = (team.toJson() as { kind: string; spec: CsiVolume }[]).filter(({ kind }) => kind === 'PersistentVolume').map(({ spec }) => spec);
  return [...inline, ...persistent].filter(({ csi }) => csi);
}

function mountedFolder({ csi, mountOptions = [] }: CsiVolume): string {
  const { bucketName, storageAccount, containerName, mountOptions: inline } = csi?.volumeAttributes ?? {};
  if (storageAccount) return `${storageAccount}/${containerName ?? ''}`;
  const folder = inline ? /only-dir=([^/]+)\//.exec(inline)?.[1] : /prefix ([^/]+)\//.exec(mountOptions.join())?.[1];
  return `${bucketName ?? ''}/${folder ?? ''}`;
}

describe.each(CLOUD_NAMES)('on %s', (cloud) => {
  const side = CLOUD_SIDE[cloud];

  test('the label that a GPU pool sets is the one that its pods select, by capacity', () => {
    const owner = wholeCluster(cloud);
    const gpuPods = pods(teamOn(owner, cloud)).filter(isGpuPod);
    const nodes = side.nodes(synthesized(owner));
    const poolsOf = ({ spec }: Pod): string[] => nodes.filter((candidate) => selects(spec, candidate)).map(({ pool }) => pool);
    expect(gpuPods.map(({ kind }) => kind)).toEqual(['Job', 'Deployment']);
    for (const pool of poolsOf(gpuPods[0] as Pod)) expect(pool).toMatch(/^gpus/);
    for (const pool of poolsOf(gpuPods[1] as Pod)) expect(pool).toMatch(/^cheap/);
    expect(gpuPods.map((pod) => poolsOf(pod).length > 0)).toEqual([true, true]);
  });

  test('every taint of a GPU pool is tolerated by the pods meant for it, and by no other', () => {
    const owner = wholeCluster(cloud);
    owner.addNodePool('cpus', { machineType: 'general', maxNodes: 3 });
    const all = pods(teamOn(owner, cloud));
    const nodes = side.nodes(synthesized(owner));
    const gpuNodes = nodes.filter(({ pool }) => /^(gpus|cheap)/.test(pool));
    expect(gpuNodes.every(({ taints }) => taints.length > 0)).toBe(true);
    for (const pod of all.filter(isGpuPod)) {
      const meantFor = gpuNodes.filter((candidate) => selects(pod.spec, candidate));
      expect(meantFor.flatMap(({ taints }) => taints).filter((taint) => !tolerates(pod.spec, taint))).toEqual([]);
    }
    const others = all.filter((pod) => !isGpuPod(pod));
    expect(others.length).toBeGreaterThan(5);
    expect(others.filter(({ spec }) => gpuNodes.some(({ taints }) => taints.every((taint) => tolerates(spec, taint))))).toEqual([]);
    expect(nodes.filter(({ pool }) => !gpuNodes.some((gpu) => gpu.pool === pool)).flatMap(({ taints }) => taints)).toEqual([]);
  });

  test.each(CAPACITIES[cloud])('pods that ask for nothing else, or for $capacity, land on a pool of $kind, and those that ask for others do not', ({ kind, capacity, pool }) => {
    const owner = cluster(cloud);
    bucketOf(owner);
    poolOf(owner, 'only', { capacity: pool, zones: ZONES[cloud] });
    const team = workspaceOn(owner, 'team-a', { clientIds: CLIENT_IDS });
    model(team, 'open', { resources: { gpu: SMALL_GPU[cloud] } });
    model(team, 'asks', { resources: { gpu: SMALL_GPU[cloud], capacity } });
    const gpuPods = pods(team).filter(isGpuPod);
    const nodes = side.nodes(synthesized(owner)).filter(({ pool: name }) => name.startsWith('only'));
    expect([kind, gpuPods.length, nodes.length]).toEqual([kind, 2, 1]);
    for (const { spec } of gpuPods) {
      expect(nodes.filter((candidate) => selects(spec, candidate))).toEqual(nodes);
      expect(nodes.flatMap(({ taints }) => taints).filter((taint) => !tolerates(spec, taint))).toEqual([]);
    }
    poolOf(owner, 'other', capacity === Capacity.ON_DEMAND ? { spot: true } : {});
    const other = capacity === Capacity.ON_DEMAND ? Capacity.SPOT : Capacity.ON_DEMAND;
    const [elsewhere] = pods(workspaceWith(owner, other)).filter(isGpuPod);
    expect(nodes.filter((candidate) => elsewhere && selects(elsewhere.spec, candidate))).toEqual([]);
  });

  test('A8: a slice goes to the pool that shares its GPUs, and a whole GPU to the one that does not', () => {
    const owner = cluster(cloud);
    bucketOf(owner);
    poolOf(owner, 'shared', { sharing: GpuSharing.timeSlicing(4) });
    poolOf(owner, 'whole');
    const team = workspaceOn(owner, 'team-a', { clientIds: CLIENT_IDS });
    model(team, 'opt', { resources: { gpu: SMALL_GPU[cloud], gpuSharing: GpuSharing.timeSlicing(4) } });
    model(team, 'llama', { resources: { gpu: SMALL_GPU[cloud] } });
    const [slice, whole] = pods(team).filter(isGpuPod)
      .map(({ spec }) => side.nodes(synthesized(owner)).filter((candidate) => selects(spec, candidate)));
    expect(slice?.map(({ pool, labels }) => [pool.startsWith('shared'), labels['substratus.ai/gpu-sharing']]))
      .toEqual(slice?.map(() => [true, 'time-slicing-4']));
    expect([slice?.length, whole?.length].map((count = 0) => count > 0)).toEqual([true, true]);
    expect(whole?.every(({ pool }) => pool.startsWith('whole'))).toBe(true);
  });

  test('the ServiceAccounts with rights are those that the pods use, and only the writer publishes', () => {
    const owner = wholeCluster(cloud);
    const all = pods(teamOn(owner, cloud));
    const rights = side.rights(synthesized(owner));
    const used = all.map(({ namespace, spec }) => `${namespace}/${spec.serviceAccountName ?? ''}`);
    expect([...new Set(rights.map(({ account }) => account))].sort()).toEqual([...new Set(used)].sort());
    const accountsOf = (step: string): string[] => [...new Set(all.filter((pod) => pod.step === step).map(({ spec }) => spec.serviceAccountName ?? ''))];
    expect(accountsOf('publish')).toEqual(['artifact-writer']);
    expect(accountsOf('build')).toEqual(['image-builder']);
    expect(all.filter(({ step, spec }) => step !== 'publish' && spec.serviceAccountName === 'artifact-writer')).toEqual([]);
    expect(rights.map(({ account, access }) => `${account} ${access}`).sort())
      .toEqual(['team-a-builds/image-builder push', 'team-a/artifact-reader read', 'team-a/artifact-writer write']);
  });

  test('the folder on which rights are given is the one that is mounted and published to', () => {
    const owner = wholeCluster(cloud);
    const team = teamOn(owner, cloud);
    const rights = side.rights(synthesized(owner));
    const granted = (access: string): string[] => rights.filter((right) => right.access === access).map(({ on }) => on);
    const published = pods(team).filter(({ step }) => step === 'publish');
    expect(granted('write')).toEqual([...new Set(published.flatMap(({ spec }) => foldersIn(spec)))]);
    expect(granted('read')).toEqual([...new Set(csiVolumes(team).map(mountedFolder))]);
    expect(granted('read')).toEqual(granted('write'));
  });

  test('a workspace may read those whose artifacts it mounts, and write to none of them', () => {
    const owner = wholeCluster(cloud);
    owner.addWorkspace('team-b', { clientIds: CLIENT_IDS });
    const team = teamOn(owner, cloud, { reads: ['team-b'] });
    const rights = side.rights(synthesized(owner));
    const folderOf = (namespace: string): string => rights.find(({ account, access }) => account === `${namespace}/artifact-writer` && access === 'write')?.on ?? '';
    const reads = rights.filter(({ account, access }) => account === 'team-a/artifact-reader' && access === 'read').map(({ on }) => on);
    expect(reads).toEqual([folderOf('team-a'), folderOf('team-b')]);
    expect(rights.filter(({ on }) => on === folderOf('team-b')).map(({ account }) => account).sort())
      .toEqual(['team-a/artifact-reader', 'team-b/artifact-reader', 'team-b/artifact-writer']);
    expect(csiVolumes(team).map(mountedFolder).every((folder) => reads.includes(folder))).toBe(true);
  });

  test('the CSI driver that a mount names is one that the cluster installs', () => {
    const owner = wholeCluster(cloud);
    const drivers = csiVolumes(teamOn(owner, cloud)).map(({ csi }) => csi?.driver);
    expect(drivers.length).toBeGreaterThan(0);
    expect(side.csiDrivers(synthesized(owner))).toEqual([...new Set(drivers)]);
  });

  test('A20: an account of the namespace for builds pushes, and its ServiceAccount is written there alone', () => {
    const owner = wholeCluster(cloud);
    const team = teamOn(owner, cloud, { buildNamespace: 'ci' });
    const accounts = (team.toJson() as { kind: string; metadata: { name: string; namespace: string } }[])
      .filter(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'image-builder').map(({ metadata }) => metadata.namespace);
    expect(accounts).toEqual(['ci']);
    expect(side.rights(synthesized(owner)).filter(({ access }) => access === 'push').map(({ account }) => account)).toEqual(['ci/image-builder']);
  });

  test('a workspace that builds in its own namespace has the account there, as before there were others', () => {
    const owner = wholeCluster(cloud);
    const builds = pods(teamOn(owner, cloud, { buildNamespace: 'team-a' })).filter(({ step }) => step === 'build');
    expect(builds.map(({ namespace }) => namespace)).toEqual(['team-a']);
    expect(side.rights(synthesized(owner)).filter(({ access }) => access === 'push').map(({ account }) => account)).toEqual(['team-a/image-builder']);
  });

  test('a build pushes to the repository that its builder may push to', () => {
    const owner = wholeCluster(cloud);
    const builds = pods(teamOn(owner, cloud)).filter(({ step }) => step === 'build');
    const [image = ''] = /"IMAGE","value":"([^"]+)"/.exec(JSON.stringify(builds))?.slice(1) ?? [];
    const pushes = side.rights(synthesized(owner)).filter(({ access }) => access === 'push');
    expect(pushes.map(({ account }) => account)).toEqual(['team-a-builds/image-builder']);
    expect(image.slice(0, (pushes[0]?.on ?? '').length)).toBe(pushes[0]?.on);
    expect(image.charAt((pushes[0]?.on ?? '').length)).toMatch(/[/:]/);
  });

  test('what is added after the Kubernetes side was declared is in it, on both sides', () => {
    const owner = cluster(cloud);
    const app = new App({ outdir: join(temporary(), 'dist') });
    const team = new Workspace(app, 'team-a', { platform: owner.platform });
    everything(team, SMALL_GPU[cloud]);
    owner.addWorkspace('team-a', { builds: true, clientIds: CLIENT_IDS });
    poolOf(owner, 'late');
    poolOf(owner, 'cheap', { spot: true });
    registryOf(owner);
    bucketOf(owner, { bucketName: 'acmelate' });
    const stack = synthesized(owner);
    const [training] = pods(team).filter(isGpuPod);
    const matching = side.nodes(stack).filter((candidate) => training && selects(training.spec, candidate));
    expect([...new Set(matching.map(({ pool }) => pool.slice(0, 4)))]).toEqual(['late']);
    expect(`${app.synthYaml()}${Preview.of(appOf(team)).toYaml()}`).toContain('acmelate');
    expect(csiVolumes(team).map(mountedFolder).every((folder) => folder.startsWith('acmelate/'))).toBe(true);
    expect(side.rights(stack).map(({ access }) => access).sort()).toEqual(['push', 'read', 'write']);
  });
});

test('on a queued pool a model runs, which asks for its node, and a server is an error at synth', () => {
  const owner = cluster('gcp');
  bucketOf(owner);
  poolOf(owner, 'batch', { capacity: PoolCapacity.queued() });
  const team = workspaceOn(owner);
  const tuned = model(team, 'tuned', { resources: { gpu: SMALL_GPU.gcp } });
  expect(synthErrors(team)).toEqual(['no error']);
  const [pod] = pods(team).filter(isGpuPod);
  const [queued] = CLOUD_SIDE.gcp.nodes(synthesized(owner)).filter(({ pool }) => pool === 'batch');
  expect(pod && queued && selects(pod.spec, queued)).toBe(true);
  expect(queued?.taints.every((taint) => pod && tolerates(pod.spec, taint))).toBe(true);
  expect(Preview.of(team).toYaml()).toContain('kind: ProvisioningRequest');
  const chat = new Server(team, 'chat', { image: 'server', model: tuned, resources: { gpu: SMALL_GPU.gcp } });
  const problem = 'a Server cannot run on queued nodes (pool batch with nvidia-l4): they are lent for one run, which ends, and for 7 days at most; '
    + 'add a pool of another capacity, for example flex-start, or use another gpu';
  expect(synthErrors(team)).toEqual([`[${chat.node.path}] ${problem}`]);
  expect(messageOf(() => Preview.of(team))).toBe(`[${chat.node.path}] ${problem}`);
});

test('where a GPU is in another pool too, no pod lands on a queued one that does not ask for it', () => {
  const owner = cluster('gcp');
  bucketOf(owner);
  poolOf(owner, 'batch', { capacity: PoolCapacity.queued() });
  poolOf(owner, 'more');
  const team = workspaceOn(owner);
  model(team, 'tuned', { resources: { gpu: SMALL_GPU.gcp } });
  expect(synthErrors(team)).toEqual(['no error']);
  const [pod] = pods(team).filter(isGpuPod);
  const [queued] = CLOUD_SIDE.gcp.nodes(synthesized(owner)).filter(({ pool }) => pool === 'batch');
  expect(pod && queued && selects(pod.spec, queued)).toBe(false);
  expect(queued?.taints.every((taint) => pod && tolerates(pod.spec, taint))).toBe(false);
});
