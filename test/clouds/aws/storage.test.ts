import type { BucketSpec, RegistrySpec } from '../../../src/clouds/infrastructure';
import { all, BUCKET, one, REGISTRY, rightsOf, statements, synthesize, synthesizeExisting } from './fixtures';
import type { Synthesized } from './fixtures';

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/0000';

/** Two workspaces, of which the second reads the first one. */
function workspaces(spec: Partial<BucketSpec> = {}): Synthesized {
  return synthesize((cluster, scope) => {
    const bucket = cluster.addBucket(scope('bucket'), { ...BUCKET, ...spec });
    const registry = cluster.addRegistry(scope('registry'), REGISTRY);
    for (const namespace of ['team-a', 'team-b']) {
      const at = scope(namespace);
      const account = (name: string) => ({ namespace, name });
      bucket.addWorkspace(at, { namespace, prefix: namespace });
      bucket.grant(at, { account: account('artifact-writer'), prefix: namespace, access: 'write' });
      bucket.grant(at, { account: account('artifact-reader'), prefix: namespace, access: 'read' });
      registry.addWorkspace(at, { namespace, builder: account('image-builder') });
      cluster.addIdentity(at, account('artifact-writer'));
    }
    bucket.grant(scope('reads'), { account: { namespace: 'team-b', name: 'artifact-reader' }, prefix: 'team-a', access: 'read' });
  });
}

function list(prefix: string): unknown {
  return {
    Sid: 'List',
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::acme-ml',
    Condition: { StringLike: { 's3:prefix': `${prefix}/*` } },
  };
}

