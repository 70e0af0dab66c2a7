import { canonicalJson } from '../../src/api/digest';
import { PLATFORM_CONFIG_MAP, PLATFORM_FILE_NAME } from '../../src/api/reconciler';
import type { StateFile } from '../../src/state/documents';
import { stateOf } from '../../src/state/read';
import { dataset, model, platformOf, server } from '../expand/fixtures';

function configMap(clusterName: string, namespace = 'team-a'): object {
  const platform = platformOf('gcp', { clusterName, workspaces: [{ namespace }] });
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: PLATFORM_CONFIG_MAP, namespace: 'substratus' }, data: { [PLATFORM_FILE_NAME]: canonicalJson(platform) } };
}

function file(path: string, documents: readonly unknown[], root?: string): StateFile {
  return { path, documents, ...(root !== undefined && { root }) };
}

/** Which resources went to which cluster. */
function clusters(files: readonly StateFile[]): [string, string[]][] {
  return stateOf(files).clusters.map(({ name, resources }) => [name, resources.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)]);
}

const inB = <T extends { metadata: object }>(resource: T): T => ({ ...resource, metadata: { ...resource.metadata, namespace: 'team-b' } });

test('a folder is what one cluster is given: its resources, its other objects and its platform', () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } };
  const { clusters: [cluster, ...others], stacks } = stateOf([
    file('dist/system.k8s.yaml', [configMap('ml')], 'dist'), file('dist/teams/team-a.k8s.yaml', [model(), null, service], 'dist'),
  ]);
  expect([others, stacks]).toEqual([[], []]);
  expect(cluster).toMatchObject({ name: 'ml', platform: { cloud: 'gcp', clusterName: 'ml' }, resources: [model()] });
  expect(cluster?.objects.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Service']);
});

test('two platforms in one folder are told apart by the namespaces of their workspaces', () => {
  expect(clusters([
    file('dist/one.k8s.yaml', [configMap('one', 'team-a')]), file('dist/two.k8s.yaml', [configMap('two', 'team-b')]),
    file('dist/a.k8s.yaml', [model()]), file('dist/b.k8s.yaml', [inB(dataset())]),
  ])).toEqual([['one', ['Model team-a/opt']], ['two', ['Dataset team-b/squad']]]);
});

test('what is in the file or the folder of a platform belongs to it, though another one has the same workspace', () => {
  expect(clusters([
    file('all/gcp.yaml', [configMap('gcp'), model()], 'all'), file('all/aws.yaml', [configMap('aws'), dataset()], 'all'),
    file('all/azure/system.yaml', [configMap('azure')], 'all'), file('all/azure/team-a.yaml', [server()], 'all'),
  ])).toEqual([['gcp', ['Model team-a/opt']], ['aws', ['Dataset team-a/squad']], ['azure', ['Server team-a/chat']]]);
});

test('a folder without a platform is the cluster of the one platform that has its namespaces', () => {
  const apart = [file('team/dist/a.yaml', [model()], 'team/dist'), file('platform/dist/system.yaml', [configMap('ml')], 'platform/dist')];
  expect(clusters(apart)).toEqual([['ml', ['Model team-a/opt']]]);
  const stranger = [file('team/dist/b.yaml', [inB(model())], 'team/dist'), ...apart.slice(1)];
  expect(clusters(stranger)).toEqual([['team/dist', ['Model team-b/opt']], ['ml', []]]);
});

test('a List is its items, and a resource without a spec has an empty one', () => {
  const { metadata } = dataset();
  const list = { apiVersion: 'v1', kind: 'List', items: [model(), { apiVersion: 'substratus.ai/v1', kind: 'Dataset', metadata }] };
  expect(stateOf([file('list.json', [list])]).clusters[0]?.resources).toEqual([model(), { apiVersion: 'substratus.ai/v1', kind: 'Dataset', metadata, spec: {} }]);
});

test('an empty spec is one without fields', () => {
  const { metadata } = dataset();
  expect(stateOf([file('a.yaml', [{ apiVersion: 'substratus.ai/v1', kind: 'Dataset', metadata, spec: null }])]).clusters[0]?.resources[0]?.spec).toEqual({});
});

test.each([
  [{ runtime: 'vllm', params: [1], resources: 4 }, "spec.runtime is 'vllm'; give an object"],
  [{ params: [1] }, 'spec.params is [1]; give an object'],
  [{ params: { epochs: null } }, 'spec.params.epochs is null; give a number or a string'],
  [{ resources: { gpu: 'nvidia-l4' } }, "spec.resources.gpu is 'nvidia-l4'; give an object"],
  [{ args: 'serve' }, "spec.args is 'serve'; give a list"],
  [{ args: ['serve', 8080] }, 'spec.args[1] is 8080; give a string'],
  [{ replicas: '2' }, "spec.replicas is '2'; give a whole number"],
  [{ suspend: 'yes' }, "spec.suspend is 'yes'; give true or false"],
  [{ model: {} }, 'spec.model has no name; give it one'],
  ['none', "spec is 'none'; give an object"],
])('fails on a resource whose spec is %j', (spec, problem) => {
  expect(() => stateOf([file('dist/a.yaml', [{ ...server(), spec }])])).toThrow(`dist/a.yaml: Server chat: ${problem}`);
});

test('fails on a resource whose annotations are a list', () => {
  const metadata = { name: 'chat', annotations: ['a'] };
  expect(() => stateOf([file('dist/a.yaml', [{ ...server(), metadata }])])).toThrow('dist/a.yaml: Server chat: metadata.annotations is ["a"]; give an object');
});

test('a provider of Terraform may be one object, and a resource that is not an object is refused', () => {
  const stack = (document: object) => stateOf([file('gcp.tf.json', [document])]).stacks[0]?.terraform;
  expect(stack({ provider: { aws: { region: 'eu-west-1' } } })).toEqual({ provider: { aws: [{ region: 'eu-west-1' }] } });
  expect(() => stack({ resource: { aws_vpc: { net: 5 } } }))
    .toThrow('gcp.tf.json: it is not a Terraform stack as cdktf writes it, with resources by type and name; synthesize it again');
});

test('a Terraform stack is named by its metadata, else by its folder or its file', () => {
  const named = { '//': { metadata: { stackName: 'prod' } }, 'resource': { aws_vpc: { net: {} } } };
  const { stacks } = stateOf([
    file('cdktf.out/stacks/other/cdk.tf.json', [named]), file('cdktf.out/stacks/aws/cdk.tf.json', [{}]), file('expected/gcp.tf.json', [{}]),
  ]);
  expect(stacks.map(({ name }) => name)).toEqual(['prod', 'aws', 'gcp']);
  expect(stacks[0]?.terraform.resource?.aws_vpc).toEqual({ net: {} });
});

test('fails on a resource without a name, and on a platform that is none', () => {
  expect(() => stateOf([file('dist/a.yaml', [{ apiVersion: 'substratus.ai/v1', kind: 'Model', metadata: {} }])]))
    .toThrow('dist/a.yaml: a Model has no metadata.name; give it one');
  expect(() => stateOf([file('dist/a.yaml', [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: PLATFORM_CONFIG_MAP }, data: { 'platform.json': '{' } }])]))
    .toThrow('dist/a.yaml: ConfigMap substratus-platform has no platform at the key platform.json; synthesize it again');
});
