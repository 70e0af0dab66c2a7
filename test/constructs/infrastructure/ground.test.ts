/** What a company gives a cluster to stand on: what is refused on every cloud. What each makes of it is tested with the cloud. */
import { Cluster, ClusterNetwork } from '../../../src';
import type { ClusterProps } from '../../../src';
import { groundSpec } from '../../../src/constructs/infrastructure/ground';
import { messageOf } from '../fixtures';
import { CLOUDS, emptyStack } from './clouds';

const GCP = ClusterNetwork.gcp({
  network: 'projects/net/global/networks/shared', subnetwork: 'projects/net/regions/us-central1/subnetworks/ml', podsRange: 'pods', servicesRange: 'services',
});
const ALL = { title: 'the cloud', takesGround: ['network', 'podCidr', 'serviceCidr', 'outboundInternet', 'flowLogs', 'encryptionKey', 'naming'] };

function refusal(props: Partial<ClusterProps>): string {
  return messageOf(() => groundSpec(emptyStack(), { cloud: CLOUDS.gcp, ...props }, ALL));
}

test.each<[Partial<ClusterProps>, string]>([
  [{ cidr: '10.0.0.0/16', podCidr: '10.0.128.0/17' }, 'cidr 10.0.0.0/16 and podCidr 10.0.128.0/17 overlap; give ranges that have no address in common'],
  [{ podCidr: '10.4.0.0/14', serviceCidr: '10.4.0.0/20' }, 'podCidr 10.4.0.0/14 and serviceCidr 10.4.0.0/20 overlap; give ranges that have no address in common'],
  [{ podCidr: '10.4.1.0/14' }, "podCidr is '10.4.1.0/14'; give a range that begins where it says, such as 10.0.0.0/16"],
  [{ network: GCP, cidr: '10.0.0.0/16' }, "cidr is '10.0.0.0/16', but the network exists, and says so itself; leave cidr out"],
  [{ network: GCP, outboundInternet: false }, 'outboundInternet is false, but the network exists, and says so itself; leave outboundInternet out'],
  [{ cloud: CLOUDS.aws, network: GCP }, 'network is one of gcp, but the cluster is on aws; use ClusterNetwork.aws'],
])('%j is refused', (props, message) => {
  expect(refusal(props)).toContain(message);
});

test('what a cloud does not take is refused, and never ignored', () => {
  expect(messageOf(() => groundSpec(emptyStack(), { cloud: CLOUDS.gcp, podCidr: '10.4.0.0/14' }, { title: 'AWS', takesGround: [] })))
    .toContain('podCidr is said, which AWS does not take; leave it out');
});

test.each<[string, (type: string, proposed: string) => unknown, string]>([
  ['none', () => undefined, '[cloud/ml] naming calls google_service_account ml-nodes undefined; '
    + 'give 6 to 30 lowercase letters, digits and hyphens, a letter first and no hyphen last'],
  ['one with blanks', (_, proposed) => `acme ${proposed}`, "[cloud/ml] naming calls google_service_account ml-nodes 'acme ml-nodes'; "
    + 'give 6 to 30 lowercase letters, digits and hyphens, a letter first and no hyphen last'],
])('a naming rule that gives %s is refused', (_, nameOf, message) => {
  expect(messageOf(() => new Cluster(emptyStack(), 'ml', { cloud: CLOUDS.gcp, naming: { nameOf: nameOf as () => string } }))).toBe(message);
});

test('a naming rule is held to what most clouds take where a cloud has no rule for a type', () => {
  const { nameOf } = groundSpec(emptyStack(), { cloud: CLOUDS.gcp, naming: { nameOf: (_, proposed) => `7${proposed}` } }, ALL);
  expect(messageOf(() => nameOf?.('nimbus_network', 'ml'))).toBe("[cloud] naming calls nimbus_network ml '7ml'; "
    + 'give a letter, and up to 62 letters, digits, hyphens, dots and underscores after it');
});

test('a naming rule that gives two resources of a type one name is refused', () => {
  const { nameOf } = groundSpec(emptyStack(), { cloud: CLOUDS.gcp, naming: { nameOf: () => 'same' } }, ALL);
  expect(nameOf?.('aws_iam_role', 'ml-nodes')).toBe('same');
  expect(nameOf?.('aws_vpc', 'ml')).toBe('same');
  expect(messageOf(() => nameOf?.('aws_iam_role', 'ml-control-plane')))
    .toBe('[cloud] naming calls aws_iam_role ml-control-plane same, as it calls ml-nodes; give each a name of its own');
});

test('a network without a part of it is refused where it is made', () => {
  expect(messageOf(() => ClusterNetwork.aws({ vpcId: 'vpc-1', subnetIds: [] }))).toBe('ClusterNetwork.aws has no subnetIds; give it, since nothing is looked up');
});

test('a cluster is made with what it stands on', () => {
  expect(() => new Cluster(emptyStack(), 'ml', { cloud: CLOUDS.gcp, podCidr: undefined })).not.toThrow();
});
