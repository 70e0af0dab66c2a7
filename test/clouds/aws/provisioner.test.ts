/** What makes the nodes of GPU provisioners on EKS, by Karpenter and by Auto Mode. */
import type { GpuPoolSpec, NodeProvisioningSpec, PlatformSpec } from '../../../src/api/platform';
import type { Capacity } from '../../../src/api/resource';
import { provisionerObjects } from '../../../src/clouds/aws/provisioner';
import { clusterAddons } from '../../../src/clouds/terraform';
import { definitionErrors } from '../../schemas/definitions';
import { nodeClassErrors } from '../../schemas/eks-node-class';

const L4: GpuPoolSpec = {
  name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, maxNodes: 8, diskGiB: 200,
  provisioner: { capacities: [{ kind: 'spot' }, { kind: 'on-demand' }], machineTypes: ['g6.2xlarge', 'g6.4xlarge'] },
};
const H100: GpuPoolSpec = {
  name: 'h100', gpu: 'nvidia-h100', gpusPerNode: 8, maxNodes: 2, diskGiB: 500, zones: ['us-east-1a'],
  provisioner: {
    capacities: [{ kind: 'reservation', id: 'cr-0123456789abcdef0' }, { kind: 'on-demand' }], machineTypes: ['p5.48xlarge'],
    labels: { team: 'research' }, taints: { dedicated: 'research' },
  },
};
const KARPENTER: NodeProvisioningSpec = { kind: 'karpenter', queue: 'ml-karpenter', instanceProfile: 'ml-nodes', tags: { team: 'ml' } };
const BY_HAND: NodeProvisioningSpec = { kind: 'karpenter', nodeRole: 'nodes' };
const AUTO: NodeProvisioningSpec = { kind: 'eks-auto-mode', nodeRole: 'ml-nodes' };

function platform(nodeProvisioning: NodeProvisioningSpec, gpuPools: GpuPoolSpec[] = [L4, H100]): PlatformSpec {
  return { cloud: 'aws', clusterName: 'ml', artifacts: { url: 's3://acme' }, nodeProvisioning, gpuPools };
}

interface Written {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

function objects(by: NodeProvisioningSpec, pools?: GpuPoolSpec[]): Written[] {
  return provisionerObjects(platform(by, pools)) as unknown as Written[];
}

function specOf(by: NodeProvisioningSpec, kind: string, name = 'l4'): Readonly<Record<string, unknown>> {
  const [found] = objects(by).filter((object) => object.kind === kind && object.metadata.name === name);
  expect(found).toBeDefined();
  return found?.spec ?? {};
}

test('Karpenter takes all of it, by its own definitions', () => {
  const ofOthers = { subnetIds: ['subnet-0a'], securityGroupIds: ['sg-0a'], diskKey: 'arn:aws:kms:us-east-1:111122223333:key/1' };
  const all = [KARPENTER, BY_HAND, { ...KARPENTER, ...ofOthers }].flatMap((by) => objects(by));
  expect(all.map(({ kind, metadata: { name } }) => `${kind} ${name ?? ''}`).slice(0, 6)).toEqual([
    'EC2NodeClass general', 'NodePool general', 'EC2NodeClass l4', 'NodePool l4', 'EC2NodeClass h100', 'NodePool h100',
  ]);
  expect(all.flatMap((object) => definitionErrors(object))).toEqual([]);
});

test('so does Auto Mode, of which the NodePool is the same and the class its own', () => {
  const all = objects({ ...AUTO, subnetIds: ['subnet-0a'], diskKey: 'arn:aws:kms:us-east-1:111122223333:key/1' });
  expect(all.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
    'eks.amazonaws.com/v1 NodeClass', 'karpenter.sh/v1 NodePool', 'eks.amazonaws.com/v1 NodeClass', 'karpenter.sh/v1 NodePool',
  ]);
  expect(all.filter(({ kind }) => kind === 'NodePool').flatMap((object) => definitionErrors(object))).toEqual([]);
  expect(all.filter(({ kind }) => kind === 'NodeClass').flatMap(({ spec }) => nodeClassErrors(spec))).toEqual([]);
});

