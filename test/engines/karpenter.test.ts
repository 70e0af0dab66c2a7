/** Pods of Servers and Models, and the nodes that Karpenter's own scheduler would make for them by the NodePools of GPU provisioners. */
import { join } from 'node:path';
import { App } from 'cdk8s';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Job } from 'kubernetes-types/batch/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { Capacity, Gpu, Model, NodeProvisioning, PoolCapacity, Preview, Server, Workspace } from '../../src';
import type { GpuProvisionerOptions, Platform } from '../../src';
import { MACHINES } from '../../src/clouds/aws/machines';
import { temporary } from '../constructs/fixtures';
import { bucketOf, cluster } from '../constructs/infrastructure/clouds';
import { findScheduler, schedule } from './karpenter/scheduler';
import type { Machine, Outcome } from './karpenter/scheduler';

const PROGRAM = findScheduler();
const ZONES = ['us-east-1a', 'us-east-1b'];
const L4: GpuProvisionerOptions = { gpu: Gpu.NVIDIA_L4, maxNodes: 8, machineTypes: ['g6.2xlarge', 'g6.4xlarge'] };
const H100: GpuProvisionerOptions = {
  gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, maxNodes: 2, capacities: [PoolCapacity.reservation('cr-0123456789abcdef0'), PoolCapacity.onDemand()],
};

function platformWith(provisioners: Readonly<Record<string, GpuProvisionerOptions>>): Platform {
  const owner = cluster('aws', { nodeProvisioning: NodeProvisioning.karpenter() });
  bucketOf(owner);
  owner.addWorkspace('team-a', { builds: true });
  for (const [name, options] of Object.entries(provisioners)) owner.platform.addGpuProvisioner(name, options);
  return owner.platform;
}

type Workload = (Deployment | Job) & { readonly kind: string; readonly metadata: { readonly name: string } };

/** The pods of what a workspace has, by the names of their Deployments and Jobs, as an API server would have them. */
function podsOf(platform: Platform, declare: (team: Workspace) => void): Pod[] {
  const team = new Workspace(new App({ outdir: join(temporary(), 'dist') }), 'team-a', { platform });
  declare(team);
  const workloads = Preview.of(team.node.root).manifests.filter((object): object is Workload => ['Deployment', 'Job'].includes((object as Workload).kind));
  return workloads.map(({ kind, metadata: { name }, spec }) => ({
    apiVersion: 'v1', kind: 'Pod',
    metadata: { ...spec?.template.metadata, name: name.replace(/-[0-9a-f]{8}/, ''), namespace: 'team-a', uid: `${kind}-${name}`, creationTimestamp: '2026-11-27T00:00:00Z' as never },
    spec: { ...spec?.template.spec, volumes: [] } as Pod['spec'],
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
  }));
}

/** All of the catalogue, and what runs the cluster's own pods. Of capacities that are left out there is none to be had. */
function machines(had: readonly string[] = ['spot', 'on-demand', 'reserved']): Machine[] {
  const gpus = MACHINES.filter(({ gpu }) => gpu.startsWith('nvidia-')).map(({ machineType, vcpu, memoryGiB, gpuCount, usdPerHour = 100, efa = 0 }) => ({
    name: machineType, usdPerHour, capacity: { ...size(vcpu, memoryGiB), 'nvidia.com/gpu': String(gpuCount), 'vpc.amazonaws.com/efa': String(efa) },
  }));
  const plain = { name: 'm7i.xlarge', usdPerHour: 0.2, capacity: size(4, 16) };
  return [...gpus, plain].map(({ name, usdPerHour, capacity }) => ({
    name, arch: 'amd64', capacity, offerings: ZONES.flatMap((zone) => ['spot', 'on-demand', ...name.startsWith('p5') ? ['reserved'] : []].map((capacityType) => ({
      zone, capacityType, price: usdPerHour * { 'spot': 0.4, 'on-demand': 1, 'reserved': 0.001 }[capacityType as 'spot'], available: had.includes(capacityType),
    }))),
  }));
}

function size(vcpu: number, memoryGiB: number): Record<string, string> {
  return { 'cpu': String(vcpu), 'memory': `${memoryGiB * 0.9}Gi`, 'pods': '110', 'ephemeral-storage': '180Gi' };
}

function outcomes(platform: Platform, declare: (team: Workspace) => void, had?: readonly string[]): Readonly<Record<string, Outcome>> {
  const nodePools = platform._addons.filter(({ kind }) => kind === 'NodePool');
  return schedule(PROGRAM ?? '', { nodePools, pods: podsOf(platform, declare), machines: machines(had) });
}

