/**
 * What a platform team gets wrong about a cluster, on every cloud that can have it, through the public constructs. The tests of the parts
 * have more of each. Not here is what no id tells: the region of a subnet or key of Azure and of a subnet of AWS; peered ranges.
 */
import { App, Chart } from 'cdk8s';
import { Testing } from 'cdktf';
import type { TerraformStack } from 'cdktf';
import { ArtifactBucket, Cloud, Cluster, ClusterAddons, ClusterNetwork, NodeProvisioning, Platform, Weekday } from '../../../src';
import type { ClusterProps } from '../../../src';
import { messageOf } from '../fixtures';
import { cluster, CLOUDS, emptyStack, poolOf, stackOf } from './clouds';
import type { CloudName } from './clouds';

/** The message of a cluster `ml` with these props, or of its stack. */
function refusal(cloud: CloudName, props: Partial<ClusterProps>): string {
  return messageOf(() => { Testing.synth(stackOf(cluster(cloud, props)), true); });
}

const named = (nameOf: (proposed: string) => string): Partial<ClusterProps> => ({ naming: { nameOf: (_, proposed) => nameOf(proposed) } });
const SHARED = { network: 'projects/net/global/networks/shared', subnetwork: 'projects/net/regions/us-central1/subnetworks/ml' };

type Row = [cloud: CloudName, props: Partial<ClusterProps>, message: string];

describe('ranges that overlap', () => {
  test.each<Row>([
    ['gcp', { cidr: '10.64.0.0/16' }, 'cidr 10.64.0.0/16 overlaps 10.64.0.0/14, the range of the pods; give another, for example 10.0.0.0/16'],
    ['gcp', { podCidr: '10.68.0.0/16' }, 'podCidr 10.68.0.0/16 overlaps 10.68.0.0/20, the range of the services; give another, for example 10.64.0.0/14'],
    ['gcp', { serviceCidr: '10.64.8.0/21' }, 'serviceCidr 10.64.8.0/21 overlaps 10.64.0.0/14, the range of the pods; give another, for example 10.68.0.0/20'],
    ['gcp', { serviceCidr: '10.0.16.0/20' }, 'serviceCidr 10.0.16.0/20 overlaps 10.0.0.0/16, the range of the nodes; give another, for example 10.68.0.0/20'],
    ['gcp', { network: ClusterNetwork.gcp({ ...SHARED, podsRange: 'pods', servicesRange: 'pods' }) },
      'podsRange and servicesRange are both pods; name two secondary ranges of the subnetwork'],
    ['aws', { serviceCidr: '10.0.16.0/20' }, 'serviceCidr 10.0.16.0/20 overlaps 10.0.0.0/16, the range of the network; give another, for example 172.20.0.0/16'],
    ['azure', { podCidr: '10.68.0.0/16' }, 'podCidr is 10.68.0.0/16, which overlaps 10.68.0.0/20, the serviceCidr; give another, or another serviceCidr too'],
    ['azure', { podCidr: '10.0.0.0/14' }, 'podCidr is 10.0.0.0/14, which overlaps 10.0.0.0/16, the range of the network; give another, or another cidr'],
    ['azure', { cidr: '10.64.0.0/16' }, 'cidr is 10.64.0.0/16, which overlaps 10.64.0.0/14, where pods and services are; use another one, such as 10.0.0.0/16'],
  ])('on %s: %j', (cloud, props, message) => {
    expect(refusal(cloud, props)).toBe(`[cloud/ml] ${message}`);
  });

  test.each<CloudName>(['gcp', 'azure'])('on %s: of ranges that are all given', (cloud) => {
    expect(refusal(cloud, { podCidr: '10.4.0.0/14', serviceCidr: '10.4.0.0/20' }))
      .toBe('[cloud/ml] podCidr 10.4.0.0/14 and serviceCidr 10.4.0.0/20 overlap; give ranges that have no address in common');
  });

  test.each<CloudName>(['gcp', 'aws', 'azure'])('on %s: a network that is allowed must be one', (cloud) => {
    expect(refusal(cloud, { allowedCidrs: ['203.0.113.7'] }))
      .toBe("[cloud/ml] allowedCidrs has '203.0.113.7'; give ranges of IPv4, such as 203.0.113.0/24, or 203.0.113.7/32 for one address");
  });
});

test.each<Row>([
  ['gcp', { cidr: 'fd20::/48' }, 'cidr fd20::/48 is not a range of addresses; give one that begins where it says, for example 10.0.0.0/16'],
  ['aws', { cidr: 'fd20::/48' }, 'cidr is fd20::/48; a network on AWS takes a range of /16 to /20 that starts where it says, such as 10.0.0.0/16'],
  ['azure', { cidr: 'fd20::/48' }, 'cidr is fd20::/48; give a range of IPv4 from /8 to /24, such as 10.0.0.0/16'],
  ['gcp', { podCidr: 'fd20::/64' }, "podCidr is 'fd20::/64'; give a range that begins where it says, such as 10.0.0.0/16"],
  ['aws', { serviceCidr: 'fd20::/108' }, "serviceCidr is 'fd20::/108'; give a range that begins where it says, such as 10.0.0.0/16"],
  ['aws', { allowedCidrs: ['2001:db8::/32'] },
    "allowedCidrs has '2001:db8::/32'; give ranges of IPv4, such as 203.0.113.0/24, or 203.0.113.7/32 for one address"],
])('a range of IPv6, which no cluster that is made has, on %s: %j', (cloud, props, message) => {
  expect(refusal(cloud, props)).toBe(`[cloud/ml] ${message}`);
});

