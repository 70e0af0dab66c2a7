/** The partitions of AWS: in a region of China and one of the US government all that is written is of that partition. */
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, Testing, TerraformStack } from 'cdktf';
import {
  ArtifactBucket, Build, Cloud, Cluster, ClusterAddons, Gpu, GpuNodePool, ImageRegistry, Model, PoolCapacity, Reconciler, Workspace,
} from '../../../src';
import type { AwsCloudProps, ClusterProps } from '../../../src';
import { messageOf, temporary } from '../../constructs/fixtures';

interface Place {
  readonly region: string;
  readonly partition: string;
  readonly domain: string;
}

const CHINA: Place = { region: 'cn-north-1', partition: 'aws-cn', domain: 'amazonaws.com.cn' };
const GOVERNMENT: Place = { region: 'us-gov-west-1', partition: 'aws-us-gov', domain: 'amazonaws.com' };
const COMMERCIAL: Place = { region: 'eu-west-1', partition: 'aws', domain: 'amazonaws.com' };
const PLACES = [CHINA, GOVERNMENT, COMMERCIAL];
const ACCOUNT = '111122223333';

function cloudIn({ region, partition }: Place, props: Partial<AwsCloudProps> = {}): Cloud {
  const permissionsBoundary = `arn:${partition}:iam::${ACCOUNT}:policy/boundary`;
  return Cloud.aws({ accountId: ACCOUNT, region, zones: [`${region}a`, `${region}b`], permissionsBoundary, ...props });
}

function keyIn({ region, partition }: Place): string {
  return `arn:${partition}:kms:${region}:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`;
}

function stack(): TerraformStack {
  return new TerraformStack(new TerraformApp({ outdir: join(temporary(), 'cdktf.out') }), 'aws');
}

function clusterIn(place: Place, props: Partial<ClusterProps> = {}, cloud = cloudIn(place)): Cluster {
  return new Cluster(stack(), 'ml', { cloud, admins: [`arn:${place.partition}:iam::${ACCOUNT}:role/admin`], encryptionKey: keyIn(place), ...props });
}

/** Everything that names something of AWS: both sides of a cluster with one of each. */
function whole(place: Place): string[] {
  const owner = clusterIn(place);
  const terraform = TerraformStack.of(owner);
  new ArtifactBucket(terraform, 'artifacts', { cluster: owner, encryptionKey: keyIn(place) });
  new ImageRegistry(terraform, 'images', { cluster: owner, ...(place !== CHINA && { pullThrough: ['quay.io'] }) });
  new GpuNodePool(terraform, 'l4', { cluster: owner, gpu: Gpu.NVIDIA_L4, maxNodes: 2, spot: true });
  const capacity = PoolCapacity.reservation(`arn:${place.partition}:resource-groups:${place.region}:${ACCOUNT}:group/h100`);
  new GpuNodePool(terraform, 'h100', { cluster: owner, gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, maxNodes: 2, capacity, zones: [`${place.region}a`] });
  owner.addWorkspace('team-a', { builds: true, readableBuckets: [{ url: 's3://acme-data', region: place.region, encryptionKey: keyIn(place) }] });
  const kubernetes = new App({ outdir: join(temporary(), 'dist') });
  const { platform } = owner;
  const system = new Chart(kubernetes, 'system');
  new ClusterAddons(system, 'addons', { platform });
  new Reconciler(system, 'substratus', { platform });
  const team = new Workspace(kubernetes, 'team-a', { platform });
  new Model(team, 'own', { imageBuild: Build.git({ url: 'https://github.com/acme/trainer', tag: 'v1' }) });
  return stringsIn([JSON.parse(Testing.synth(terraform, true)), kubernetes.charts.map((chart) => chart.toJson() as unknown)]);
}

/** Keys and values, and what is in policies, which are JSON in a string. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^[{[]/.test(value) ? stringsIn(parsed(value)) : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...stringsIn(item)]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return Object.values({ text: ` ${text}` });
  }
}

/** Names that are the same in every partition: services in policies, a gateway endpoint, a role that AWS makes, labels of Kubernetes. */
const NAMES = [
  /^(ec2|eks|pods\.eks|vpc-flow-logs)\.amazonaws\.com$/, /^com\.amazonaws\.[a-z0-9-]+\.s3$/, /:role\/aws-service-role\/autoscaling\.amazonaws\.com\//,
  /(^|\/)(eks|k8s)\.amazonaws\.com\/\w/, /^aws\.amazon\.com\//,
];

