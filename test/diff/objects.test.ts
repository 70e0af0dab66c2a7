import { ApiObject, Chart } from 'cdk8s';
import type { Workspace } from '../../src';
import { diffOf } from '../../src/diff/diff';
import { markdownOf } from '../../src/diff/markdown';
import { textOf } from '../../src/diff/text';
import type { State } from '../../src/state/state';
import { platformOf, server } from '../expand/fixtures';
import { clusterWith, effectsBetween, linesOf } from './apps';

interface Manifest {
  readonly kind: string;
  readonly name?: string;
  readonly apiVersion?: string;
  readonly spec?: object;
  readonly stringData?: Readonly<Record<string, string>>;
}

function objects(...manifests: Manifest[]): State {
  return clusterWith((team: Workspace) => {
    const chart = new Chart(team, 'extra', { namespace: 'team-a' });
    for (const { kind, name = 'web', apiVersion = 'v1', ...body } of manifests) new ApiObject(chart, kind, { apiVersion, kind, metadata: { name }, ...body });
  });
}

const deployment = (image: string, replicas = 1): Manifest => ({
  apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas, template: { spec: { containers: [{ name: 'web', image }] } } },
});

test('other objects are created, changed and deleted', () => {
  const service = (port: number): Manifest => ({ kind: 'Service', spec: { ports: [{ port }] } });
  expect(linesOf(effectsBetween(objects(), objects(service(80))))).toEqual(['created: Service team-a/web is created']);
  expect(effectsBetween(objects(service(80)), objects(service(81)))).toMatchObject([{ effect: 'changed', changes: [{ field: 'spec.ports.port', from: 80, to: 81 }] }]);
  expect(linesOf(effectsBetween(objects(service(80)), objects()))).toEqual(['deleted: Service team-a/web is deleted']);
});

test('what holds other things says that they go with it', () => {
  const held = ['PersistentVolumeClaim', 'Namespace'].map((kind) => ({ kind }));
  expect(linesOf(effectsBetween(objects(...held), objects()))).toEqual([
    'deleted: PersistentVolumeClaim team-a/web is deleted, and its data with it', 'deleted: Namespace team-a/web is deleted, and all that is in it',
  ]);
});

test('a Deployment rolls for another pod template alone', () => {
  expect(linesOf(effectsBetween(objects(deployment('a:1')), objects(deployment('a:2'))))).toEqual(['rolls: Deployment team-a/web rolls']);
  expect(linesOf(effectsBetween(objects(deployment('a:1')), objects(deployment('a:1', 2))))).toEqual(['changed: Deployment team-a/web changes']);
});

test('another version of its API is the same object', () => {
  const claim = (version: string): Manifest => ({ kind: 'Workflow', apiVersion: `acme.example/${version}` });
  expect(linesOf(effectsBetween(objects(claim('v1beta1')), objects(claim('v1'))))).toEqual(['changed: Workflow team-a/web changes']);
});

/** All that is told of a change, in every form. */
function printed(from: State, to: State): string {
  const diff = diffOf(from, to);
  return [textOf(diff), markdownOf(diff), JSON.stringify(diff)].join('\n');
}

test('of a Secret it is told which key has another value, and not which value', () => {
  const secret = (stringData: Readonly<Record<string, string>>): State => objects({ kind: 'Secret', stringData });
  const [from, to] = [secret({ password: 'hunter2', gone: 'bye' }), secret({ password: 'correct horse' })];
  expect(printed(from, to)).not.toMatch(/hunter2|correct horse|bye/);
  expect(textOf(diffOf(from, to))).toMatch(/stringData.gone: \(a secret\) → \(none\)\s+stringData.password: \(a secret\), which is another one/);
});

test('variables that are secrets by their names or by their form are not told', () => {
  const pod = (...env: readonly object[]): State => objects({
    apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { spec: { containers: [{ name: 'web', image: 'a:1', env }] } } },
  });
  const token = (value: string) => ({ name: 'API_TOKEN', value });
  const [mode, other] = [{ name: 'MODE', value: 'fast' }, { name: 'HUB', value: `hf_${'a'.repeat(20)}` }];
  const states = [pod(mode), pod(mode, token('first-secret')), pod(mode, token('second-secret')), pod(token('third-secret')), pod(other)];
  const all = states.flatMap((from) => states.map((to) => printed(from, to))).join('\n');
  expect(all).not.toMatch(/-secret"|-secret\b|hf_a/);
  expect(all).toContain('fast');
  const spoken = (env: Readonly<Record<string, string>>): State => ({ clusters: [{ name: 'ml', resources: [server({ env })], objects: [] }], stacks: [] });
  const text = printed(spoken({ API_TOKEN: 'first-secret', MODE: 'fast' }), spoken({ API_TOKEN: 'second-secret', MODE: 'slow' }));
  expect(text).not.toMatch(/first-secret|second-secret/);
  expect(text).toContain('env.API_TOKEN: (a secret), which is another one');
  expect(text).toContain('env.MODE: fast → slow');
});

test('of the platform it is told which field changes, and the Reconciler rolls', () => {
  const [from, to] = [clusterWith(() => undefined), clusterWith(() => undefined, { platform: { bucketName: 'other' } })];
  const { effects } = diffOf(from, to);
  expect(linesOf(effects)).toEqual(['changed: ConfigMap substratus/substratus-platform changes', 'rolls: Deployment substratus/substratus-reconciler rolls']);
  expect(effects[0]?.changes).toEqual([{ field: 'platform.artifacts.url', from: 'gs://acme', to: 'gs://other' }]);
});

function stateOf(name: string, cloud?: string, image = 'a:1'): State {
  const platform = cloud === undefined ? {} : { platform: platformOf(cloud, { clusterName: name }) };
  return { clusters: [{ name, ...platform, resources: [server({ image })], objects: [] }], stacks: [] };
}

test('without a platform, what is asked for decides', () => {
  expect(linesOf(diffOf(stateOf('old'), stateOf('new', undefined, 'a:2')).effects)).toEqual(['rolls: Server team-a/chat rolls beside the former replicas']);
  expect(diffOf(stateOf('old'), stateOf('new')).effects).toEqual([]);
});

test('clusters are the same by cloud and name', () => {
  expect(diffOf(stateOf('ml', 'gcp'), stateOf('ml', 'gcp')).effects).toEqual([]);
  expect(linesOf(diffOf(stateOf('ml', 'gcp'), stateOf('ml', 'aws')).effects)).toEqual([
    'starts: Server team-a/chat starts with 1 replica', 'deleted: Server team-a/chat is deleted, and its replicas with it',
  ]);
});