test('a subnet of another region', () => {
  const network = ClusterNetwork.gcp({ ...SHARED, subnetwork: 'projects/net/regions/us-east1/subnetworks/ml', podsRange: 'pods', servicesRange: 'services' });
  expect(refusal('gcp', { network }))
    .toBe("[cloud/ml] subnetwork projects/net/regions/us-east1/subnetworks/ml is in us-east1 and the cluster in us-central1; give one of the cluster's region");
});

test.each<Row>([
  ['gcp', { maintenanceWindow: { day: Weekday.SUNDAY, startTime: '02:00', hours: 8 } },
    'maintenanceWindow of cluster ml has 8 hours, but GKE takes 12 or more of a weekly one: 48 in 32 days; give 12'],
  ['azure', { maintenanceWindow: { day: Weekday.SUNDAY, startTime: '02:00', hours: 3 } },
    'maintenanceWindow of cluster ml has 3 hours, but AKS takes 4 to 24; give 4 or more'],
  ['aws', { maintenanceWindow: { day: Weekday.SUNDAY, startTime: '02:00' } },
    'cluster ml has a maintenanceWindow, but EKS upgrades neither versions nor nodes by itself: a deployment does, when you run it; leave it out'],
])('a window shorter than the cloud allows, on %s', (cloud, props, message) => {
  expect(refusal(cloud, props)).toBe(`[cloud/ml] ${message}`);
});