describe('who may do what', () => {
  const synthesized = workspaces();

  test('the writer reads, writes and deletes below its prefix, and no more', () => {
    expect(rightsOf(synthesized, 'ml-us-east-1-team-a-artifact-writer')).toEqual({
      'write-acme-ml-team-a': [
        list('team-a'),
        {
          Sid: 'Objects',
          Effect: 'Allow',
          Action: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
          Resource: 'arn:aws:s3:::acme-ml/team-a/*',
        },
      ],
    });
  });

  test('the reader reads below its prefix and those it was granted, and no more', () => {
    const read = (prefix: string) => [
      list(prefix), { Sid: 'Objects', Effect: 'Allow', Action: ['s3:GetObject'], Resource: `arn:aws:s3:::acme-ml/${prefix}/*` },
    ];
    expect(rightsOf(synthesized, 'ml-us-east-1-team-a-artifact-reader')).toEqual({ 'read-acme-ml-team-a': read('team-a') });
    expect(rightsOf(synthesized, 'ml-us-east-1-team-b-artifact-reader')).toEqual({
      'read-acme-ml-team-b': read('team-b'), 'read-acme-ml-team-a': read('team-a'),
    });
  });

  test('the builder pushes to the repository of its workspace, and no more', () => {
    expect(rightsOf(synthesized, 'ml-us-east-1-team-a-image-builder')).toEqual({
      'push-ml.team-a': [
        { Sid: 'Login', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
        {
          Sid: 'Push',
          Effect: 'Allow',
          Action: [
            'ecr:BatchCheckLayerAvailability',
            'ecr:BatchGetImage',
            'ecr:CompleteLayerUpload',
            'ecr:GetDownloadUrlForLayer',
            'ecr:InitiateLayerUpload',
            'ecr:PutImage',
            'ecr:UploadLayerPart',
          ],
          Resource: 'arn:aws:ecr:us-east-1:111122223333:repository/ml/team-a',
        },
      ],
    });
  });

  test('nobody else is in it', () => {
    const accounts = all(synthesized, 'aws_eks_pod_identity_association')
      .map(({ namespace, service_account }) => `${String(namespace)}/${String(service_account)}`);
    expect(accounts.sort()).toEqual([
      'kube-system/cluster-autoscaler',
      'team-a/artifact-reader', 'team-a/artifact-writer', 'team-a/image-builder',
      'team-b/artifact-reader', 'team-b/artifact-writer', 'team-b/image-builder',
    ]);
  });

  test('a role is for the pods of one ServiceAccount of one cluster', () => {
    const [trust] = statements(one(synthesized, 'aws_iam_role', { name: 'ml-us-east-1-team-a-artifact-writer' }).assume_role_policy);
    expect(trust).toEqual({
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: {
        StringEquals: {
          'aws:RequestTag/eks-cluster-arn': 'arn:aws:eks:us-east-1:111122223333:cluster/ml',
          'aws:RequestTag/kubernetes-namespace': 'team-a',
          'aws:RequestTag/kubernetes-service-account': 'artifact-writer',
        },
      },
    });
  });

  test('a key of the customer\'s is used through S3 alone, and only the writer makes data keys', () => {
    const encrypted = workspaces({ encryptionKey: KEY });
    const keyOf = (role: string) => Object.values(rightsOf(encrypted, role)).flat().filter(({ Sid }) => Sid === 'Key');
    const key = { Sid: 'Key', Effect: 'Allow', Resource: KEY, Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } } };
    expect(keyOf('ml-us-east-1-team-a-artifact-writer')).toEqual([{ ...key, Action: ['kms:Decrypt', 'kms:GenerateDataKey'] }]);
    expect(keyOf('ml-us-east-1-team-a-artifact-reader')).toEqual([{ ...key, Action: ['kms:Decrypt'] }]);
  });

  test('the same grant twice is one, and folders whose names run together are two', () => {
    const account = { namespace: 'tools', name: 'backup' };
    const granted = synthesizeExisting((cluster, scope) => {
      const grants = scope('grants');
      const bucket = cluster.addBucket(scope('bucket'), { ...BUCKET, exists: true });
      for (const prefix of ['a/b', 'a.b', 'a/b', 'a.b', '', '']) bucket.grant(grants, { account, prefix, access: 'read' });
    });
    const objects = Object.values(rightsOf(granted, 'ours-us-east-1-tools-backup')).flat().filter(({ Sid }) => Sid === 'Objects');
    expect(objects.map(({ Resource }) => Resource).sort()).toEqual(['arn:aws:s3:::acme-ml/*', 'arn:aws:s3:::acme-ml/a.b/*', 'arn:aws:s3:::acme-ml/a/b/*']);
    const names = all(granted, 'aws_iam_role_policy').map(({ name }) => String(name));
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[\w+=,.@-]+$/);
  });

  test('an identity has the same address whether it or its grant came first', () => {
    const writer = { namespace: 'team-a', name: 'artifact-writer' };
    const grant = { account: writer, prefix: 'team-a', access: 'write' as const };
    const first = synthesizeExisting((cluster, scope) => {
      cluster.addIdentity(scope('workspace'), writer);
      cluster.addBucket(scope('bucket'), BUCKET).grant(scope('grants'), grant);
    });
    const last = synthesizeExisting((cluster, scope) => {
      cluster.addBucket(scope('bucket'), BUCKET).grant(scope('grants'), grant);
      cluster.addIdentity(scope('workspace'), writer);
    });
    expect(first.resource).toEqual(last.resource);
  });
});

