import type { GpuPoolSpec } from '../../../src/clouds/infrastructure';
import { all, EXISTING, gpuPoolSpec, nodePoolSpec, one, synthesize, synthesizeExisting } from './fixtures';
import type { Synthesized } from './fixtures';

/** One GPU pool on a cluster that exists, so that there are no other pools. */
function pool(spec: Partial<GpuPoolSpec> = {}): Synthesized {
  return synthesizeExisting((cluster, scope) => cluster.addGpuPool(scope('pool'), gpuPoolSpec(spec)));
}

const ONE_ZONE = { zones: ['us-east-1b'] };

describe('a GPU pool', () => {
  test('scales from zero, and has its limit in every zone, for the machines may be in one only', () => {
    const groups = all(pool(), 'aws_eks_node_group');
    expect(groups.map(({ subnet_ids, scaling_config }) => [subnet_ids, scaling_config])).toEqual([
      [['subnet-a'], { min_size: 0, max_size: 8, desired_size: 0 }],
      [['subnet-b'], { min_size: 0, max_size: 8, desired_size: 0 }],
      [['subnet-c'], { min_size: 0, max_size: 8, desired_size: 0 }],
    ]);
    expect(groups[0]).toMatchObject({ lifecycle: { create_before_destroy: true, ignore_changes: ['scaling_config[0].desired_size'] } });
  });

  test('finds its single node in any zone, or in those that it names', () => {
    const zones = (spec: Partial<GpuPoolSpec>) => all(pool({ maxNodes: 1, ...spec }), 'aws_eks_node_group').map(({ subnet_ids }) => subnet_ids);
    expect(zones({})).toEqual([['subnet-a'], ['subnet-b'], ['subnet-c']]);
    expect(zones(ONE_ZONE)).toEqual([['subnet-b']]);
  });

  test('shares its minimum over the zones', () => {
    const sizes = all(pool({ minNodes: 4 }), 'aws_eks_node_group').map(({ scaling_config }) => (scaling_config as { min_size: number }).min_size);
    expect(sizes).toEqual([2, 1, 1]);
  });

  test('has the labels and taints it is given, the NVIDIA image, repair, and rolls one node at a time', () => {
    expect(one(pool(ONE_ZONE), 'aws_eks_node_group')).toMatchObject({
      node_group_name_prefix: 'l4-b-',
      ami_type: 'AL2023_x86_64_NVIDIA',
      capacity_type: 'ON_DEMAND',
      instance_types: ['g6.2xlarge'],
      labels: { 'substratus.ai/gpu': 'nvidia-l4', 'k8s.amazonaws.com/accelerator': 'nvidia-l4' },
      taint: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' }],
      node_repair_config: { enabled: true },
      update_config: { max_unavailable: 1 },
    });
  });

  test('tells the autoscaler what a node will be like', () => {
    const synthesized = pool({ ...ONE_ZONE, gpusPerNode: 4, capacity: { kind: 'spot' } });
    const tags = all(synthesized, 'aws_autoscaling_group_tag').map(({ tag }) => tag as { key: string; value: string; propagate_at_launch: boolean });
    const prefix = 'k8s.io/cluster-autoscaler/node-template';
    expect(Object.fromEntries(tags.map(({ key, value }) => [key, value]))).toEqual({
      [`${prefix}/label/substratus.ai/gpu`]: 'nvidia-l4',
      [`${prefix}/label/k8s.amazonaws.com/accelerator`]: 'nvidia-l4',
      [`${prefix}/label/eks.amazonaws.com/capacityType`]: 'SPOT',
      [`${prefix}/label/topology.ebs.csi.aws.com/zone`]: 'us-east-1b',
      [`${prefix}/taint/nvidia.com/gpu`]: 'present:NoSchedule',
      [`${prefix}/resources/nvidia.com/gpu`]: '4',
      [`${prefix}/resources/ephemeral-storage`]: '170Gi',
    });
    const [group] = Object.keys(synthesized.resource.aws_eks_node_group ?? {});
    expect(all(synthesized, 'aws_autoscaling_group_tag')[0]?.autoscaling_group_name)
      .toBe(`\${aws_eks_node_group.${group ?? ''}.resources[0].autoscaling_groups[0].name}`);
  });

  test('has machines with an encrypted disk and no metadata without a token', () => {
    expect(one(pool({ tags: { team: 'ml' } }), 'aws_launch_template')).toMatchObject({
      name: 'ours-l4',
      metadata_options: { http_endpoint: 'enabled', http_tokens: 'required', http_put_response_hop_limit: 1 },
      block_device_mappings: [{ device_name: '/dev/xvda', ebs: { volume_size: 200, volume_type: 'gp3', encrypted: 'true' } }],
      tag_specifications: ['instance', 'volume', 'network-interface'].map((resource_type) => ({
        resource_type, tags: { team: 'ml', Name: 'ours-l4' },
      })),
    });
  });

  test('rolls its nodes with each version of the template', () => {
    const synthesized = pool(ONE_ZONE);
    const [template] = Object.keys(synthesized.resource.aws_launch_template ?? {});
    expect(one(synthesized, 'aws_eks_node_group').launch_template).toEqual({
      id: `\${aws_launch_template.${template ?? ''}.id}`, version: `\${aws_launch_template.${template ?? ''}.latest_version}`,
    });
  });

  test('is of any of several machine types, of which the autoscaler is told the smallest', () => {
    const several = { machineType: 'g6.2xlarge', machineTypes: ['gr6.4xlarge', 'g6.4xlarge', 'g6.2xlarge'] };
    const synthesized = pool({ ...ONE_ZONE, ...several, capacity: { kind: 'spot' } });
    expect(one(synthesized, 'aws_eks_node_group')).toMatchObject({ capacity_type: 'SPOT', instance_types: several.machineTypes });
    expect(one(synthesized, 'aws_launch_template')).not.toHaveProperty('instance_type');
    const tags = all(synthesized, 'aws_autoscaling_group_tag').map(({ tag }) => tag as { key: string; value: string });
    const resources = tags.flatMap(({ key, value }) => (key.includes('/resources/') ? [[key.split('/resources/')[1], value]] : []));
    expect(Object.fromEntries(resources)).toEqual({ 'nvidia.com/gpu': '1', 'ephemeral-storage': '170Gi', 'cpu': '8', 'memory': '32Gi' });
    expect(one(pool({ ...ONE_ZONE, ...several }), 'aws_eks_node_group')).toMatchObject({ capacity_type: 'ON_DEMAND', instance_types: several.machineTypes });
  });

  test('is of spot machines', () => {
    expect(one(pool({ ...ONE_ZONE, capacity: { kind: 'spot' } }), 'aws_eks_node_group').capacity_type).toBe('SPOT');
  });

  test('takes a reservation', () => {
    const synthesized = pool({ ...ONE_ZONE, capacity: { kind: 'reservation', id: 'cr-0123456789abcdef0' } });
    expect(one(synthesized, 'aws_launch_template').capacity_reservation_specification)
      .toEqual({ capacity_reservation_target: { capacity_reservation_id: 'cr-0123456789abcdef0' } });
    expect(one(synthesized, 'aws_eks_node_group')).toMatchObject({ capacity_type: 'ON_DEMAND', instance_types: ['g6.2xlarge'] });
  });

  test('takes a capacity block, with the machine type in the template alone', () => {
    const synthesized = pool({ ...ONE_ZONE, machineType: 'p5.48xlarge', capacity: { kind: 'block', id: 'cr-0123456789abcdef0' } });
    expect(one(synthesized, 'aws_launch_template')).toMatchObject({
      instance_type: 'p5.48xlarge',
      instance_market_options: { market_type: 'capacity-block' },
      capacity_reservation_specification: { capacity_reservation_target: { capacity_reservation_id: 'cr-0123456789abcdef0' } },
    });
    expect(one(synthesized, 'aws_eks_node_group').capacity_type).toBe('CAPACITY_BLOCK');
    expect(one(synthesized, 'aws_eks_node_group')).not.toHaveProperty('instance_types');
  });

  test('makes one disk of the local ones where it is asked to', () => {
    expect(String(one(pool({ localSsdCount: 1 }), 'aws_launch_template').user_data)).toContain('strategy: RAID0');
    expect(one(pool(), 'aws_launch_template')).not.toHaveProperty('user_data');
  });

  test('lies close together where it is asked to', () => {
    const synthesized = pool({ ...ONE_ZONE, compact: true });
    expect(one(synthesized, 'aws_placement_group')).toMatchObject({ name: 'ours-l4', strategy: 'cluster' });
    const [placement] = Object.keys(synthesized.resource.aws_placement_group ?? {});
    expect(one(synthesized, 'aws_launch_template').placement).toEqual({ group_name: `\${aws_placement_group.${placement ?? ''}.name}` });
  });

  describe('with Elastic Fabric Adapters', () => {
    const efa = (count: number) => ({ fabric: { 'vpc.amazonaws.com/efa': String(count) } });
    const p5 = { ...ONE_ZONE, ...efa(32), name: 'h100', machineType: 'p5.48xlarge', gpu: 'nvidia-h100', gpusPerNode: 8, compact: true };
    interface Interface {
      readonly network_card_index: number;
      readonly device_index: number;
      readonly interface_type: string;
      readonly security_groups: string[];
    }
    const interfacesOf = (synthesized: Synthesized) => all(synthesized, 'aws_launch_template')
      .flatMap(({ network_interfaces: each }) => (each as Interface[] | undefined) ?? []);

    test('has one on each card, of which the first has the address, in the group of the cluster', () => {
      const synthesized = synthesize((cluster, scope) => cluster.addGpuPool(scope('h100'), gpuPoolSpec(p5)));
      const interfaces = interfacesOf(synthesized);
      expect(interfaces.map((each) => each.network_card_index)).toEqual(Array.from({ length: 32 }, (_, card) => card));
      expect(interfaces.slice(0, 2).map((each) => [each.device_index, each.interface_type])).toEqual([[0, 'efa'], [1, 'efa-only']]);
      expect([...new Set(interfaces.flatMap((each) => each.security_groups))])
        .toEqual([expect.stringMatching(/^\$\{aws_eks_cluster\.\w+\.vpc_config\[?0?\]?\.cluster_security_group_id\}$/) as string]);
      const tags = all(synthesized, 'aws_autoscaling_group_tag').map(({ tag }) => tag);
      expect(tags).toContainEqual({ key: 'k8s.io/cluster-autoscaler/node-template/resources/vpc.amazonaws.com/efa', value: '32', propagate_at_launch: false });
    });

    test('on a cluster that exists are in the groups of its nodes, which must be said', () => {
      const attributes = { ...EXISTING.attributes, securityGroupIds: ['sg-1'] };
      const synthesized = synthesizeExisting((cluster, scope) => cluster.addGpuPool(scope('h100'), gpuPoolSpec(p5)), { ...EXISTING, attributes });
      expect(interfacesOf(synthesized).every(({ security_groups: groups }) => groups.join() === 'sg-1')).toBe(true);
      expect(one(synthesized, 'aws_launch_template')).not.toHaveProperty('vpc_security_group_ids');
      expect(() => pool(p5)).toThrow(new Error('pool h100: fabric takes the security groups of the nodes, and the cluster exists; give securityGroupIds to its attributes'));
    });

    test.each<[string, Partial<GpuPoolSpec>, string]>([
      ['fewer than the machine has', efa(8), 'pool h100: fabric is Fabric.efa(8), but p5.48xlarge has 32 of them; write Fabric.efa(32)'],
      ['of a machine without', { ...efa(1), machineType: 'g6.xlarge' },
        'pool h100: fabric is Fabric.efa(1), but g6.xlarge has 0 of them; leave fabric out, or take a machine that has some'],
      ['of machines anywhere', { compact: false }, 'pool h100: fabric is of machines near each other; set compact: true, and zones to one'],
    ])('%s are refused', (_, spec, message) => expect(() => pool({ ...p5, ...spec })).toThrow(new Error(message)));

    test('are not where nobody asks for them', () => expect(interfacesOf(pool(ONE_ZONE))).toEqual([]));
  });

  test('that is shared says so to the device plugin, and to the autoscaler', () => {
    const synthesized = pool({ ...ONE_ZONE, sharing: { kind: 'time-slicing', clients: 4 } });
    expect(one(synthesized, 'aws_eks_node_group').labels).toMatchObject({ 'substratus.ai/gpu-sharing': 'time-slicing-4' });
    const tags = all(synthesized, 'aws_autoscaling_group_tag').map(({ tag }) => tag);
    expect(tags).toContainEqual({
      key: 'k8s.io/cluster-autoscaler/node-template/resources/nvidia.com/gpu', value: '4', propagate_at_launch: false,
    });
  });

  test('of AWS\'s own accelerators has their image and resource', () => {
    const synthesized = pool({
      ...ONE_ZONE, gpu: 'aws-inferentia2', machineType: 'inf2.48xlarge', gpusPerNode: 12, labels: {}, taints: [{ key: 'aws.amazon.com/neuron', value: 'present' }],
    });
    expect(one(synthesized, 'aws_eks_node_group')).toMatchObject({ ami_type: 'AL2023_x86_64_NEURON', labels: {} });
    expect(all(synthesized, 'aws_autoscaling_group_tag').map(({ tag }) => tag)).toContainEqual({
      key: 'k8s.io/cluster-autoscaler/node-template/resources/aws.amazon.com/neuron', value: '12', propagate_at_launch: false,
    });
  });
});