describe('zones of a pool', () => {
  const ELSEWHERE: Readonly<Record<CloudName, readonly [zone: string, message: string]>> = {
    gcp: ['europe-west4-a', 'zone europe-west4-a is not in region us-central1; give zones such as us-central1-a'],
    aws: ['us-east-1f', "pool gpus: zone us-east-1f is none of the cluster's; use us-east-1a, us-east-1b"],
    azure: ['4', 'zone of pool gpus is 4; zones of azure are 1, 2 and 3'],
  };

  test.each(Object.keys(ELSEWHERE) as CloudName[])('that the cluster has not, on %s', (cloud) => {
    const [zone, message] = ELSEWHERE[cloud];
    expect(messageOf(() => poolOf(cluster(cloud), 'gpus', { zones: [zone] }))).toBe(`[cloud/gpus] ${message}`);
  });

  test.each<CloudName>(['gcp', 'aws', 'azure'])('that are named twice, or not at all, on %s', (cloud) => {
    const owner = cluster(cloud);
    const [zone] = { gcp: ['us-central1-a'], aws: ['us-east-1a'], azure: ['1'] }[cloud];
    expect(messageOf(() => poolOf(owner, 'gpus', { zones: [zone ?? '', zone ?? ''] }))).toBe(`[cloud/gpus] zones has '${zone}' twice; name each once`);
    expect(messageOf(() => owner.addNodePool('cpu', { machineType: 'any', maxNodes: 1, zones: [] })))
      .toBe('[cloud/ml] pool cpu is invalid: zones is []; name one or more, or leave it out for those of the cluster');
  });

  test('that a cluster names twice', () => {
    expect(messageOf(() => Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1a'] })))
      .toBe("Cloud.aws: zones has 'us-east-1a' twice; name each once");
  });
});

describe('two autoscalers', () => {
  const AWS = { clusterName: 'ml', bucketName: 'acme', region: 'us-east-1' };
  const ATTRIBUTES = { nodeRoleArn: 'arn:aws:iam::111122223333:role/nodes', subnetIds: ['subnet-a', 'subnet-b'] };
  const chart = (): Chart => new Chart(new App(), 'system');
  const existing = (stack: TerraformStack, id: string, clusterName = 'ours'): unknown => Cluster.fromAttributes(stack, id, {
    cloud: CLOUDS.aws, clusterName, attributes: ATTRIBUTES, autoscaler: true,
  });

  test.each<CloudName>(['gcp', 'aws', 'azure'])('of a platform that has its add-ons twice, on %s', (cloud) => {
    const [system, { platform }] = [chart(), cluster(cloud)];
    new ClusterAddons(system, 'addons', { platform });
    expect(messageOf(() => new ClusterAddons(system, 'more', { platform })))
      .toBe('[system/more] cluster ml has its add-ons from system/addons already, and an autoscaler must not be there twice; leave one of them out');
    expect(() => new ClusterAddons(chart(), 'addons', { platform })).not.toThrow(); // of another App
  });

  test('beside what brings up nodes already', () => {
    expect(messageOf(() => Platform.aws({ ...AWS, autoscaler: true, autoProvisioning: true })))
      .toContain('autoscaler and autoProvisioning are both true, so that two would add nodes for the same pod; leave one of them out');
    expect(messageOf(() => Platform.aws({ ...AWS, autoscaler: true, nodeProvisioning: NodeProvisioning.karpenter() })))
      .toContain('autoscaler is true beside nodeProvisioning, so that two would add nodes for the same pod; leave one of them out');
  });

  test('of an existing cluster that two stacks refer to', () => {
    const stack = emptyStack();
    existing(stack, 'one');
    expect(messageOf(() => existing(stack, 'two'))).toBe('[cloud/two] autoscaler is true here and at cloud/one, which are both cluster ours; leave it out of one of them');
    expect(() => existing(stack, 'theirs', 'theirs')).not.toThrow();
  });
});

describe('a key of another region', () => {
  const KEYS = {
    gcp: ['projects/acme/locations/europe-west4/keyRings/r/cryptoKeys/k', 'europe-west4', 'us-central1'],
    aws: ['arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555', 'eu-west-1', 'us-east-1'],
  } as const;

  test.each(['gcp', 'aws'] as const)('of the cluster, on %s', (cloud) => {
    const [encryptionKey, there, here] = KEYS[cloud];
    expect(refusal(cloud, { encryptionKey })).toBe(`[cloud/ml] encryptionKey is in ${there} and the cluster in ${here}; give a key of the cluster's region`);
  });

  test.each(['gcp', 'aws'] as const)('of the bucket, on %s', (cloud) => {
    const [encryptionKey, there, here] = KEYS[cloud];
    const owner = cluster(cloud);
    const name = { gcp: '', aws: ' of bucket acme-ml' }[cloud];
    expect(messageOf(() => new ArtifactBucket(stackOf(owner), 'artifacts', { cluster: owner, bucketName: 'acme-ml', encryptionKey })))
      .toBe(`[cloud/artifacts] encryptionKey${name} is in ${there} and the bucket in ${here}; give a key of the bucket's region`);
  });
});

describe('names that a rule makes', () => {
  test.each<Row>([
    ['gcp', named((proposed) => `Acme_${proposed}`),
      "naming calls google_service_account ml-nodes 'Acme_ml-nodes'; give 6 to 30 lowercase letters, digits and hyphens, a letter first and no hyphen last"],
    ['gcp', named((proposed) => (proposed === 'ml' ? 'ml.acme' : proposed)),
      "naming calls google_compute_network ml 'ml.acme'; give up to 63 lowercase letters, digits and hyphens, a letter first and no hyphen last"],
    ['aws', named((proposed) => `${proposed}#`),
      "naming calls aws_vpc ml 'ml#'; give up to 256 letters, digits, blanks and _.:/=+-@, not beginning with aws:"],
    ['aws', named((proposed) => proposed.padEnd(65, 'x')), `naming calls aws_iam_role ml-us-east-1-flow-logs '${'ml-us-east-1-flow-logs'.padEnd(65, 'x')}'; `
      + 'give up to 64 letters, digits and _+=,.@-'],
    ['azure', named((proposed) => `${proposed}-`),
      "naming calls azurerm_virtual_network ml 'ml-'; give 2 to 64 letters, digits, underscores, dots and hyphens, a letter or digit first and no dot or hyphen last"],
    ['azure', named((proposed) => `Acme_${proposed}`),
      "naming calls azurerm_log_analytics_workspace ml-logs 'Acme_ml-logs'; give 4 to 63 letters, digits and hyphens, no hyphen first or last"],
  ])('that %s does not take: %#', (cloud, props, message) => {
    expect(refusal(cloud, props)).toBe(`[cloud/ml] ${message}`);
  });

  test.each<Row>([
    ['aws', named(() => 'same'), 'naming calls aws_route_table ml-private-us-east-1a same, as it calls ml-public; give each a name of its own'],
    ['aws', named((proposed) => (proposed === 'ml-public' ? 'SAME' : 'same')),
      'naming calls aws_route_table ml-private-us-east-1a same, as it calls ml-public; give each a name of its own'],
    ['azure', named(() => 'same'), 'naming calls azurerm_subnet private-endpoints same, as it calls nodes; give each a name of its own'],
  ])('that are equal on %s: %#', (cloud, props, message) => {
    expect(refusal(cloud, props)).toBe(`[cloud/ml] ${message}`);
  });

  test.each<CloudName>(['gcp', 'aws', 'azure'])('that leaves them as they are, on %s: also the longest', (cloud) => {
    const clusterName = '1-cluster-with-a-quite-long-name-of-ours'.slice(cloud === 'gcp' ? 2 : 0);
    const owner = cluster(cloud, { ...named((proposed) => proposed), clusterName });
    new ArtifactBucket(stackOf(owner), 'artifacts', { cluster: owner });
    poolOf(owner, 'a-pool-of-a-long-name', { compact: true, zones: { gcp: ['us-central1-a'], aws: ['us-east-1a'], azure: ['1'] }[cloud] });
    owner.addWorkspace('a-team-with-a-name-of-quite-many-letters-in-it');
    expect(() => Testing.synth(stackOf(owner), true)).not.toThrow();
  });
});