describe.each(PLACES)('in $region', (place) => {
  const strings = whole(place);

  test('every ARN is of its partition', () => {
    const arns = strings.flatMap((text) => text.match(/arn:aws[a-z-]*:/g) ?? []);
    expect(arns.length).toBeGreaterThan(45);
    expect([...new Set(arns)]).toEqual([`arn:${place.partition}:`]);
  });

  test('every host is of its partition and its region', () => {
    const hosts = strings.filter((text) => text.includes('amazonaws.com') && !NAMES.some((name) => name.test(text)))
      .flatMap((text) => text.match(/[\w.-]*amazonaws\.com(\.cn)?/g) ?? []);
    expect([...new Set(hosts)].sort()).toEqual([
      `${ACCOUNT}.dkr.ecr.${place.region}.${place.domain}`, `logs.${place.region}.${place.domain}`, `s3.${place.region}.${place.domain}`,
    ]);
  });

  test('nothing is of another region', () => {
    const regions = strings.flatMap((text) => text.match(/\b(?:us|eu|ap|ca|sa|me|af|il|mx|cn)-(?:gov-)?(?:north|south|east|west|central)+-\d\b/g) ?? []);
    expect([...new Set(regions)]).toEqual([place.region]);
  });
});

describe('bad input', () => {
  const ELSEWHERE = 'is of partition aws, but region cn-north-1 is of AWS China, whose ARNs begin with arn:aws-cn:';

  test('an admin, a key or a boundary of another partition', () => {
    expect(messageOf(() => clusterIn(CHINA, { admins: ['arn:aws:iam::111122223333:role/admin'] })))
      .toBe(`[aws/ml] admin arn:aws:iam::111122223333:role/admin of cluster ml ${ELSEWHERE}; name one of that partition, for example arn:aws-cn:iam::111122223333:role/admin`);
    expect(messageOf(() => clusterIn(CHINA, { encryptionKey: keyIn(COMMERCIAL) }))).toBe(`[aws/ml] encryptionKey ${ELSEWHERE}; give a key of that partition`);
    expect(messageOf(() => clusterIn(CHINA, {}, cloudIn(CHINA, { permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary' }))))
      .toBe(`[aws/ml] permissionsBoundary ${ELSEWHERE}; give a policy of that partition`);
  });

  test('what belongs to a cluster is of another partition', () => {
    const owner = clusterIn(CHINA);
    const scope = TerraformStack.of(owner);
    expect(messageOf(() => new ArtifactBucket(scope, 'artifacts', { cluster: owner, encryptionKey: keyIn(COMMERCIAL) })))
      .toBe(`[aws/artifacts] encryptionKey of bucket ${bucketNameOf(owner)} ${ELSEWHERE}; give a key of that partition`);
    const capacity = PoolCapacity.reservation('arn:aws:resource-groups:cn-north-1:111122223333:group/h100');
    expect(messageOf(() => new GpuNodePool(scope, 'h100', { cluster: owner, gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, maxNodes: 1, capacity })))
      .toBe(`[aws/h100] pool h100: reservation ${ELSEWHERE}; give one of that partition`);
    const attributes = { subnetIds: ['subnet-a', 'subnet-b'], nodeRoleArn: 'arn:aws:iam::111122223333:role/nodes' };
    expect(messageOf(() => Cluster.fromAttributes(stack(), 'old', { cloud: cloudIn(CHINA), clusterName: 'old', attributes })))
      .toBe(`[aws/old] nodeRoleArn of cluster old ${ELSEWHERE}; give one of that partition, such as arn:aws-cn:iam::111122223333:role/nodes`);
  });

  test('a bucket of another partition is to be read', () => {
    const owner = clusterIn(CHINA);
    expect(messageOf(() => owner.addWorkspace('team-a', { readableBuckets: [{ url: 's3://acme-data', region: 'eu-west-1' }] })))
      .toMatch(/bucket acme-data is in eu-west-1, a region of AWS, which no role of AWS China reaches; copy it to a bucket there$/);
  });

  test('China caches no upstream', () => {
    const owner = clusterIn(CHINA);
    expect(messageOf(() => new ImageRegistry(TerraformStack.of(owner), 'images', { cluster: owner, pullThrough: ['quay.io'] })))
      .toBe('[aws/images] pullThrough has quay.io, but ECR of AWS China caches no upstream; leave it out, and give imageMirrors to the cluster');
  });
});

function bucketNameOf(owner: Cluster): string {
  return owner._cloud.bucketName('ml');
}