describe('a pool without GPUs', () => {
  test('has no taint, and the image of its processor', () => {
    const types = (machineType: string) => all(synthesizeExisting((cluster, scope) => {
      cluster.addNodePool(scope('pool'), nodePoolSpec({ machineType, spot: true, maxNodes: 1 }));
    }), 'aws_eks_node_group').map(({ ami_type, taint, capacity_type }) => ({ ami_type, taint, capacity_type }));
    const inEachZone = (ami_type: string) => Array(3).fill({ ami_type, taint: [], capacity_type: 'SPOT' }) as object[];
    expect(types('m7i.2xlarge')).toEqual(inEachZone('AL2023_x86_64_STANDARD'));
    expect(types('m7g.2xlarge')).toEqual(inEachZone('AL2023_ARM_64_STANDARD'));
  });
});

test('two pools stand side by side', () => {
  const synthesized = synthesize((cluster, scope) => {
    cluster.addGpuPool(scope('l4'), gpuPoolSpec());
    cluster.addGpuPool(scope('h100'), gpuPoolSpec({ name: 'h100', machineType: 'p5.48xlarge', gpu: 'nvidia-h100', gpusPerNode: 8 }));
  });
  expect(all(synthesized, 'aws_eks_node_group')).toHaveLength(9);
  expect(all(synthesized, 'aws_launch_template').map(({ name }) => name).sort()).toEqual(['ml-h100', 'ml-l4', 'ml-system']);
});

