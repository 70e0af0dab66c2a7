import type { Resource } from '../../src/api/resource';
import { graphOf } from '../../src/graph/graph';
import type { Graph, GraphNode } from '../../src/graph/model';
import type { State } from '../../src/state/state';
import { dataset, model, notebook, platformOf, server } from '../expand/fixtures';
import { largeState, stateOfExample } from './fixtures';

function stateWith(resources: readonly Resource[], changes: Parameters<typeof platformOf>[1] = {}): State {
  return { clusters: [{ name: 'ml', platform: platformOf('gcp', changes), resources, objects: [] }], stacks: [] };
}

function nodeOf({ nodes }: Graph, id: string): GraphNode {
  const node = nodes.find((each) => each.id === id);
  if (!node) throw new Error(`${id} is not among ${nodes.map((each) => each.id).join(', ')}`);
  return node;
}

function edgesOf({ edges }: Graph, type: string): string[] {
  return edges.filter((edge) => edge.type === type).map(({ from, to, label }) => `${from} > ${to}${label === undefined ? '' : ` (${label})`}`);
}

test('a Server reads its adapters, each under its name', () => {
  const resources = [model(), model({ params: { rank: 8 } }, 'sql-1'), server({ adapters: [{ name: 'sql', model: { name: 'sql-1' } }] })];
  expect(edgesOf(graphOf(stateWith(resources)), 'reads').map((edge) => edge.replace(/gcp_ml_team_a_/g, ''))).toEqual([
    'model_opt > server_chat (model)', 'model_sql_1 > server_chat (adapters.sql)',
  ]);
});

test('nodes of a provisioner are a pool of several machines, which it obtains in order', () => {
  const provisioner = {
    capacities: [{ kind: 'reservation', id: 'cr-1' }, { kind: 'spot' }, { kind: 'on-demand' }], machineTypes: ['g2-standard-4', 'g2-standard-8'],
  } as const;
  const pool = { name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, maxNodes: 8, provisioner };
  const graph = graphOf(stateWith([server({ resources: { gpu: { type: 'nvidia-l4', count: 1 }, capacity: 'spot-first' } })], { gpuPools: [pool] }));
  const node = graph.nodes.find(({ type }) => type === 'GpuNodePool');
  expect(node).toMatchObject({ runs: 'g2-standard-4 or 1 more', about: '0 to 8 nodes, as pods ask for them', gpu: '1 × nvidia-l4' });
  expect(node?.details).toContainEqual({ label: 'Capacity', value: 'reservation cr-1, then spot, then on-demand' });
  expect(edgesOf(graph, 'runs-on')).toHaveLength(1);
});

