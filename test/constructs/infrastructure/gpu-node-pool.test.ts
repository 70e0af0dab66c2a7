import { TerraformVariable } from 'cdktf';
import { Cloud, Gpu, GpuNodePool, GpuSharing, PoolCapacity } from '../../../src';
import type { Cluster, GpuNodePoolProps } from '../../../src';
import { cloudNamed } from '../../../src/clouds/pods';
import { noRoomFor } from '../../../src/expand';
import { messageOf, untyped } from '../fixtures';
import { bucketOf, CLOUD_NAMES, cluster, emptyStack, poolOf, resourcesOf, stackBeside, stackOf, synthesized } from './clouds';

const GPUS = Object.values(Gpu).filter((value): value is Gpu => value instanceof Gpu);

test('a pool is of the cheapest machine with just so many GPUs, by the price of its capacity', () => {
  const owner = cluster('aws');
  expect(poolOf(owner, 'single').machineType).toBe('g6.xlarge');
  expect(poolOf(owner, 'four', { gpusPerNode: 4 }).machineType).toBe('g6.12xlarge');
  expect(poolOf(cluster('gcp'), 'spot', { gpu: Gpu.NVIDIA_T4, gpusPerNode: 4, spot: true }).machineType).toBe('n1-standard-16');
});

test('a pool is of the machine type that is named, also of one that is in no table', () => {
  expect(poolOf(cluster('aws'), 'large', { machineType: 'g6.16xlarge' }).machineType).toBe('g6.16xlarge');
  expect(poolOf(cluster('gcp'), 'attached', { gpu: Gpu.NVIDIA_T4, gpusPerNode: 2, machineType: 'n1-highmem-8' }).machineType).toBe('n1-highmem-8');
  expect(poolOf(cluster('azure'), 'retired', { gpu: Gpu.NVIDIA_V100, machineType: 'Standard_NC6s_v3' }).machineType).toBe('Standard_NC6s_v3');
});

describe('several machine types', () => {
  const SEVERAL = ['g6.4xlarge', 'gr6.4xlarge', 'g6.2xlarge'];

  test('are tried for one pool, of which the smallest decides what fits', () => {
    const owner = cluster('aws');
    expect(poolOf(owner, 'l4', { machineTypes: SEVERAL, spot: true }).machineType).toBe('g6.2xlarge');
    const groups = resourcesOf(synthesized(owner), 'aws_eks_node_group').filter(({ capacity_type }) => capacity_type === 'SPOT');
    expect(groups.map(({ instance_types }) => instance_types)).toEqual([SEVERAL, SEVERAL]);
    bucketOf(owner);
    expect(owner.platform._spec.gpuPools).toMatchObject([{ machineType: 'g6.2xlarge', machineTypes: SEVERAL, capacity: 'spot' }]);
    expect(noRoomFor({ resources: { gpu: { type: 'nvidia-l4', count: 1 }, memory: 100 } }, owner.platform._spec))
      .toMatch(/^memory is 100Gi, but pool l4 \(g6\.2xlarge, the smallest of 3\) has 31\.\d+ GiB of memory for pods; ask for less/);
  });

  test('of one are one', () => {
    const owner = cluster('aws');
    poolOf(owner, 'l4', { machineTypes: ['g6.2xlarge'] });
    bucketOf(owner);
    expect(owner.platform._spec.gpuPools?.[0]).toMatchObject({ machineType: 'g6.2xlarge' });
    expect(owner.platform._spec.gpuPools?.[0]).not.toHaveProperty('machineTypes');
  });

  test.each<[string, Partial<GpuNodePoolProps>, string]>([
    ['and one beside them', { machineType: 'g6.xlarge', machineTypes: SEVERAL },
      'machineType is g6.xlarge and machineTypes is g6.4xlarge, gr6.4xlarge, g6.2xlarge; leave one of them out'],
    ['of none', { machineTypes: [] }, 'machineTypes is empty; name machine types, or leave it out'],
    ['of one that is named twice', { machineTypes: ['g6.xlarge', 'g6.xlarge'] }, 'machineTypes has g6.xlarge twice; name it once'],
    ['that are no list', { machineTypes: untyped('g6.xlarge') }, "machineTypes is 'g6.xlarge'; give a list, for example ['g6.xlarge', 'g6.2xlarge']"],
    ['with another GPU', { machineTypes: ['g6.xlarge', 'g5.xlarge'] },
      'machineTypes: machineType is g5.xlarge, which has 1 nvidia-a10g, not 1 nvidia-l4; leave it out, or ask for what it has'],
    ['with another number of GPUs', { machineTypes: ['g6.xlarge', 'g6.12xlarge'] },
      'machineTypes: machineType is g6.12xlarge, which has 4 nvidia-l4, not 1 nvidia-l4; leave it out, or ask for what it has'],
    ['with processors of two kinds', { machineTypes: ['g6.xlarge', 'g6g.xlarge'] },
      'machineTypes: g6.xlarge has amd64, g6g.xlarge has arm64, and no image runs on both; make a pool for each'],
    ['of a reservation', { machineTypes: SEVERAL, capacity: PoolCapacity.reservation('cr-0123456789abcdef0'), zones: ['us-east-1a'] },
      'pool p: machineTypes has g6.4xlarge, gr6.4xlarge, g6.2xlarge, but a reservation is of one machine type; name it by machineType'],
  ])('%s are refused', (_, props, message) => {
    expect(messageOf(() => poolOf(cluster('aws'), 'p', props))).toBe(`[cloud/p] ${message}`);
  });

  test.each([
    ['gcp', 'Google Cloud', ['g2-standard-4', 'g2-standard-8']], ['azure', 'Azure', ['Standard_NC4as_T4_v3', 'Standard_NC8as_T4_v3']],
  ] as const)('are refused on %s', (cloud, title, types) => {
    expect(messageOf(() => poolOf(cluster(cloud), 'p', { machineTypes: [...types] })))
      .toBe(`[cloud/p] machineTypes is [${types.map((each) => `"${each}"`).join(',')}], but a pool on ${title} is of one machine type; `
        + 'name it by machineType, and make a pool for each');
  });
});

