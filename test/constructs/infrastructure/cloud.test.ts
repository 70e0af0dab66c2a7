import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { DataTerraformRemoteStateS3, S3Backend, TerraformStack, Testing } from 'cdktf';
import type { App as TerraformApp } from 'cdktf';
import { Cloud, Cluster } from '../../../src';
import { messageOf, temporary, untyped } from '../fixtures';
import { CLOUD_NAMES, CLOUDS, cluster, emptyStack, stackOf, synthesized } from './clouds';
import type { CloudName, SynthesizedStack } from './clouds';

const ROOT = resolve(__dirname, '../../..');
const SUBSCRIPTION = '00000000-1111-2222-3333-444444444444';
const PROVIDERS: Readonly<Record<CloudName, string>> = { gcp: 'google', aws: 'aws', azure: 'azurerm' };

interface Run {
  readonly stack: SynthesizedStack;
  readonly providers: string[];
}

/** In a process and a directory of its own. */
function run(cloud: CloudName, cwd: string): string {
  const args = [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), '--tsconfig', join(ROOT, 'test/tsconfig.json'), join(__dirname, 'cloud-program.ts'), cloud];
  return execFileSync(process.execPath, args, { cwd, encoding: 'utf8' });
}

test.each(CLOUD_NAMES)('%s loads its own provider only, and gives the same bytes in another directory', (cloud) => {
  const first = run(cloud, ROOT);
  const { stack, providers } = JSON.parse(first) as Run;
  expect(providers).toEqual([`@cdktf/provider-${PROVIDERS[cloud]}`]);
  expect(first).not.toContain(ROOT);
  expect(stack.terraform.backend).toEqual({ local: { path: '../../../terraform.cloud.tfstate' } });
  expect(run(cloud, temporary())).toBe(first);
}, 60_000);

test.each(CLOUD_NAMES)('%s takes a range of provider versions', (cloud) => {
  const { terraform } = synthesized(cluster(cloud));
  expect(terraform.required_providers[PROVIDERS[cloud]]?.version).toMatch(/^>= \d+\.\d+\.\d+, < \d+\.0\.0$/);
});

test('provider and backend of the stack are left as they are', () => {
  const stack = emptyStack();
  new S3Backend(stack, { bucket: 'state', key: 'ml', region: 'us-east-1' });
  new AwsProvider(stack, 'mine', { region: 'us-east-1' });
  const { terraform } = synthesized(cluster('aws', {}, stack));
  expect(terraform.backend).toEqual({ s3: { bucket: 'state', key: 'ml', region: 'us-east-1' } });
  expect(stack.node.findAll().filter((child) => child instanceof AwsProvider)).toHaveLength(1);
});

test('a backend that is declared after the cluster is the one of the stack, also for stacks that refer to it', () => {
  const owner = cluster();
  const stack = stackOf(owner);
  expect(synthesized(owner).terraform.backend).toEqual({ local: { path: '../../../terraform.cloud.tfstate' } });
  new S3Backend(stack, { bucket: 'state', key: 'ml', region: 'us-east-1' });
  new Cluster(stack, 'second', { cloud: CLOUDS.gcp });
  expect(synthesized(owner).terraform.backend).toEqual({ s3: { bucket: 'state', key: 'ml', region: 'us-east-1' } });
  const reader = new TerraformStack(stack.node.root as TerraformApp, 'reader');
  expect(stack.ensureBackendExists().getRemoteStateDataSource(reader, 'state', 'cloud')).toBeInstanceOf(DataTerraformRemoteStateS3);
});

test('without a backend the state lies beside the output directory, for stacks that refer to it too', () => {
  const owner = cluster();
  const reader = new TerraformStack(stackOf(owner).node.root as TerraformApp, 'reader');
  stackOf(owner).ensureBackendExists().getRemoteStateDataSource(reader, 'state', 'cloud');
  expect(JSON.parse(Testing.synth(reader))).toMatchObject({
    data: { terraform_remote_state: { state: { config: { path: '../../../terraform.cloud.tfstate' } } } },
  });
});