describe('the multi-cloud example', () => {
  const state = stateOfExample('multi-cloud');
  const graph = graphOf(state);

  test('has its three clusters, each with storage, nodes and a workspace', () => {
    const ofType = (type: string): string[] => graph.nodes.filter((node) => node.type === type).map(({ id }) => id);
    expect(ofType('Cluster')).toEqual(['gcp_ml', 'aws_ml', 'azure_ml']);
    expect(ofType('Bucket')).toEqual(['gcp_ml_bucket', 'aws_ml_bucket', 'azure_ml_bucket']);
    expect(ofType('Registry')).toEqual(['gcp_ml_registry', 'aws_ml_registry', 'azure_ml_registry']);
    expect(ofType('GpuNodePool')).toEqual(['gcp_ml_nodes_small', 'aws_ml_nodes_small', 'azure_ml_nodes_small']);
    expect(ofType('NodePool')).toEqual(['gcp_ml_nodes_system', 'aws_ml_nodes_system', 'azure_ml_nodes_general']);
    expect(ofType('Workspace')).toEqual(['gcp_ml_team_a', 'aws_ml_team_a', 'azure_ml_team_a']);
  });

  test('has every resource, with what it runs, its GPU, whether it fits, and its YAML', () => {
    const resources = state.clusters.flatMap((cluster) => cluster.resources);
    expect(graph.nodes.filter(({ type }) => type === 'Model' || type === 'Dataset' || type === 'Server' || type === 'Notebook')).toHaveLength(resources.length);
    expect(nodeOf(graph, 'gcp_ml_team_a_server_chat')).toMatchObject({
      type: 'Server', name: 'chat', parent: 'gcp_ml_team_a', cloud: 'gcp', runs: 'vllm', gpu: '1 × nvidia-l4', fit: { verdict: 'fits' },
      children: [
        { step: 'serve', kind: 'ConfigMap' }, { step: 'serve', kind: 'Deployment', name: 'chat-server' }, { step: 'serve', kind: 'Service' },
        { step: 'serve', kind: 'PodDisruptionBudget' },
      ],
    });
    expect(nodeOf(graph, 'gcp_ml_team_a_server_chat').source?.text).toMatch(/^apiVersion: substratus\.ai\/v1\nkind: Server\nmetadata:\n {2}name: chat\n/);
    expect(nodeOf(graph, 'gcp_ml_team_a_model_qwen_dv8h4sf8')).toMatchObject({ runs: 'huggingface', about: 'Qwen/Qwen3-0.6B' });
  });

  test('tells who reads, makes and runs where', () => {
    const ofGoogle = (type: string): string[] => edgesOf(graph, type).filter((edge) => edge.startsWith('gcp_')).map((edge) => edge.replace(/gcp_ml_(team_a_)?/g, ''));
    expect(ofGoogle('reads')).toEqual([
      'model_qwen_dv8h4sf8 > model_qwen_chats_cqvrn3cn (model)',
      'dataset_chats_tkbcq2ks > model_qwen_chats_cqvrn3cn (dataset)',
      'model_qwen_chats_cqvrn3cn > model_qwen_small_nxxbvkyz (model)',
      'model_qwen_small_nxxbvkyz > server_chat (model)',
      'model_qwen_chats_cqvrn3cn > notebook_lab (model)',
      'dataset_chats_tkbcq2ks > notebook_lab (dataset)',
    ]);
    expect(ofGoogle('makes')).toContain('model_qwen_small_nxxbvkyz > bucket (artifact)');
    expect(ofGoogle('runs-on')).toEqual([
      'model_qwen_dv8h4sf8 > nodes_system', 'dataset_chats_tkbcq2ks > nodes_system', 'model_qwen_chats_cqvrn3cn > nodes_small',
      'model_qwen_small_nxxbvkyz > nodes_system', 'server_chat > nodes_small', 'notebook_lab > nodes_system',
    ]);
  });

  test('has of each part of a cloud the Terraform that makes it', () => {
    expect(nodeOf(graph, 'aws_ml_nodes_small')).toMatchObject({ runs: 'g6.xlarge', about: '0 to 16 nodes', gpu: '1 × nvidia-l4', source: { language: 'json' } });
    expect(nodeOf(graph, 'aws_ml_nodes_small').details).toContainEqual(
      { label: 'Terraform', value: 'stack aws: aws_eks_node_group.small_Group-us-east-1a_584998F6, aws_eks_node_group.small_Group-us-east-1b_034E7F1C' },
    );
    expect(nodeOf(graph, 'gcp_ml')).toMatchObject({ runs: 'Google Cloud', about: 'us-central1' });
    expect(nodeOf(graph, 'azure_ml_bucket').source?.text).toContain('"azurerm_storage_account"');
  });

  test('tells what each part costs: a cluster and a bucket by the month, nodes and what runs by the hour', () => {
    const costOf = (id: string): string | undefined => nodeOf(graph, id).cost;
    expect(costOf('gcp_ml')).toMatch(/^\$\d+ to \$\d,\d{3} a month$/);
    expect(costOf('gcp_ml_bucket')).toMatch(/^\$\d+ a month$/);
    expect(costOf('gcp_ml_nodes_small')).toMatch(/^\$0\.\d{3}\/h each$/);
    expect(costOf('gcp_ml_team_a_server_chat')).toMatch(/^\$0\.\d{3}\/h$/);
    expect(nodeOf(graph, 'gcp_ml_team_a_server_chat').details.map(({ label }) => label)).toContain('On spot nodes');
    expect(graphOf(stateWith([server()])).nodes.filter(({ type, cost }) => type !== 'Server' && cost !== undefined)).toEqual([]);
  });

  test('a price that is not known is not 0', () => {
    const [cluster] = state.clusters;
    if (!cluster?.platform) throw new Error('there is no platform');
    const unknown = { ...cluster, platform: { ...cluster.platform, gpuPools: [{ name: 'small', gpu: 'nvidia-l4', gpusPerNode: 1, machineType: 'g9-new' }] } };
    const node = nodeOf(graphOf({ clusters: [unknown], stacks: [] }), 'gcp_ml_team_a_server_chat');
    expect(node.cost).toBeUndefined();
    expect(node.details.find(({ label }) => label === 'Cost not known')?.value).toMatch(/g9-new/);
  });

  test('is the same each time, and whatever the order of its stacks', () => {
    expect(graphOf(structuredClone(state))).toEqual(graph);
    expect(graphOf({ ...state, stacks: [...state.stacks].reverse() })).toEqual(graph);
  });

  test('without manifests has what its stacks make', () => {
    const { nodes, edges } = graphOf({ clusters: [], stacks: state.stacks });
    expect(edges).toEqual([]);
    expect(nodes.map(({ id }) => id)).toEqual([
      'gcp_ml', 'gcp_ml_bucket', 'gcp_ml_registry', 'gcp_ml_nodes_small', 'gcp_ml_nodes_system',
      'aws_ml', 'aws_ml_bucket', 'aws_ml_registry', 'aws_ml_nodes_small', 'aws_ml_nodes_system',
      'azure_ml', 'azure_ml_bucket', 'azure_ml_registry', 'azure_ml_nodes_small', 'azure_ml_nodes_general',
    ].sort((a, b) => order(a) - order(b)));
  });

  /** Stacks are read in the order of their names. */
  function order(id: string): number {
    return state.stacks.findIndex(({ name }) => id.startsWith(name));
  }
});