test('the check of a NodeClass finds what is wrong', () => {
  expect(nodeClassErrors({ role: 'nodes', subnetSelectorTerms: [{ id: 'x' }], ephemeralStorage: { size: '200' }, amiFamily: 'AL2023' })).toEqual([
    "spec must have required property 'securityGroupSelectorTerms'", 'spec must NOT have additional properties',
    'spec/subnetSelectorTerms/0/id must match pattern "^subnet-[0-9a-z]+$"', 'spec/ephemeralStorage/size must match pattern "^[1-9][0-9]*Gi$"',
  ]);
});

describe('a NodePool', () => {
  test('has the machines, zones and capacities that are named, the label and the taint of its GPU, and a limit', () => {
    expect(specOf(KARPENTER, 'NodePool', 'h100')).toEqual({
      template: {
        metadata: { labels: { 'team': 'research', 'substratus.ai/gpu': 'nvidia-h100' } },
        spec: {
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'h100' },
          requirements: [
            { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['p5.48xlarge'] },
            { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['reserved', 'on-demand'] },
            { key: 'topology.kubernetes.io/zone', operator: 'In', values: ['us-east-1a'] },
            { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
            { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
          ],
          taints: [
            { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }, { key: 'dedicated', value: 'research', effect: 'NoSchedule' },
          ],
          expireAfter: 'Never',
        },
      },
      disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '5m', budgets: [{ nodes: '1', reasons: ['Drifted'] }] },
      limits: { 'nvidia.com/gpu': 16 },
    });
  });

  test('of Auto Mode lives no longer than AWS lets it', () => {
    const { template } = specOf(AUTO, 'NodePool') as { template: { spec: { expireAfter: string; terminationGracePeriod: string } } };
    const hours = [template.spec.expireAfter, template.spec.terminationGracePeriod].map((each) => Number(each.replace('h', '')));
    expect(hours.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(21 * 24);
  });

  test('of processors of Arm, and of AWS\'s own accelerators, says so', () => {
    const on = (machineType: string) => ({ provisioner: { capacities: [{ kind: 'spot' as const }], machineTypes: [machineType] } });
    const neuron = { ...L4, ...on('inf2.xlarge'), name: 'inf', gpu: 'aws-inferentia2' };
    const arm = { ...L4, ...on('g5g.xlarge') };
    const [, inf, , l4] = objects(BY_HAND, [neuron, arm]).map(({ spec }) => spec);
    expect(inf).toMatchObject({ limits: { 'aws.amazon.com/neuron': 8 }, template: { spec: { taints: [{ key: 'aws.amazon.com/neuron' }] } } });
    expect(JSON.stringify(l4)).toContain('{"key":"kubernetes.io/arch","operator":"In","values":["arm64"]}');
  });
});

describe('a class', () => {
  test('finds the ground of a new cluster by tags, and that of others by id', () => {
    expect(specOf(KARPENTER, 'EC2NodeClass')).toMatchObject({
      instanceProfile: 'ml-nodes',
      subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'ml' } }],
      securityGroupSelectorTerms: [{ tags: { 'aws:eks:cluster-name': 'ml' } }],
      tags: { team: 'ml' },
    });
    expect(specOf({ ...BY_HAND, subnetIds: ['subnet-0a', 'subnet-0b'], securityGroupIds: ['sg-0a'] }, 'EC2NodeClass')).toMatchObject({
      role: 'nodes', subnetSelectorTerms: [{ id: 'subnet-0a' }, { id: 'subnet-0b' }], securityGroupSelectorTerms: [{ id: 'sg-0a' }],
    });
  });

  test('has an encrypted disk, no metadata for pods, and what was reserved', () => {
    expect(specOf({ ...KARPENTER, diskKey: 'arn:key' }, 'EC2NodeClass', 'h100')).toMatchObject({
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [{ deviceName: '/dev/xvda', rootVolume: true, ebs: { volumeSize: '500Gi', encrypted: true, kmsKeyID: 'arn:key' } }],
      capacityReservationSelectorTerms: [{ id: 'cr-0123456789abcdef0' }],
    });
    expect(specOf(KARPENTER, 'EC2NodeClass')).not.toHaveProperty('capacityReservationSelectorTerms');
    expect(specOf({ ...AUTO, diskKey: 'arn:key' }, 'NodeClass', 'h100')).toMatchObject({
      ephemeralStorage: { size: '500Gi', kmsKeyID: 'arn:key' }, networkPolicy: 'DefaultAllow',
      capacityReservationSelectorTerms: [{ id: 'cr-0123456789abcdef0' }],
    });
  });
});