describe('bad input', () => {
  test.each<[string, Partial<GpuPoolSpec>, string]>([
    ['flex-start', { capacity: { kind: 'flex-start' } }, 'pool l4: aws has no flex-start capacity; use on-demand, spot, reservation or block'],
    ['queued', { capacity: { kind: 'queued' } }, 'pool l4: aws has no queued capacity; use on-demand, spot, reservation or block'],
    ['MIG', { sharing: { kind: 'mig', profile: '1g.10gb' } }, 'pool l4: aws node groups cannot share GPUs by mig; use time-slicing'],
    ['MPS', { sharing: { kind: 'mps', clients: 2 } }, 'pool l4: aws node groups cannot share GPUs by mps; use time-slicing'],
    ['turns of one', { sharing: { kind: 'time-slicing', clients: 1 } }, 'pool l4: 1 cannot take turns on a GPU; give a whole number, 2 or more'],
    [
      'turns on an accelerator of AWS', { gpu: 'aws-inferentia2', sharing: { kind: 'time-slicing', clients: 2 } },
      'pool l4: aws-inferentia2 cannot be shared; leave out sharing',
    ],
    ['image streaming', { imageStreaming: true }, 'pool l4: aws has no image streaming; leave it out, and give nodes a large disk instead'],
    ['a driver', { driver: 'LATEST' }, 'pool l4: driver is LATEST, but on aws it comes with the machine image; leave it out'],
    [
      'several machine types of a reservation', { ...ONE_ZONE, machineTypes: ['g6.xlarge', 'g6.2xlarge'], capacity: { kind: 'reservation', id: 'cr-0' } },
      'pool l4: machineTypes has g6.xlarge, g6.2xlarge, but a reservation is of one machine type; name it by machineType',
    ],
    [
      'several machine types of a block', { ...ONE_ZONE, machineTypes: ['g6.xlarge', 'g6.2xlarge'], capacity: { kind: 'block', id: 'cr-0' } },
      'pool l4: machineTypes has g6.xlarge, g6.2xlarge, but a capacity block is of one machine type; name it by machineType',
    ],
    [
      'a reservation by name', { capacity: { kind: 'reservation', id: 'ours' } },
      'pool l4: reservation is ours; use the id of a capacity reservation, such as cr-0123456789abcdef0',
    ],
    [
      'a reservation in several zones', { capacity: { kind: 'reservation', id: 'cr-0' } },
      'pool l4: a reservation is in one zone; set zones to one of us-east-1a, us-east-1b, us-east-1c',
    ],
    [
      'a capacity block in several zones', { capacity: { kind: 'block', id: 'cr-0' } },
      'pool l4: a capacity block is in one zone; set zones to one of us-east-1a, us-east-1b, us-east-1c',
    ],
    [
      'compact placement in several zones', { compact: true, zones: ['us-east-1a', 'us-east-1b'] },
      'pool l4: compact placement is in one zone; set zones to one of us-east-1a, us-east-1b',
    ],
    [
      'a zone of elsewhere', { zones: ['us-east-1d'] },
      'pool l4: zone us-east-1d is none of the cluster\'s; use us-east-1a, us-east-1b, us-east-1c',
    ],
    [
      'a name that is too long', { name: 'a-pool-with-a-name-that-is-far-too-long' },
      'name of pool a-pool-with-a-name-that-is-far-too-long is not valid on AWS; use 1 to 34 letters, digits, - and _, the first no - or _',
    ],
  ])('%s', (_, spec, message) => expect(() => pool(spec)).toThrow(new Error(message)));
});

