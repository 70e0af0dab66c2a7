import { ApiObject, Chart } from 'cdk8s';
import type { Workspace } from '../../src';
import { diffOf } from '../../src/diff/diff';
import type { State } from '../../src/state/state';
import { platformOf, server } from '../expand/fixtures';
import { clusterWith, effectsBetween, linesOf } from './apps';

interface Manifest {
  readonly kind: string;
  readonly name?: string;
  readonly apiVersion?: string;
  readonly spec?: object;
}

function objects(...manifests: Manifest[]): State {
  return clusterWith((team: Workspace) => {
    const chart = new Chart(team, 'extra', { namespace: 'team-a' });
    for (const { kind, name = 'web', apiVersion = 'v1', spec } of manifests) new ApiObject(chart, kind, { apiVersion, kind, metadata: { name }, spec });
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