describe('add-ons', () => {
  const names = (by: NodeProvisioningSpec) => clusterAddons(platform(by), { defaultStorageClass: true })
    .map(({ kind, metadata }) => `${kind ?? ''} ${metadata?.name ?? ''}`);

  test('with Karpenter are device plugin and objects of the provisioners', () => {
    expect(names(KARPENTER)).toEqual([
      'StorageClass gp3', 'DaemonSet nvidia-device-plugin', 'EC2NodeClass general', 'NodePool general', 'EC2NodeClass l4', 'NodePool l4',
      'EC2NodeClass h100', 'NodePool h100',
    ]);
  });

  test('in Auto Mode have no device plugin, the class of its own driver, and let policies be enforced', () => {
    expect(names(AUTO)).toEqual(['StorageClass gp3', 'ConfigMap amazon-vpc-cni', 'NodeClass l4', 'NodePool l4', 'NodeClass h100', 'NodePool h100']);
    const [storage] = clusterAddons(platform(AUTO), { defaultStorageClass: true });
    expect(storage).toMatchObject({ provisioner: 'ebs.csi.eks.amazonaws.com' });
  });
});

describe('bad input', () => {
  const capacities = (...kinds: readonly { readonly kind: Capacity | 'reservation'; readonly id?: string }[]): GpuPoolSpec[] => [
    { ...L4, provisioner: { capacities: kinds as never, machineTypes: ['g6.2xlarge'] } },
  ];

  test.each<[string, { readonly by: NodeProvisioningSpec; readonly pools: GpuPoolSpec[] }, string]>([
    ['on-demand before spot', { by: KARPENTER, pools: capacities({ kind: 'on-demand' }, { kind: 'spot' }) },
      'capacities of provisioner l4 are on-demand, spot, but Karpenter takes spot first wherever it may; give them as spot, on-demand, or one of them alone'],
    ['spot before a reservation', { by: AUTO, pools: capacities({ kind: 'spot' }, { kind: 'reservation', id: 'cr-0' }) },
      'capacities of provisioner l4 are spot, reservation, but Karpenter takes reservation first wherever it may; give them as reservation, spot, '
      + 'or one of them alone'],
    ['a reservation by name', { by: KARPENTER, pools: capacities({ kind: 'reservation', id: 'ours' }) },
      'GPU provisioner l4: reservation is ours; use the id of a capacity reservation, such as cr-0123456789abcdef0'],
    ['no role', { by: { kind: 'karpenter' }, pools: [L4] },
      'cluster ml has GPU provisioners, but it does not say which role their nodes have; give nodeRole to NodeProvisioning.karpenter'],
    ['no role in Auto Mode', { by: { kind: 'eks-auto-mode' }, pools: [L4] },
      'cluster ml has GPU provisioners, but it does not say which role their nodes have; give nodeRole to NodeProvisioning.eksAutoMode'],
  ])('%s', (_, { by, pools }, message) => {
    expect(() => objects(by, pools)).toThrow(new Error(message));
  });
});
