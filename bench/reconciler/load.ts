/** What is declared: resources with 3.6 children each on average. */
import type { KubeObject } from '../../test/cluster/client';
import { taskOf } from './tasks';

export interface Load {
  /** In the order in which they are created: as a program declares them. */
  readonly resources: readonly KubeObject[];
  readonly namespaces: readonly string[];
  readonly children: number;
}

/** Of ten resources one is a Model that runs all steps, three are Datasets that are in the bucket already, and six are Servers. */
const TRAINED = 0.1;
const FOUND = 0.3;
const PER_NAMESPACE = 200;

export function loadOf(count: number): Load {
  const namespaces = Array.from({ length: Math.ceil(count / PER_NAMESPACE) }, (_, index) => `team-${index}`);
  const models = Array.from({ length: count * TRAINED }, (_, index) => index);
  const datasets = Array.from({ length: count * FOUND }, (_, index) => index);
  const servers = Array.from({ length: count - models.length - datasets.length }, (_, index) => index);
  const namespaceOf = (index: number): string => `team-${index % namespaces.length}`;
  const resources = [
    ...datasets.map((index) => datasetOf({ namespace: namespaceOf(index), name: `data-${index}` })),
    ...models.map((index) => modelOf({ namespace: namespaceOf(index), name: `model-${index}` }, `data-${index}`)),
    ...servers.map((index) => {
      const model = index % models.length;
      return serverOf({ namespace: namespaceOf(model), name: `server-${index}` }, `model-${model}`);
    }),
  ];
  return { namespaces, resources, children: resources.reduce((sum, object) => sum + taskOf(object).children.length, 0) };
}

export interface Name {
  readonly namespace: string;
  readonly name: string;
}

export function modelOf(metadata: Name, dataset?: string): KubeObject {
  const spec = { image: 'acme/trainer:1', params: { epochs: 3, name: metadata.name }, ...(dataset && { dataset: { name: dataset } }), resources: RESOURCES };
  return resource('Model', metadata, spec);
}

export function serverOf(metadata: Name, model: string): KubeObject {
  return resource('Server', metadata, { image: 'acme/server:1', model: { name: model }, resources: RESOURCES });
}

function datasetOf(metadata: Name): KubeObject {
  return resource('Dataset', metadata, { image: 'acme/loader:1', params: { urls: `https://example.com/${metadata.name}` } });
}

const RESOURCES = { cpu: 2, memory: '8Gi' };

function resource(kind: string, metadata: Name, spec: object): KubeObject {
  return { apiVersion: 'substratus.ai/v1', kind, metadata, spec } as KubeObject;
}
