/** Stacks to draw. */
import { exampleState } from '../../scripts/example-state';
import { EXAMPLES } from '../../scripts/examples';
import { API_VERSION } from '../../src/api/resource';
import type { Resource } from '../../src/api/resource';
import type { State } from '../../src/state/state';
import { platformOf } from '../expand/fixtures';

export function stateOfExample(name: string): State {
  const example = EXAMPLES.find((each) => each.name === name);
  if (!example) throw new Error(`${name} is not an example`);
  return exampleState(example);
}

const RESOURCES_OF_A_TEAM = 30;

/** Many resources in workspaces of thirty: chains of imports, trainings, servers and notebooks. */
export function largeState(count: number): State {
  const teams = Array.from({ length: Math.ceil(count / RESOURCES_OF_A_TEAM) }, (_, index) => `team-${index + 1}`);
  const resources = teams.flatMap((namespace) => Array.from({ length: RESOURCES_OF_A_TEAM }, (_, index) => resource(namespace, index)));
  const platform = platformOf('gcp', {
    gpuPools: [{ name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, maxNodes: 8 }], workspaces: teams.map((namespace) => ({ namespace })),
  });
  return { clusters: [{ name: 'ml', platform, resources: resources.slice(0, count), objects: [] }], stacks: [] };
}

/** Of six: two imports, a training of them, a quantization, a server and a notebook. */
function resource(namespace: string, index: number): Resource {
  const group = Math.floor(index / 6);
  const gpu = { resources: { gpu: { type: 'nvidia-l4', count: 1 } } };
  const [kind, name, spec] = ([
    ['Model', 'base', { runtime: { name: 'huggingface' }, params: { repo: 'Qwen/Qwen3-0.6B' } }],
    ['Dataset', 'rows', { runtime: { name: 'huggingface' }, params: { repo: 'HuggingFaceH4/no_robots' } }],
    ['Model', 'tuned', { runtime: { name: 'sft' }, model: { name: `base-${group}` }, dataset: { name: `rows-${group}` }, ...gpu }],
    ['Model', 'small', { runtime: { name: 'fp8' }, model: { name: `tuned-${group}` } }],
    ['Server', 'chat', { runtime: { name: 'vllm' }, model: { name: `small-${group}` }, ...gpu }],
    ['Notebook', 'lab', { model: { name: `tuned-${group}` }, dataset: { name: `rows-${group}` } }],
  ] as const)[index % 6 as 0];
  return { apiVersion: API_VERSION, kind, metadata: { name: `${name}-${group}`, namespace }, spec } as Resource;
}

export const HOSTILE = '</script><img src=x onerror=alert(1)>"\'`&#35;\\n[a](b)\n1. end';

/** Names and texts that would break out of any format that does not escape them. */
export function hostileState(): State {
  const metadata = { name: HOSTILE, namespace: HOSTILE };
  const resources = [
    { apiVersion: API_VERSION, kind: 'Model', metadata, spec: { image: HOSTILE, params: { text: HOSTILE } } },
    { apiVersion: API_VERSION, kind: 'Server', metadata, spec: { image: HOSTILE, model: { name: HOSTILE } } },
    { apiVersion: API_VERSION, kind: 'Server', metadata: { ...metadata, name: 'end' }, spec: { image: '"] --> x', model: { name: 'no where' } } },
  ] as Resource[];
  const platform = platformOf('gcp', { clusterName: HOSTILE, gpuPools: [{ name: HOSTILE, gpu: HOSTILE, gpusPerNode: 1 }] });
  return { clusters: [{ name: HOSTILE, platform, resources, objects: [] }], stacks: [] };
}