test('a pool starts at no node, and is named after its construct', () => {
  const owner = cluster();
  expect(poolOf(owner, 'l4').poolName).toBe('l4');
  const pool = resourcesOf(synthesized(owner), 'google_container_node_pool').find(({ name }) => name === 'l4');
  expect(pool).toMatchObject({ initial_node_count: 0, autoscaling: { total_min_node_count: 0, total_max_node_count: 4 } });
});

test.each(CLOUD_NAMES)('on %s each GPU in each number has a machine, or an error with what there is instead', (cloud) => {
  const owner = cluster(cloud);
  const { machines, title } = cloudNamed(cloud);
  const resolved = new Set<string>();
  for (const gpu of GPUS) {
    const counts = machines.filter((machine) => machine.gpu === gpu.name).map(({ gpuCount }) => gpuCount);
    for (let count = 1; count <= 17; count += 1) {
      const message = messageOf(() => {
        const { machineType } = poolOf(owner, `p${GPUS.indexOf(gpu)}x${count}`, { gpu, gpusPerNode: count });
        expect(machines).toContainEqual(expect.objectContaining({ machineType, gpu: gpu.name, gpuCount: count }));
        resolved.add(`${gpu.name} ${count}`);
      });
      if (counts.length === 0) expect(message).toMatch(new RegExp(`${title} has no machine with ${gpu.name} .*; use the nearest that it has: [a-z]+-`));
      else if (!counts.includes(count)) expect(message).toMatch(/; it has machines with \d|; name one by machineType/);
      else expect(message).toMatch(/\] no machine of .* is chosen by itself|^no error$/);
    }
  }
  const current = machines.filter(({ retired }) => !retired).map(({ gpu, gpuCount }) => `${gpu} ${gpuCount}`);
  expect([...resolved].sort()).toEqual([...new Set(current)].sort());
}, 60_000);