test('what is referred to and is not here is drawn as declared elsewhere', () => {
  const graph = graphOf(stateWith([server({ model: { name: 'big', namespace: 'shared' } })]));
  expect(nodeOf(graph, 'gcp_ml_shared_model_big')).toMatchObject({ type: 'Elsewhere', runs: 'Model', parent: 'gcp_ml_shared' });
  expect(edgesOf(graph, 'reads')).toEqual(['gcp_ml_shared_model_big > gcp_ml_team_a_server_chat (model)']);
});

test('why a resource cannot run is told on it', () => {
  const graph = graphOf(stateWith([server({ model: undefined })]));
  expect(nodeOf(graph, 'gcp_ml_team_a_server_chat')).toMatchObject({ problem: 'model is not set; a Server needs one to serve', children: [] });
});

test('resources that wait for each other are drawn all the same', () => {
  const graph = graphOf(stateWith([model({ model: { name: 'b' } }, 'a'), model({ model: { name: 'a' } }, 'b')]));
  expect(edgesOf(graph, 'reads')).toHaveLength(2);
});

test('without a platform there are the resources and their references', () => {
  const graph = graphOf({ clusters: [{ name: 'dist', resources: [model(), server()], objects: [] }], stacks: [] });
  expect(graph.nodes.map(({ id, problem }) => [id, problem])).toEqual([
    ['cluster_dist', undefined], ['cluster_dist_team_a', undefined], ['cluster_dist_team_a_model_opt', undefined],
    ['cluster_dist_team_a_server_chat', undefined],
  ]);
  expect(nodeOf(graph, 'cluster_dist').details[0]?.value).toMatch(/^no platform is known for what is in dist/);
});

test('only the pools that can hold the GPUs of a resource are nodes for it', () => {
  const gpuPools = [
    { name: 'one', gpu: 'nvidia-l4', gpusPerNode: 1 }, { name: 'four', gpu: 'nvidia-l4', gpusPerNode: 4 },
    { name: 'spot', gpu: 'nvidia-l4', gpusPerNode: 4, capacity: 'spot' as const },
  ];
  const resources = [server({ resources: { gpu: { type: 'nvidia-l4', count: 4 } } }), model()];
  expect(edgesOf(graphOf(stateWith(resources, { gpuPools })), 'runs-on')).toEqual(['gcp_ml_team_a_server_chat > gcp_ml_nodes_four']);
});

test('a built image is pushed to the registry, and files that are there are not made', () => {
  const build = { git: { url: 'https://example.com/app.git' } };
  const resources = [notebook({ image: undefined, build }), model({ image: undefined, source: { bucket: { url: 'gs://weights/opt' } } })];
  const graph = graphOf(stateWith([...resources, dataset()]));
  expect(edgesOf(graph, 'makes')).toEqual([
    'gcp_ml_team_a_notebook_lab > gcp_ml_registry (image)', 'gcp_ml_team_a_dataset_squad > gcp_ml_bucket (artifact)',
  ]);
  expect(nodeOf(graph, 'gcp_ml_team_a_model_opt')).toMatchObject({ runs: 'files that are there', about: 'gs://weights/opt' });
});

test('ids are identifiers, and differ where names hardly do', () => {
  const graph = graphOf(stateWith([model({}, 'a-b'), model({}, 'a.b'), model({}, 'ü')]));
  const ids = graph.nodes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[A-Za-z][A-Za-z0-9_]*$/.test(id))).toEqual([]);
});

test('of 300 resources, each is there', () => {
  expect(graphOf(largeState(300)).nodes.filter(({ parent = '' }) => parent.includes('team_'))).toHaveLength(300);
});
