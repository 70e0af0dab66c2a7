/** Mermaid and DOT: the same graph as text, in which nothing that a user has named is syntax. */
import { spawnSync } from 'node:child_process';
import { toDot } from '../../src/graph/dot';
import { graphOf } from '../../src/graph/graph';
import { toMermaid } from '../../src/graph/mermaid';
import type { Graph } from '../../src/graph/model';
import { model, platformOf, server } from '../expand/fixtures';
import { hostileState, largeState, stateOfExample } from './fixtures';

const SMALL = graphOf({
  clusters: [{ name: 'ml', platform: platformOf('aws', { registry: undefined }), resources: [model(), server()], objects: [] }], stacks: [],
});
const GRAPHS: readonly (readonly [string, Graph])[] = [
  ['the multi-cloud example', graphOf(stateOfExample('multi-cloud'))],
  ['names that would break out', graphOf(hostileState())],
  ['60 resources', graphOf(largeState(60))],
];

test('Mermaid has subgraphs, nodes, edges and the colours of the clouds', () => {
  expect(toMermaid(SMALL)).toBe(`flowchart LR
  subgraph aws_ml["AWS · ml"]
    direction LR
    aws_ml_bucket[("Artifact bucket<br>s3://acme-artifacts<br>artifacts")]
    subgraph aws_ml_team_a["Workspace team-a"]
      direction LR
      aws_ml_team_a_model_opt["Model<br>opt<br>model:1 · example/model:1"]
      aws_ml_team_a_server_chat(["Server<br>chat<br>server:1 · example/server:1"])
    end
  end
  aws_ml_team_a_model_opt -.->|"artifact"| aws_ml_bucket
  aws_ml_team_a_model_opt -->|"model"| aws_ml_team_a_server_chat
  classDef group fill:none,stroke:#8792a5
  class aws_ml,aws_ml_team_a group
  classDef aws fill:#fdf0dd,stroke:#c77a12,color:#3a2608
  class aws_ml_bucket,aws_ml_team_a_model_opt,aws_ml_team_a_server_chat aws
`);
});

const TEXT = String.raw`"(?:[^"#<>&\x60*~[\]\\;]|#\d+;|<br>)*"`;
const ID = '[A-Za-z]\\w*';

/** The part of Mermaid's grammar that we write: whatever else a line is, it is not ours. */
const MERMAID_LINES = [
  'flowchart LR', 'direction LR', `subgraph ${ID}\\[${TEXT}\\]`, 'end',
  `${ID}(?:\\[${TEXT}\\]|\\[\\(${TEXT}\\)\\]|\\[\\[${TEXT}\\]\\]|\\[/${TEXT}/\\]|\\(\\[${TEXT}\\]\\)|>${TEXT}\\])`,
  `${ID} (?:-->|-\\.->|-\\.-)(?:\\|${TEXT}\\|)? ${ID}`, 'classDef [a-z]+ fill:(?:none|#\\w+),stroke:#\\w+(?:,color:#\\w+)?', `class ${ID}(?:,${ID})* [a-z]+`,
].map((pattern) => new RegExp(`^ *${pattern}$`));

test.each(GRAPHS)('of %s, every line of Mermaid is one of its grammar', (_, graph) => {
  const lines = toMermaid(graph).trimEnd().split('\n');
  expect(lines.filter((line) => !MERMAID_LINES.some((pattern) => pattern.test(line)))).toEqual([]);
  expect(lines.filter((line) => line.trim() === 'end')).toHaveLength(lines.filter((line) => line.trim().startsWith('subgraph ')).length);
});

test('DOT has clusters, nodes and edges', () => {
  const dot = toDot(SMALL);
  expect(dot).toContain('subgraph cluster_aws_ml_team_a {\n      label="Workspace team-a"; style=rounded; color="#c77a12"');
  expect(dot).toContain('aws_ml_team_a_server_chat [label="Server\\nchat\\nserver:1 · example/server:1", shape=box, fillcolor="#fdf0dd"');
  expect(dot).toContain('aws_ml_team_a_model_opt -> aws_ml_team_a_server_chat [label="model"]');
});

const hasGraphviz = spawnSync('dot', ['-V']).status === 0;
const onGraphviz = hasGraphviz ? describe : describe.skip;

onGraphviz(`Graphviz itself${hasGraphviz ? '' : ' (skipped: dot is not in the PATH; install Debian\'s graphviz)'}`, () => {
  test.each(GRAPHS)('reads %s, and finds what is in it', (_, graph) => {
    const { status, stdout, stderr } = spawnSync('dot', ['-Tjson0'], { input: toDot(graph), encoding: 'utf8', maxBuffer: 2 ** 28 });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { objects, edges } = JSON.parse(stdout) as { objects: { name: string; label: string; nodes?: number[] }[]; edges: unknown[] };
    const isGroup = (type: string): boolean => type === 'Cluster' || type === 'Workspace';
    const expected = graph.nodes.map(({ id, type }) => (isGroup(type) ? `cluster_${id}` : id));
    expect(objects.map(({ name }) => name).sort()).toEqual([...expected].sort());
    expect(edges).toHaveLength(graph.edges.length);
  });

  test('shows a name as it is, whatever is in it', () => {
    const { stdout } = spawnSync('dot', ['-Tplain'], { input: toDot(graphOf(hostileState())), encoding: 'utf8' });
    expect(stdout).toContain('</script><img src=x onerror=alert(1)>');
  });
});