describe('fails when', () => {
  test('the cloud has no such GPU', () => {
    expect(messageOf(() => poolOf(cluster('azure'), 'p', { gpu: Gpu.NVIDIA_L4 }))).toBe('[cloud/p] Azure has no machine with nvidia-l4 (24 GiB); '
      + 'use the nearest that it has: nvidia-a10 (24 GiB), nvidia-t4 (16 GiB), nvidia-v100-32gb (32 GiB)');
  });

  test('the region is not known to have the GPU, unless its zones are named', () => {
    const h200 = { gpu: Gpu.NVIDIA_H200, gpusPerNode: 8 };
    const inLondon = (): Cluster => cluster('gcp', { cloud: Cloud.gcp({ projectId: 'acme', projectNumber: '1', region: 'europe-west2' }) });
    expect(messageOf(() => poolOf(inLondon(), 'p', h200))).toBe('[cloud/p] region europe-west2 is not known to have nvidia-h200; '
      + 'use nvidia-rtx-pro-6000 (96 GiB) or nvidia-a100-80gb (80 GiB), a cluster in asia-south1, asia-south2, europe-west1, europe-west4, '
      + 'us-central1, us-east4, us-east5, us-south1, us-west1, or name the zones that have it');
    expect(messageOf(() => poolOf(inLondon(), 'p', { ...h200, zones: ['europe-west2-a'] }))).toBe('no error');
    expect(messageOf(() => poolOf(cluster('gcp'), 'p', h200))).toBe('no error');
  });

  test('a name is known only after the deployment, or the cluster is of another App or another cloud', () => {
    const owner = cluster();
    const late = new TerraformVariable(stackOf(owner), 'late', { type: 'string' }).stringValue;
    expect(messageOf(() => poolOf(owner, 'p', { poolName: late }))).toBe('[cloud/p] poolName holds a cdktf token, which has no value before the deployment; '
      + 'write the value itself, or read it from the outputs file of `cdktf output --outputs-file`');
    const props = { cluster: owner, gpu: Gpu.NVIDIA_L4, maxNodes: 1 };
    expect(messageOf(() => new GpuNodePool(emptyStack('other'), 'p', props)))
      .toBe('[other/p] cluster is cloud/ml of another App; declare the pool in the App of its cluster');
    const elsewhere = stackBeside(owner, 'aws');
    cluster('aws', {}, elsewhere);
    expect(messageOf(() => new GpuNodePool(elsewhere, 'p', props)))
      .toBe('[aws/p] cluster is cloud/ml on gcp, but the pool is in a stack on aws; declare it in the stack of its cluster');
  });

  test('no machine has so many', () => {
    expect(messageOf(() => poolOf(cluster('aws'), 'p', { gpusPerNode: 3 })))
      .toBe('[cloud/p] no machine of AWS has 3 nvidia-l4; it has machines with 1, 4, 8');
    expect(messageOf(() => poolOf(cluster('gcp'), 'p', { gpu: Gpu.NVIDIA_T4, gpusPerNode: 2 })))
      .toBe('[cloud/p] no machine of Google Cloud is chosen by itself for 2 nvidia-t4; name one by machineType, or ask for 1 or 4');
    expect(messageOf(() => poolOf(cluster('azure'), 'p', { gpu: Gpu.NVIDIA_V100 })))
      .toBe('[cloud/p] no machine of Azure is chosen by itself for 1 nvidia-v100; name one by machineType');
  });

  test('the machine type has other GPUs', () => {
    expect(messageOf(() => poolOf(cluster('aws'), 'p', { machineType: 'p5.48xlarge' })))
      .toBe('[cloud/p] machineType is p5.48xlarge, which has 8 nvidia-h100, not 1 nvidia-l4; leave it out, or ask for what it has');
    expect(messageOf(() => poolOf(cluster('gcp'), 'p', { machineType: 'g2-standard-96' })))
      .toBe('[cloud/p] machineType is g2-standard-96, which has 8 nvidia-l4, not 1 nvidia-l4; leave it out, or ask for what it has');
  });

  test('a number of nodes or GPUs is none', () => {
    const owner = cluster();
    expect(messageOf(() => poolOf(owner, 'a', { minNodes: 5 })))
      .toBe('[cloud/a] minNodes is 5 and maxNodes 4; give a minimum that is no more than the maximum');
    expect(messageOf(() => poolOf(owner, 'b', { maxNodes: 0 })))
      .toBe('[cloud/b] maxNodes is 0; give how many nodes there can be, a whole number, 1 or more');
    expect(messageOf(() => poolOf(owner, 'c', { minNodes: -1 }))).toBe('[cloud/c] minNodes is -1; give a whole number, 0 or more');
    expect(messageOf(() => poolOf(owner, 'e', { diskGiB: -5 }))).toBe('[cloud/e] diskGiB is -5; give a whole number of GiB, 20 or more');
    expect(messageOf(() => poolOf(owner, 'gpu', { gpu: untyped(undefined) })))
      .toBe("[cloud/gpu] gpu is undefined, which is not a Gpu; write for example Gpu.NVIDIA_L4, or Gpu.of('nvidia-l4')");
    expect(messageOf(() => poolOf(owner, 'd', { gpusPerNode: 0.5 }))).toBe('[cloud/d] gpusPerNode is 0.5; give a whole number, 1 or more');
  });

  test('spot and a capacity contradict each other, or the cloud has no such capacity', () => {
    expect(messageOf(() => poolOf(cluster(), 'p', { spot: true, capacity: PoolCapacity.reservation('r') })))
      .toBe('[cloud/p] spot is true and capacity is reservation; leave one of them out');
    expect(messageOf(() => poolOf(cluster('aws'), 'p', { capacity: PoolCapacity.flexStart() })))
      .toBe('[cloud/p] pool p: aws has no flex-start capacity; use on-demand, spot, reservation or block');
    expect(messageOf(() => poolOf(cluster('gcp'), 'p', { capacity: PoolCapacity.block('b') })))
      .toBe('[cloud/p] gcp has no capacity blocks; use reservation, flex-start or queued');
  });

  test('the GPU has no such MIG profile', () => {
    const sharing = GpuSharing.mig('1g.99gb');
    expect(messageOf(() => poolOf(cluster('gcp'), 'p', { gpu: Gpu.NVIDIA_A100, sharing }))).toMatch(/ sharing is MIG profile 1g\.99gb, which nvidia-a100 does not have; /);
    const [onGcp, onAzure] = [GpuSharing.mig('4g.20gb'), GpuSharing.mig('1g.20gb')];
    expect(messageOf(() => poolOf(cluster('gcp'), 'p', { gpu: Gpu.NVIDIA_A100, sharing: onGcp })))
      .toBe('[cloud/p] nvidia-a100 has no MIG profile 4g.20gb; it has 1g.5gb, 2g.10gb, 3g.20gb, 7g.40gb');
    expect(messageOf(() => poolOf(cluster('aws'), 'p', { gpu: Gpu.NVIDIA_A100, gpusPerNode: 8, sharing: onGcp })))
      .toBe('[cloud/p] pool p: aws node groups cannot share GPUs by mig; use time-slicing');
    expect(messageOf(() => poolOf(cluster('azure'), 'p', { gpu: Gpu.NVIDIA_A100_80GB, sharing: onAzure })))
      .toBe('[cloud/p] MIG profile of pool p is 1g.20gb, which nvidia-a100-80gb does not have on azure; use 1g.10gb, 2g.20gb, 3g.40gb, 4g.40gb, 7g.80gb');
  });

  test('two pools have one name, with GPUs or without', () => {
    const owner = cluster();
    poolOf(owner, 'a', { poolName: 'l4' });
    expect(messageOf(() => poolOf(owner, 'b', { poolName: 'l4' }))).toBe('[cloud/b] cluster ml has a pool l4 already; give this one another name');
    expect(messageOf(() => owner.addNodePool('l4', { machineType: 'n2-standard-8', maxNodes: 1 })))
      .toBe('[cloud/ml] cluster ml has a pool l4 already; give this one another name');
    expect(messageOf(() => poolOf(owner, 'system'))).toBe('[cloud/system] cluster ml has a pool system already; give this one another name');
  });

  test('the cloud refuses the name', () => {
    expect(messageOf(() => poolOf(cluster('gcp'), 'Fast')))
      .toBe('[cloud/Fast] pool name Fast is not valid on Google Cloud; give up to 40 lowercase letters, digits and hyphens, a letter first');
    expect(messageOf(() => poolOf(cluster('azure'), '4gpus'))).toBe('[cloud/4gpus] pool name is 4gpus; on azure it begins with a letter');
  });
});
