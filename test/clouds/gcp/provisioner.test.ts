/** Nodes that GKE makes: a pod of each capacity, and the class that makes its node. */
import type { GpuPoolSpec, PlatformSpec } from '../../../src/api/platform';
import type { Capacity } from '../../../src/api/resource';
import { gpuNamed } from '../../../src/catalog/gpus';
import { addonsWith, clusterAddons } from '../../../src/clouds/gcp/addons';
import { gcpCloud } from '../../../src/clouds/gcp/pods';
import { placesOf, tooManyReplicas } from '../../../src/expand';
import { placementOf } from '../../../src/expand/placement';
import { model, platformOf } from '../../expand/fixtures';
import { definitionErrors } from '../../schemas/definitions';

const L4: GpuPoolSpec = {
  name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, maxNodes: 4, diskGiB: 200, zones: ['us-central1-a', 'us-central1-b'],
  provisioner: {
    capacities: [{ kind: 'spot' }, { kind: 'reservation', id: 'acme-l4' }, { kind: 'on-demand' }, { kind: 'flex-start' }],
    machineTypes: ['g2-standard-8', 'g2-standard-4'], labels: { team: 'research' }, taints: { team: 'research' },
  },
};
const ASKED = { gpu: { type: 'nvidia-l4', count: 1 } };
const PROVISIONING = { kind: 'compute-class' } as const;

interface Rule {
  readonly machineType: string;
  readonly spot?: boolean;
  readonly flexStart?: { readonly enabled: boolean };
  readonly reservations?: object;
  readonly location?: object;
  readonly storage: object;
}

interface ComputeClass {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly priorities: readonly Rule[]; readonly nodePoolConfig: object };
}

function platform(changes: Partial<PlatformSpec> = {}): PlatformSpec {
  return platformOf('gcp', { nodeProvisioning: PROVISIONING, gpuPools: [L4], ...changes });
}

function classes(on: PlatformSpec = platform()): ComputeClass[] {
  return clusterAddons(on).filter(({ kind }) => kind === 'ComputeClass') as unknown as ComputeClass[];
}