test('a provider with an alias is for what names it, and a range of versions that the stack asks for stays', () => {
  const stack = emptyStack();
  new AwsProvider(stack, 'elsewhere', { region: 'eu-west-1', alias: 'elsewhere' });
  stack.addOverride('terraform.required_providers.aws.version', '~> 6.30');
  const { provider, terraform } = synthesized(cluster('aws', {}, stack));
  expect(provider.aws).toMatchObject([{ alias: 'elsewhere' }, { region: 'us-east-1', allowed_account_ids: ['111122223333'] }]);
  expect(terraform.required_providers.aws?.version).toBe('~> 6.30');
});

test('a provider of the stack\'s own is not held to the version that the typings were made from', () => {
  const stack = emptyStack();
  new AzurermProvider(stack, 'mine', { features: [{}] });
  expect(synthesized(cluster('azure', {}, stack)).terraform.required_providers.azurerm?.version).toBe('>= 4.81.0, < 5.0.0');
});

describe('fails when', () => {
  test('a second provider is declared after the cluster', () => {
    const owner = cluster('aws');
    new AwsProvider(stackOf(owner), 'mine', { region: 'us-east-1' });
    expect(owner.node.validate()).toEqual(['the stack has a provider aws of its own, declared after the cluster; declare it before, or give it an alias']);
  });

  test('what would have to be looked up is missing', () => {
    expect(messageOf(() => Cloud.gcp(untyped({ projectId: 'acme', region: 'us-central1' }))))
      .toBe('Cloud.gcp has no projectNumber; give it, since nothing is looked up');
    expect(messageOf(() => Cloud.aws({ accountId: '', region: 'us-east-1', zones: ['us-east-1a'] })))
      .toBe('Cloud.aws has no accountId; give it, since nothing is looked up');
    expect(messageOf(() => Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: [] })))
      .toBe('Cloud.aws has no zones; give it, since nothing is looked up');
    expect(messageOf(() => Cloud.azure(untyped({ subscriptionId: SUBSCRIPTION, location: 'eastus' }))))
      .toBe('Cloud.azure has no tenantId; give it, since nothing is looked up');
  });

  const AZURE = { subscriptionId: SUBSCRIPTION, tenantId: SUBSCRIPTION, location: 'eastus' };
  const AWS = { accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] };
  const GCP = { projectId: 'acme', projectNumber: '1', region: 'us-central1' };

  test.each([
    ["Cloud.gcp: projectNumber is 'acme', which it cannot be; it is written as '123456789012' is", () => Cloud.gcp({ ...GCP, projectNumber: 'acme' })],
    ["Cloud.gcp: projectId is 'Acme ML', which it cannot be; it is written as 'acme-ml' is", () => Cloud.gcp({ ...GCP, projectId: 'Acme ML' })],
    ["Cloud.gcp: region is 'us-central1-a', which it cannot be; it is written as 'us-central1' is", () => Cloud.gcp({ ...GCP, region: 'us-central1-a' })],
    ["Cloud.aws: accountId is '12345', which it cannot be; it is written as '123456789012' is", () => Cloud.aws({ ...AWS, accountId: '12345' })],
    ["Cloud.aws: region is 'Ohio', which it cannot be; it is written as 'us-east-1' is", () => Cloud.aws({ ...AWS, region: 'Ohio' })],
    ["Cloud.aws: permissionsBoundary is 'boundary', which it cannot be; it is written as 'arn:aws:iam::111122223333:policy/boundary' is",
      () => Cloud.aws({ ...AWS, permissionsBoundary: 'boundary' })],
    ['Cloud.aws: zone eu-west-1b is not in region us-east-1; name zones of that region', () => Cloud.aws({ ...AWS, zones: ['us-east-1a', 'eu-west-1b'] })],
    ['Cloud.gcp: zone europe-west4-a is not in region us-central1; name zones of that region', () => Cloud.gcp({ ...GCP, zones: ['europe-west4-a'] })],
    ['Cloud.gcp: zone europe-west12-a is not in region europe-west1; name zones of that region', () => (
      Cloud.gcp({ ...GCP, region: 'europe-west1', zones: ['europe-west12-a'] })
    )],
    [`Cloud.azure: tenantId is 'acme', which it cannot be; it is written as '${SUBSCRIPTION}' is`, () => Cloud.azure({ ...AZURE, tenantId: 'acme' })],
    ["Cloud.azure: location is 'East US', which it cannot be; it is written as 'eastus' is", () => Cloud.azure({ ...AZURE, location: 'East US' })],
    ['Cloud.aws: region us-isob-east-1 is of an isolated AWS, which has other endpoints and names of services and is not supported; '
      + 'use a region of AWS, AWS GovCloud (US) or AWS China', () => Cloud.aws({ ...AWS, region: 'us-isob-east-1', zones: ['us-isob-east-1a'] })],
    ['Cloud.aws: region eusc-de-east-1 is of the AWS European Sovereign Cloud, which has other endpoints and names of services and is not '
      + 'supported; use a region of AWS, AWS GovCloud (US) or AWS China', () => Cloud.aws({ ...AWS, region: 'eusc-de-east-1', zones: ['eusc-de-east-1a'] })],
    ['Cloud.azure: location chinanorth3 is of Azure China, which has other endpoints and names of services and is not supported; '
      + 'use a location of the global Azure', () => Cloud.azure({ ...AZURE, location: 'chinanorth3' })],
    ['Cloud.azure: location bleufrancecentral is of a sovereign Azure of a partner, which has other endpoints and names of services and is not supported; '
      + 'use a location of the global Azure', () => Cloud.azure({ ...AZURE, location: 'bleufrancecentral' })],
    ['Cloud.gcp: region u-france-east1 is of a sovereign cloud of a partner of Google, which has other endpoints and names of services and is not supported; '
      + 'use a region of Google Cloud itself', () => Cloud.gcp({ ...GCP, region: 'u-france-east1' })],
    ['Cloud.azure: location usgovvirginia is of Azure Government, which has other endpoints and names of services and is not supported; '
      + 'use a location of the global Azure', () => Cloud.azure({ ...AZURE, location: 'usgovvirginia' })],
  ])('%s', (message, action) => {
    expect(messageOf(action)).toBe(message);
  });

  test.each([
    () => Cloud.gcp({ ...GCP, projectId: 'example.com:acme' }),
    () => Cloud.gcp({ ...GCP, region: 'northamerica-northeast1' }),
    () => Cloud.aws({ ...AWS, region: 'us-gov-west-1', zones: ['us-gov-west-1a'] }),
    () => Cloud.aws({ ...AWS, region: 'cn-northwest-1', zones: ['cn-northwest-1a'] }),
    () => Cloud.aws({ ...AWS, zones: ['us-east-1-atl-2a'] }),
    () => Cloud.azure({ ...AZURE, location: 'westus3', zones: ['1', '2'] }),
  ])('a location as there is one is taken: %s', (action) => {
    expect(action().name).toMatch(/^(gcp|aws|azure)$/);
  });

  test('the provider package is not installed', () => {
    jest.isolateModules(() => {
      jest.doMock('@cdktf/provider-azurerm/lib/provider', () => { throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' }); });
      const fresh = jest.requireActual<{ Cloud: typeof Cloud; Cluster: typeof Cluster }>('../../../src');
      const cloud = fresh.Cloud.azure({ subscriptionId: SUBSCRIPTION, tenantId: SUBSCRIPTION, location: 'eastus' });
      expect(messageOf(() => new fresh.Cluster(emptyStack(), 'ml', { cloud })))
        .toBe('[cloud/ml] cloud azure needs packages that are not installed; run npm install cdktf @cdktf/provider-azurerm; '
          + 'in Python run pip install cdktf cdktf-cdktf-provider-azurerm and import cdktf and cdktf_cdktf_provider_azurerm first; '
          + 'in Go, Java and .NET add the same two packages and load them first, as the README shows under Install');
    });
  });
});