describe('a cluster that exists', () => {
  test.each([
    [{ nodeRoleArn: 'arn:aws:iam::111122223333:role/nodes' }, 'cluster ours has no subnetIds; give it, since nothing is looked up: on aws subnetIds and nodeRoleArn are needed'],
    [{ subnetIds: ['a', 'b', 'c'] }, 'cluster ours has no nodeRoleArn; give it, since nothing is looked up: on aws subnetIds and nodeRoleArn are needed'],
    [
      { subnetIds: ['a'], nodeRoleArn: 'arn:aws:iam::111122223333:role/nodes' },
      'cluster ours has 1 subnetIds for zones us-east-1a, us-east-1b, us-east-1c; give one for each, in their order',
    ],
    [
      { subnetIds: ['a', 'b', 'c'], nodeRoleArn: 'nodes' },
      'nodeRoleArn of cluster ours is nodes, which is not an ARN of a role, such as arn:aws:iam::111122223333:role/nodes',
    ],
  ])('%j is not enough', (attributes, message) => {
    expect(() => synthesizeExisting(() => undefined, { name: 'ours', attributes, tags: {} })).toThrow(new Error(message));
  });

  test('gets pools in its subnets, with its role and security groups, and nothing else', () => {
    const attributes = { subnetIds: ['a', 'b', 'c'], nodeRoleArn: 'arn:aws:iam::111122223333:role/nodes', securityGroupIds: ['sg-1'] };
    const synthesized = synthesizeExisting((cluster, scope) => {
      cluster.addGpuPool(scope('l4'), gpuPoolSpec(ONE_ZONE));
    }, { name: 'ours', attributes, tags: {} });
    expect(Object.keys(synthesized.resource).sort()).toEqual(['aws_autoscaling_group_tag', 'aws_eks_node_group', 'aws_launch_template']);
    expect(one(synthesized, 'aws_eks_node_group')).toMatchObject({
      cluster_name: 'ours', subnet_ids: ['b'], node_role_arn: 'arn:aws:iam::111122223333:role/nodes',
    });
    expect(one(synthesized, 'aws_launch_template').vpc_security_group_ids).toEqual(['sg-1']);
  });
});