/** The class that the pod of a capacity names. */
function classFor(capacity: Capacity | undefined, on = platform()): ComputeClass {
  const { nodeSelector = {}, tolerations } = placementOf({ ...ASKED, ...(capacity && { capacity }) }, on);
  expect(Object.keys(nodeSelector)).toEqual(['cloud.google.com/compute-class']);
  const [name = ''] = Object.values(nodeSelector);
  expect(tolerations).toContainEqual({ key: 'cloud.google.com/compute-class', operator: 'Equal', value: name, effect: 'NoSchedule' });
  expect(tolerations).toContainEqual({ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' });
  const found = classes(on).find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`no class ${name}`);
  return found;
}

function ways({ spec: { priorities } }: ComputeClass): string[] {
  return priorities.map(({ machineType, spot, flexStart, reservations }) => (
    `${flexStart ? 'flex-start' : reservations ? 'reservation' : spot ? 'spot' : 'on-demand'} ${machineType}`));
}

test.each<[Capacity | undefined, string[]]>([
  ['spot-first', ['spot', 'reservation', 'on-demand', 'flex-start']],
  ['spot', ['spot']],
  ['on-demand', ['reservation', 'on-demand']],
  ['flex-start', ['flex-start']],
  [undefined, ['reservation', 'on-demand']],
])('a pod of capacity %s names the class of just these ways, in their order, the cheapest machine first', (capacity, expected) => {
  expect(ways(classFor(capacity))).toEqual(expected.flatMap((way) => [`${way} g2-standard-4`, `${way} g2-standard-8`]));
});

test('every class is one that GKE takes, makes pools by itself, and moves no pod that runs', () => {
  const objects = clusterAddons(platform({ kubernetesVersion: '1.37' }));
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata?.name}`)).toEqual([
    'ComputeClass l4-spot-first', 'ComputeClass l4-spot', 'ComputeClass l4-on-demand', 'ComputeClass l4-flex-start', 'CapacityQuota l4',
  ]);
  expect(objects.flatMap((object) => definitionErrors(object))).toEqual([]);
  for (const { spec } of classes()) {
    expect(spec).toMatchObject({
      activeMigration: { optimizeRulePriority: false }, nodePoolAutoCreation: { enabled: true }, whenUnsatisfiable: 'DoNotScaleUp',
      nodePoolConfig: {
        imageType: 'cos_containerd', nodeLabels: { 'team': 'research', 'substratus.ai/gpu': 'nvidia-l4' },
        taints: [{ key: 'team', value: 'research', effect: 'NoSchedule' }],
      },
    });
  }
});

test('each way has the GPU, its disks and its zones, and GKE is told of a reservation with its zones', () => {
  const [spot, reserved, onDemand, flex] = ['spot', 'reservation', 'on-demand', 'flex-start']
    .map((way) => classFor('spot-first').spec.priorities[ways(classFor('spot-first')).indexOf(`${way} g2-standard-8`)]);
  const common = { machineType: 'g2-standard-8', gpu: { type: 'nvidia-l4', count: 1, driverVersion: 'latest' }, storage: { bootDiskSize: 200, bootDiskType: 'pd-balanced' } };
  const location = { zones: ['us-central1-a', 'us-central1-b'] };
  expect(spot).toEqual({ ...common, location, spot: true });
  expect(onDemand).toEqual({ ...common, location, spot: false });
  expect(flex).toEqual({ ...common, location, flexStart: { enabled: true }, maxRunDurationSeconds: 604_800 });
  expect(reserved).toEqual({ ...common, reservations: { affinity: 'Specific', specific: [{ name: 'acme-l4', ...location }] } });
});

test('the nodes have the account and the key of the cluster, and the account that the platform says', () => {
  const key = 'projects/acme-ml/locations/us-central1/keyRings/acme/cryptoKeys/disks';
  const made = (changes: Partial<PlatformSpec> = {}) => addonsWith(platform(changes), { serviceAccount: 'ml-nodes@acme-ml.iam.gserviceaccount.com', diskKey: key });
  const [first] = made() as unknown as ComputeClass[];
  expect(first?.spec.nodePoolConfig).toMatchObject({ serviceAccount: 'ml-nodes@acme-ml.iam.gserviceaccount.com' });
  expect(first?.spec.priorities.every(({ storage }) => (storage as { bootDiskKMSKey?: string }).bootDiskKMSKey === key)).toBe(true);
  const [own] = made({ nodeProvisioning: { ...PROVISIONING, nodeServiceAccount: 'own@acme-ml.iam.gserviceaccount.com' } }) as unknown as ComputeClass[];
  expect(own?.spec.nodePoolConfig).toMatchObject({ serviceAccount: 'own@acme-ml.iam.gserviceaccount.com' });
  expect(classes()[0]?.spec.nodePoolConfig).not.toHaveProperty('serviceAccount');
});

test('machines with local disks and with Hyperdisk only are asked for with these', () => {
  const pool = (gpu: string, machineType: string): GpuPoolSpec => ({
    name: 'big', gpu, gpusPerNode: 8, maxNodes: 1, provisioner: { capacities: [{ kind: 'spot' }], machineTypes: [machineType] },
  });
  const storageOf = (gpuPool: GpuPoolSpec) => classes(platform({ gpuPools: [gpuPool] }))[0]?.spec.priorities[0]?.storage;
  expect(storageOf(pool('nvidia-h100', 'a3-highgpu-8g'))).toEqual({ bootDiskType: 'pd-balanced', localSSDCount: 16 });
  expect(storageOf(pool('nvidia-h200', 'a3-ultragpu-8g'))).toEqual({ bootDiskType: 'hyperdisk-balanced', localSSDCount: 32 });
});

test('the number of nodes is bounded over all classes, where GKE can', () => {
  const quotas = (kubernetesVersion: string) => clusterAddons(platform({ kubernetesVersion })).filter(({ kind }) => kind === 'CapacityQuota');
  expect(quotas('1.36')).toEqual([]);
  expect(quotas('1.37')).toMatchObject([{
    spec: {
      selector: { matchExpressions: [{ key: 'cloud.google.com/compute-class', operator: 'In', values: ['l4-spot-first', 'l4-spot', 'l4-on-demand', 'l4-flex-start'] }] },
      limits: { resources: { nodes: 4 } },
    },
  }]);
});

const POOL: GpuPoolSpec = { name: 'l4-pool', gpu: 'nvidia-l4', gpusPerNode: 1 };

interface Choice {
  readonly what: string;
  readonly gpuPools: GpuPoolSpec[];
  readonly capacity?: Capacity;
  readonly expected: string;
}

const NO_SPOT: GpuPoolSpec = { ...L4, provisioner: { machineTypes: ['g2-standard-8'], capacities: [{ kind: 'on-demand' }] } };
const OF_FOUR: GpuPoolSpec = { ...L4, name: 'l4x4', gpusPerNode: 4, provisioner: { machineTypes: ['g2-standard-48'], capacities: [{ kind: 'spot' }] } };

test.each<Choice>([
  { what: 'a pod that a pool can hold is on the pool', gpuPools: [L4, POOL], expected: 'l4-pool' },
  { what: 'spot-first is on the provisioner, which alone takes others once the cloud has no spot nodes', gpuPools: [L4, POOL], capacity: 'spot-first', expected: 'l4' },
  { what: 'spot-first is on the pool where the provisioner has no spot nodes', gpuPools: [NO_SPOT, POOL], capacity: 'spot-first', expected: 'l4-pool' },
  { what: 'a capacity that the pool has not is on the provisioner', gpuPools: [POOL, L4], capacity: 'spot', expected: 'l4' },
  { what: 'of several provisioners it is the one with the smallest nodes', gpuPools: [OF_FOUR, L4], capacity: 'spot', expected: 'l4' },
])('$what, and cost is counted there', ({ gpuPools, capacity, expected }) => {
  const on = platform({ gpuPools });
  const resources = { ...ASKED, ...(capacity && { capacity }) };
  const { nodeSelector = {} } = placementOf(resources, on);
  expect(nodeSelector['cloud.google.com/compute-class']).toBe(expected === 'l4' ? `l4-${capacity}` : undefined);
  expect([...new Set(placesOf(model({ resources }), on).map(({ pool }) => pool))]).toEqual([expected]);
});

test('replicas are counted on the nodes that their pods can be on alone', () => {
  const on = platform({ gpuPools: [{ ...POOL, maxNodes: 2 }, L4] });
  const asked = { field: 'replicas', replicas: 3 };
  const request = { gpu: gpuNamed('nvidia-l4'), count: 1 };
  expect(tooManyReplicas(asked, request, { platform: on })).toBe(
    'replicas is 3 but there is room for 2 of them: pool l4-pool has 2 (maxNodes 2); raise maxNodes, or ask for fewer');
  expect(tooManyReplicas(asked, request, { platform: on, capacity: 'spot-first' })).toBeUndefined();
});

test('spot nodes and those of flex-start are tolerated by their taint where a class has them', () => {
  const tolerated = (capacity: Capacity) => placementOf({ ...ASKED, capacity }, platform()).tolerations?.map(({ key }) => key).filter((key) => /gke-/.test(key ?? ''));
  expect(tolerated('spot')).toEqual(['cloud.google.com/gke-spot']);
  expect(tolerated('spot-first')).toEqual(['cloud.google.com/gke-spot', 'cloud.google.com/gke-flex-start']);
  expect(tolerated('on-demand')).toEqual([]);
});

test('without a provisioner nothing is written', () => {
  expect(clusterAddons(platform({ gpuPools: [POOL], kubernetesVersion: '1.29' }))).toEqual([]);
});

test.each([
  ['an old Kubernetes', { kubernetesVersion: '1.32' },
    'GPU provisioner l4 needs Kubernetes 1.33 or newer, from which on GKE makes node pools for a ComputeClass, but platform ml has 1.32; '
    + 'upgrade the cluster, or declare a pool instead'],
  ['a taint that a class does not take', { gpuPools: [{ ...L4, provisioner: { machineTypes: ['g2-standard-8'], capacities: [{ kind: 'spot' }], taints: { team: 'ml' } } } as GpuPoolSpec] },
    'taint team of GPU provisioner l4 is ml, which a ComputeClass does not take; give one character, or three and more, lower case at first'],
])('%s is an error', (_, changes, message) => {
  expect(() => clusterAddons(platform(changes))).toThrow(message);
});

test('before GKE can bound the nodes, that is told', () => {
  const { provisioningWarning } = gcpCloud;
  expect(provisioningWarning?.(platform({ kubernetesVersion: '1.36' }))).toBe(
    'maxNodes of GPU provisioners l4 (4) is not kept by GKE: a CapacityQuota, which keeps it, is written for Kubernetes 1.37 and newer, '
    + 'where kubernetesVersion says so; until then the quota of the project for the GPU is what bounds their cost');
  expect(provisioningWarning?.(platform({ kubernetesVersion: '1.37' }))).toBeUndefined();
  expect(provisioningWarning?.(platform({ gpuPools: [POOL] }))).toBeUndefined();
});