describe('a bucket', () => {
  test('is encrypted, versioned, private, and kept', () => {
    const synthesized = workspaces();
    expect(one(synthesized, 'aws_s3_bucket')).toMatchObject({ bucket: 'acme-ml', force_destroy: false, lifecycle: { prevent_destroy: true } });
    expect(one(synthesized, 'aws_s3_bucket_public_access_block')).toMatchObject({
      block_public_acls: true, block_public_policy: true, ignore_public_acls: true, restrict_public_buckets: true,
    });
    expect(one(synthesized, 'aws_s3_bucket_ownership_controls').rule).toEqual({ object_ownership: 'BucketOwnerEnforced' });
    expect(one(synthesized, 'aws_s3_bucket_versioning').versioning_configuration).toEqual({ status: 'Enabled' });
    expect(one(synthesized, 'aws_s3_bucket_server_side_encryption_configuration').rule)
      .toEqual([{ apply_server_side_encryption_by_default: { sse_algorithm: 'AES256' }, bucket_key_enabled: true }]);
  });

  test('refuses what does not come over TLS 1.2', () => {
    const denied = statements(one(workspaces(), 'aws_s3_bucket_policy').policy).map(({ Effect, Action, Condition }) => [Effect, Action, Condition]);
    expect(denied).toEqual([
      ['Deny', 's3:*', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Deny', 's3:*', { NumericLessThan: { 's3:TlsVersion': '1.2' } }],
    ]);
  });

  test('forgets old versions and uploads that were given up', () => {
    expect(one(workspaces({ retentionDays: 30 }), 'aws_s3_bucket_lifecycle_configuration').rule).toMatchObject([{
      status: 'Enabled',
      noncurrent_version_expiration: [{ noncurrent_days: 30 }],
      abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
    }]);
  });

  test('has a key of the customer\'s where one is given', () => {
    expect(one(workspaces({ encryptionKey: KEY }), 'aws_s3_bucket_server_side_encryption_configuration').rule).toMatchObject([{
      apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms', kms_master_key_id: KEY },
    }]);
  });

  test('that exists is left alone, and granted on', () => {
    const synthesized = workspaces({ exists: true });
    expect(Object.keys(synthesized.resource).filter((type) => type.startsWith('aws_s3'))).toEqual([]);
    expect(rightsOf(synthesized, 'ml-us-east-1-team-a-artifact-reader')).toHaveProperty('read-acme-ml-team-a');
  });

  test.each<[string, Partial<BucketSpec>, string]>([
    ['a name that S3 refuses', { name: 'Acme.ML' }, 'name of bucket Acme.ML is not valid on AWS; use 3 to 63 lower case letters, digits and -, the first and last no -'],
    [
      'a key that is none', { encryptionKey: 'alias/ours' },
      'encryptionKey of bucket acme-ml is alias/ours, which is not an ARN of a KMS key, such as arn:aws:kms:us-east-1:111122223333:key/…',
    ],
  ])('fails for %s', (_, spec, message) => expect(() => workspaces(spec)).toThrow(new Error(message)));
});

describe('a registry', () => {
  const registry = (spec: Partial<RegistrySpec>) => synthesizeExisting((cluster, scope) => {
    cluster.addRegistry(scope('registry'), { ...REGISTRY, ...spec })
      .addWorkspace(scope('team-a'), { namespace: 'team-a', builder: { namespace: 'team-a', name: 'image-builder' } });
  });

  test('has a repository a workspace, whose tags stay and whose images are scanned', () => {
    const synthesized = registry({});
    expect(one(synthesized, 'aws_ecr_repository')).toMatchObject({
      name: 'ml/team-a',
      image_tag_mutability: 'IMMUTABLE',
      image_scanning_configuration: { scan_on_push: true },
      encryption_configuration: [{ encryption_type: 'KMS' }],
      force_delete: false,
      lifecycle: { prevent_destroy: true },
    });
    expect(JSON.parse(String(one(synthesized, 'aws_ecr_lifecycle_policy').policy))).toMatchObject({
      rules: [{ selection: { tagStatus: 'untagged', countUnit: 'days', countNumber: 14 }, action: { type: 'expire' } }],
    });
  });

  test('caches registries, into which nodes pull', () => {
    const synthesized = registry({ pullThrough: ['quay.io'] });
    expect(one(synthesized, 'aws_ecr_pull_through_cache_rule')).toMatchObject({ upstream_registry_url: 'quay.io' });
    expect(one(synthesized, 'aws_ecr_repository_creation_template')).toMatchObject({ prefix: 'ml/quay.io', applied_for: ['PULL_THROUGH_CACHE'] });
    const { role, policy } = one(synthesized, 'aws_iam_role_policy', { name: 'fill-caches-ml' });
    expect(role).toBe('nodes');
    expect(statements(policy)).toEqual([{
      Effect: 'Allow',
      Action: ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'],
      Resource: ['arn:aws:ecr:us-east-1:111122223333:repository/ml/quay.io/*'],
    }]);
  });

  test.each<[string, Partial<RegistrySpec>, string]>([
    ['a name that ECR refuses', { name: 'ML' }, 'name of registry ML is not valid on AWS; use lower case letters and digits, with single ., - or _ between them'],
    [
      'an upstream that asks for a login', { pullThrough: ['docker.io'] },
      'pullThrough has docker.io, which ECR caches only with a login; use public.ecr.aws, quay.io, registry.k8s.io, or leave it out',
    ],
    [
      'a name that is too long for a cache', { name: 'the-images-of-machine-learning', pullThrough: ['quay.io'] },
      'name of registry the-images-of-machine-learning is too long to cache quay.io on AWS; use at most 22 characters',
    ],
  ])('fails for %s', (_, spec, message) => expect(() => registry(spec)).toThrow(new Error(message)));
});

describe('more rights than a role has room for', () => {
  const FOLDERS = Array.from({ length: 200 }, (_, index) => `folder-of-a-team-with-a-name-${index}`);
  const reader = { namespace: 'team-a', name: 'artifact-reader' };

  function reading(folders: readonly string[]): Synthesized {
    return synthesize((cluster, scope) => {
      const bucket = cluster.addBucket(scope('bucket'), BUCKET);
      for (const prefix of folders) bucket.grant(scope(prefix), { account: reader, prefix, access: 'read' });
      cluster.grantRead?.(scope('other'), { account: reader, bucketName: 'acme-data', prefix: FOLDERS[0] ?? '' });
    });
  }

  /** What may be listed and read, by bucket. */
  function read(synthesized: Synthesized): { readonly listed: string[]; readonly objects: string[] } {
    const policies = [...all(synthesized, 'aws_iam_role_policy'), ...all(synthesized, 'aws_iam_policy')].flatMap(({ policy }) => statements(policy));
    const of = (action: string) => policies.filter(({ Action }) => [Action].flat().includes(action));
    const listed = of('s3:ListBucket').flatMap(({ Resource, Condition }) => {
      const prefixes = (Condition as { StringLike: { 's3:prefix': string | string[] } }).StringLike['s3:prefix'];
      return [Resource].flat().flatMap((bucket) => [prefixes].flat().map((prefix) => `${String(bucket)} ${prefix}`));
    });
    return { listed, objects: of('s3:GetObject').flatMap(({ Resource }) => [Resource].flat().map(String)) };
  }

  test('are joined in policies beside it, and are the same rights', () => {
    const synthesized = reading(FOLDERS);
    const { listed, objects } = read(synthesized);
    expect([...listed].sort()).toEqual([...FOLDERS.map((folder) => `arn:aws:s3:::acme-ml ${folder}/*`), `arn:aws:s3:::acme-data ${FOLDERS[0] ?? ''}/*`].sort());
    expect([...objects].sort()).toEqual([...FOLDERS.map((folder) => `arn:aws:s3:::acme-ml/${folder}/*`), `arn:aws:s3:::acme-data/${FOLDERS[0] ?? ''}/*`].sort());
    const inline = all(synthesized, 'aws_iam_role_policy').filter(({ name }) => String(name).startsWith('read-'));
    expect(inline.map(({ policy }) => String(policy).length).reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(10_240);
    const more = all(synthesized, 'aws_iam_policy');
    expect(more.map(({ name }) => name)).toEqual(more.map((_, index) => `ml-us-east-1-team-a-artifact-reader-more-${index + 1}`));
    expect(more.length).toBeGreaterThan(1);
    for (const { policy } of more) expect(String(policy).length).toBeLessThanOrEqual(6144);
  });

  test('leave those alone that the role had before', () => {
    const few = all(reading(FOLDERS.slice(0, 10)), 'aws_iam_role_policy').filter(({ name }) => String(name).startsWith('read-acme-ml-'));
    expect(few).toHaveLength(10);
    expect(all(reading(FOLDERS), 'aws_iam_role_policy')).toEqual(expect.arrayContaining(few));
    expect(reading(FOLDERS.slice(0, 10)).resource.aws_iam_policy).toBeUndefined();
  });

  test('are an error where not even those hold them', () => {
    const folders = Array.from({ length: 2000 }, (_, index) => `${FOLDERS[0] ?? ''}-${index}`);
    expect(() => reading(folders)).toThrow(new Error(
      'ServiceAccount team-a/artifact-reader has more rights than the policies of a role hold on AWS, 10240 characters and 10 times 6144; '
      + 'let it read fewer folders, or a whole bucket by grantRead with an empty prefix',
    ));
  });
});