const ONE_OF_EACH = (team: Workspace): void => {
  const resources = { gpu: Gpu.NVIDIA_L4 };
  const model = new Model(team, 'tuned', { image: 'acme/trainer', resources });
  new Server(team, 'any', { image: 'acme/server', model, resources });
  new Server(team, 'spot', { image: 'acme/server', model, resources: { ...resources, capacity: Capacity.SPOT } });
  new Server(team, 'stays', { image: 'acme/server', model, resources: { ...resources, capacity: Capacity.ON_DEMAND } });
  new Server(team, 'first', { image: 'acme/server', model, resources: { ...resources, capacity: Capacity.SPOT_FIRST } });
  new Server(team, 'plain', { image: 'acme/server', model });
};

(PROGRAM === undefined ? describe.skip : describe)('by the NodePools of GPU provisioners', () => {
  const where = (found: Readonly<Record<string, Outcome>>, name: string) => {
    const { nodePool, capacityType, machines: types, error } = Object.entries(found).find(([pod]) => pod.startsWith(name))?.[1] ?? {};
    return error === undefined ? `${capacityType ?? ''} in ${nodePool ?? ''}: ${(types ?? []).join(' or ')}` : 'nowhere';
  };
  const L4_TYPES = 'g6.2xlarge or g6.4xlarge';

  test('a pod of each capacity gets a node of it, of the machines that are named; one of none a node that stays, and one without GPU a node without', () => {
    const found = outcomes(platformWith({ l4: L4, h100: H100 }), ONE_OF_EACH);
    expect(['any', 'spot', 'stays', 'first', 'plain'].map((name) => [name, where(found, name)])).toEqual([
      ['any', `on-demand in l4: ${L4_TYPES}`],
      ['spot', `spot in l4: ${L4_TYPES}`],
      ['stays', `on-demand in l4: ${L4_TYPES}`],
      ['first', `spot in l4: ${L4_TYPES}`],
      ['plain', 'on-demand in general: m7i.xlarge'],
    ]);
    expect(Object.values(found).filter(({ error }) => error !== undefined)).toEqual([]);
  });

  test('where no spot node is to be had, spot-first gets one on demand, and what asks for spot waits', () => {
    const found = outcomes(platformWith({ l4: L4 }), ONE_OF_EACH, ['on-demand']);
    expect(['any', 'first', 'stays', 'spot'].map((name) => [name, where(found, name)])).toEqual([
      ['any', `on-demand in l4: ${L4_TYPES}`], ['first', `on-demand in l4: ${L4_TYPES}`], ['stays', `on-demand in l4: ${L4_TYPES}`], ['spot', 'nowhere'],
    ]);
  });

  test('a reservation is taken first, by what asks for nodes that stay, and then others', () => {
    const declare = (team: Workspace): void => {
      const resources = { gpu: Gpu.NVIDIA_H100, gpuCount: 8, capacity: Capacity.ON_DEMAND };
      new Server(team, 'large', { image: 'acme/server', model: new Model(team, 'base', { image: 'acme/import' }), resources });
    };
    expect(where(outcomes(platformWith({ h100: H100 }), declare), 'large')).toBe('reserved in h100: p5.48xlarge');
    expect(where(outcomes(platformWith({ h100: H100 }), declare, ['on-demand']), 'large')).toBe('on-demand in h100: p5.48xlarge');
  });

  test('a pod that asks for another GPU, or that does not tolerate a taint of the nodes, gets none', () => {
    const platform = platformWith({ l4: { ...L4, taints: { dedicated: 'research' } } });
    const declare = (team: Workspace): void => {
      const model = new Model(team, 'base', { image: 'acme/import' });
      const resources = { gpu: Gpu.NVIDIA_L4 };
      new Server(team, 'ours', { image: 'acme/server', model, resources, pod: { tolerations: [{ key: 'dedicated', operator: 'Exists' }] } });
      new Server(team, 'theirs', { image: 'acme/server', model, resources });
    };
    const found = outcomes(platform, declare);
    expect([where(found, 'ours'), where(found, 'theirs')]).toEqual([`on-demand in l4: ${L4_TYPES}`, 'nowhere']);
  });

  test('no more nodes come up than maxNodes', () => {
    const declare = (team: Workspace): void => {
      const model = new Model(team, 'base', { image: 'acme/import' });
      for (let index = 0; index < 3; index += 1) new Server(team, `chat-${index}`, { image: 'acme/server', model, resources: { gpu: Gpu.NVIDIA_L4 } });
    };
    const found = outcomes(platformWith({ l4: { ...L4, maxNodes: 2, machineTypes: ['g6.2xlarge'] } }), declare);
    const chats = Object.entries(found).filter(([name]) => name.startsWith('chat-')).map(([, { nodePool = 'nowhere' }]) => nodePool);
    expect(chats.sort()).toEqual(['l4', 'l4', 'nowhere']);
  });
});
