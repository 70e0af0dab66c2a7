import { CLOUD_NAMES, cloudNamed } from '../../src/clouds/pods';

/** What nodes have said of themselves, or what the cloud's page gives as an example. */
test.each([
  /* https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes: n1-standard-4 with a disk of 100 GB */
  ['gcp', { vcpu: 4, memoryGiB: 15, diskGiB: 98831908 / 2 ** 20 }, { vcpu: 3.92, memoryGiB: 13498416 / 2 ** 20, diskGiB: 47060071478 / 2 ** 30 }],
  /* https://learn.microsoft.com/azure/aks/node-resource-reservations: 8 GB and 30 pods */
  ['azure', { vcpu: 8, memoryGiB: 8 }, { vcpu: 7.82, memoryGiB: 7.25 }],
  /* https://github.com/awslabs/amazon-eks-ami, nodeadm: m5.large, 29 pods */
  ['aws', { vcpu: 2, memoryGiB: 8 }, { vcpu: 1.93, memoryGiB: 7.3 }],
])('on %s nothing that fits is refused, and hardly anything that does not', (cloud, machine, said) => {
  const room = cloudNamed(cloud).allocatable(machine);
  expect(room.vcpu).toBeCloseTo(said.vcpu, 5);
  expect(room.memoryGiB).toBeGreaterThanOrEqual(Math.min(said.memoryGiB, room.memoryGiB));
  expect(Math.abs(room.memoryGiB - said.memoryGiB)).toBeLessThan(0.7);
  if ('diskGiB' in said) expect(room.diskGiB).toBeGreaterThan(said.diskGiB);
});

test.each(CLOUD_NAMES)('on %s a larger machine leaves more, and none leaves more than it has', (name) => {
  const { allocatable } = cloudNamed(name);
  const sizes = [1, 2, 4, 8, 16, 64, 200].map((vcpu) => ({ vcpu, memoryGiB: 4 * vcpu, diskGiB: 50 + 10 * vcpu }));
  const rooms = sizes.map((size) => allocatable(size));
  for (const [index, { vcpu, memoryGiB, diskGiB = NaN }] of rooms.entries()) {
    const [size, before] = [sizes[index], rooms[index - 1]];
    const isLess = [vcpu <= (size?.vcpu ?? 0), memoryGiB <= (size?.memoryGiB ?? 0), diskGiB <= (size?.diskGiB ?? 0)];
    const isMore = [vcpu > (before?.vcpu ?? 0), memoryGiB > (before?.memoryGiB ?? 0), diskGiB > (before?.diskGiB ?? 0)];
    expect([...isLess, ...isMore]).toEqual(Array(6).fill(true));
  }
});

test.each([
  ['gcp', 'n2d-standard-4', { vcpu: 4, memoryGiB: 16, architecture: 'amd64' }],
  ['gcp', 'c4a-highmem-16', { vcpu: 16, memoryGiB: 128, architecture: 'arm64' }],
  ['gcp', 'n2-custom-4-8192', undefined],
  ['gcp', 'e2-medium', undefined],
  ['aws', 'm7i.xlarge', { vcpu: 4, memoryGiB: 16, architecture: 'amd64' }],
  ['aws', 'c7g.large', { vcpu: 2, memoryGiB: 4, architecture: 'arm64' }],
  ['aws', 'r6id.24xlarge', { vcpu: 96, memoryGiB: 768, architecture: 'amd64' }],
  ['aws', 'm7i-flex.2xlarge', { vcpu: 8, memoryGiB: 32, architecture: 'amd64' }],
  ['aws', 'c5n.xlarge', undefined],
  ['aws', 'm5.metal', undefined],
  ['aws', 'c4.8xlarge', undefined],
  ['azure', 'Standard_D4ds_v5', { vcpu: 4, memoryGiB: 16, architecture: 'amd64' }],
  ['azure', 'Standard_E16pds_v5', { vcpu: 16, memoryGiB: 128, architecture: 'arm64' }],
  ['azure', 'Standard_DC4as_v5', undefined],
  ['local', 'local', undefined],
])('on %s the name of %s tells what it has, or nothing', (cloud, machineType, shape) => {
  expect(cloudNamed(cloud).shapeOf(machineType)).toEqual(shape);
});
