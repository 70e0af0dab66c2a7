/** Effects on cloud resources, of stacks as a user writes them; what replaces what agrees with the tables of docs/. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ArtifactBucket, Cluster, GpuNodePool } from '../../src';
import { readState } from '../../src/cli/read-state';
import { diffOf } from '../../src/diff/diff';
import type { Effect } from '../../src/diff/effect';
import { HOLDS, POOLS } from '../../src/diff/terraform/replacements';
import type { State, TerraformJson } from '../../src/state/state';
import { stackWith } from './apps';
import { ADMINS, CASES, CLOUDS, GPUS, stackOn } from './cloud-cases';
import type { Page, Parts } from './cloud-cases';

function between(page: Page, from: Parts, to: Parts): Effect[] {
  return [...diffOf(stackOn(page, from), stackOn(page, to)).effects];
}

/** The second cell of the row that names a prop and what it belongs to. */
function told(page: Page, prop: string, owner: string): string {
  const text = fs.readFileSync(path.resolve(__dirname, `../../docs/${page}.md`), 'utf8');
  const [, section = ''] = /## What replaces what\n([^]*?)\n## /.exec(text) ?? [];
  const rows = section.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').map((cell) => cell.trim()));
  const found = rows.find(([, first = '']) => first.split(';').some((part) => part.includes(`\`${prop}\``) && part.includes(owner)))
    ?? rows.find(([, first = '']) => first.includes(`\`${prop}\``) && first.includes(owner));
  if (!found) throw new Error(`docs/${page}.md has no row for ${prop} of ${owner}`);
  return found[2] ?? '';
}

/** What the words of a table mean for the effects. */
function meant(words: string): string {
  if (/^nothing/.test(words)) return 'nothing';
  if (/nodes .*are rotated|^nodes are rotated/.test(words)) return 'nodes rotated';
  if (/replace(s|d) the nodes one after the other|(nodes, which|nodes) are replaced one after the other/.test(words)) return 'nodes one by one';
  if (/^(another|other) |makes it another cluster/.test(words)) return 'another';
  return 'in place';
}

/** What is replaced is told of what holds or carries something, not of rights and rules beside it. */
const MAIN = [...POOLS, ...Object.keys(HOLDS), 'aws_vpc', 'google_compute_subnetwork'];

/** The same of the effects. */
function seen(effects: readonly Effect[]): string {
  const names = effects.map(({ effect }) => effect);
  if (effects.some(({ effect, subject }) => effect === 'replaced' && /_cluster$/.test(subject.kind))) return 'another';
  if (effects.some(({ notes }) => notes.some((note) => /nodes are rotated/.test(note)))) return 'nodes rotated';
  if (effects.some(({ notes }) => notes.some((note) => /replaced one after the other/.test(note)))) return 'nodes one by one';
  if (effects.some(({ effect, subject }) => effect === 'replaced' && MAIN.includes(subject.kind))) return 'another';
  return names.length === 0 ? 'nothing' : 'in place';
}

describe.each(Object.keys(CASES) as Page[])('what replaces what, as docs/%s.md says', (page) => {
  test.each(CASES[page].map(([prop, owner, to, from = {}]) => ({ prop, owner, to, from })))('$prop of $owner', ({ prop, owner, to, from }) => {
    const effects = between(page, from, to);
    expect([prop, seen(effects)]).toEqual([prop, meant(told(page, prop, owner))]);
  });

  test('the same stack has no effect', () => {
    expect(between(page, {}, {})).toEqual([]);
  });

  test('another id is another pool: one is created, and the other destroyed', () => {
    const pool = (id: string) => stackWith((stack) => {
      const cluster = new Cluster(stack, 'ml', { cloud: CLOUDS[page](), admins: ADMINS[page] });
      new GpuNodePool(stack, id, { cluster, gpu: GPUS[page], maxNodes: 4 });
    });
    const effects = diffOf(pool('one'), pool('two')).effects.filter(({ subject: { kind } }) => /node_(pool|group)$/.test(kind));
    expect([...new Set(effects.map(({ effect }) => effect))].sort()).toEqual(['created', 'destroyed']);
    expect(effects.find(({ effect }) => effect === 'destroyed')?.notes).toContain('its nodes are drained');
  });

  test('the cluster, its bucket and its registry are protected, and their protection is named', () => {
    const renamed = { cluster: { clusterName: 'other' }, bucket: { bucketName: 'acmeother' }, registry: { registryName: 'acmeother' } };
    const effects = between(page, {}, renamed);
    const notes = (kind: RegExp) => effects.filter((each) => each.effect === 'replaced' && kind.test(each.subject.kind)).flatMap((each) => each.notes);
    expect(notes(/(container|eks|kubernetes)_cluster$/).join()).toMatch(/refuses it/);
    expect(notes(/storage_bucket$|s3_bucket$|storage_account$/)).toEqual(['lifecycle.prevent_destroy refuses it: the plan fails']);
    expect(notes(/artifact_registry_repository$|ecr_repository$|container_registry$/).every((note) => /prevent_destroy refuses it/.test(note))).toBe(true);
  });
});

test('an address range of Google that grows keeps the subnet, another one replaces the cluster with it', () => {
  const [small, large, other] = ['10.0.0.0/20', '10.0.0.0/16', '10.8.0.0/16'].map((cidr) => ({ cluster: { cidr } }));
  expect(seen(between('google-cloud', small ?? {}, large ?? {}))).toBe('in place');
  const effects = between('google-cloud', small ?? {}, other ?? {});
  const [subnet, cluster, ...others] = effects.filter(({ effect }) => effect === 'replaced');
  expect([subnet?.subject.kind, cluster?.subject.kind, others]).toEqual(['google_compute_subnetwork', 'google_container_cluster', []]);
  expect(cluster?.causes).toEqual([`cloud/cloud/google_compute_subnetwork/${subnet?.subject.name}`]);
});

test('a resource that is taken out has no prevent_destroy any more, and the cloud keeps what is not empty', () => {
  const owner = (withBucket: boolean) => stackWith((stack) => {
    const cluster = new Cluster(stack, 'ml', { cloud: CLOUDS['google-cloud']() });
    if (withBucket) new ArtifactBucket(stack, 'artifacts', { cluster });
  });
  const effect = diffOf(owner(true), owner(false)).effects.find(({ subject }) => subject.kind === 'google_storage_bucket');
  expect(effect).toMatchObject({
    effect: 'destroyed',
    notes: [
      'the cloud refuses it as long as it is not empty (force_destroy is not set)',
      'lifecycle.prevent_destroy no longer protects it, since it is gone with the resource',
    ],
  });
});

test('in the multi-cloud example, larger pools and another machine are told cloud by cloud', () => {
  const example = readState([path.resolve(__dirname, '../../examples/multi-cloud/expected')]);
  const changed = JSON.parse(JSON.stringify(example)
    .replace(/"(total_max_node_count|max_count|max_size)":8/g, '"$1":12').replace(/"machine_type":"g2-standard-4"/g, '"machine_type":"g2-standard-8"')) as State;
  const { effects } = diffOf(example, changed);
  const pools = effects.filter(({ subject: { side, kind } }) => side === 'cloud' && POOLS.includes(kind));
  expect(new Set(pools.map(({ subject: { scope }, effect }) => `${scope}: ${effect}`))).toEqual(new Set(['aws: changed', 'azure: changed', 'gcp: changed']));
  expect(pools.find(({ subject }) => subject.scope === 'gcp')?.notes).toEqual(['its nodes are replaced one after the other']);
  expect(diffOf(example, example).effects).toEqual([]);
});

test.each([
  ['google-cloud', 'google_container_cluster', 'min_master_version'],
  ['aws', 'aws_eks_cluster', 'version'],
  ['azure', 'azurerm_kubernetes_cluster', 'kubernetes_version'],
] as const)('on %s a version of Kubernetes that skips a minor one is refused', (page, kind, argument) => {
  const version = (kubernetesVersion: string) => ({ cluster: { kubernetesVersion } });
  const words = (from: string, to: string) => between(page, version(from), version(to)).find(({ subject }) => subject.kind === kind)?.words;
  expect(words('1.33', '1.35')).toBe(`is refused: ${argument} 1.35 skips 1.34 on the way from 1.33: go to 1.34 first`);
  expect(words('1.34', '1.33')).toBe(page === 'google-cloud' ? 'is changed in place'
    : `is refused: ${argument} 1.33 is older than 1.34, and the cloud does not go back: give 1.34 or newer`);
  expect(words('1.33', '1.34')).toBe('is changed in place');
});

test('protection that is taken away is told', () => {
  const effects = between('google-cloud', {}, { bucket: { destroyable: true } });
  expect(effects.filter(({ words }) => words === 'is no longer protected'))
    .toMatchObject([{ changes: [{ field: 'lifecycle.prevent_destroy', from: true, to: false }] }]);
});

const stateOf = (terraform: TerraformJson): State => ({ clusters: [], stacks: [{ name: 'own', terraform }] });

test('a moved block keeps a resource', () => {
  const from = stateOf({ resource: { aws_vpc: { net: { cidr_block: '10.0.0.0/16' } } } });
  const to = stateOf({ moved: [{ from: 'aws_vpc.net', to: 'aws_vpc.main' }], resource: { aws_vpc: { main: { cidr_block: '10.0.0.0/16' } } } });
  expect(diffOf(from, to).effects).toEqual([]);
});

test('what refers to a resource that has moved is as it was', () => {
  const stack = (name: string, more: object = {}): State => stateOf({
    resource: {
      google_container_cluster: { [name]: { name: 'ml' } },
      google_container_node_pool: { l4: { cluster: `\${google_container_cluster.${name}.name}`, name: '${data.google_container_cluster.ml.name}-l4' } },
    },
    ...more,
  });
  const moved = [{ from: 'google_container_cluster.ml', to: 'google_container_cluster.main' }];
  expect(diffOf(stack('ml'), stack('main', { moved })).effects).toEqual([]);
  expect(diffOf(stack('ml'), stack('main')).effects).not.toEqual([]);
});

test('another region replaces what is in a region, and says by which of its own arguments', () => {
  const stack = (region: string): State => stateOf({
    provider: { google: [{ project: 'acme', region }], aws: [{ region }] },
    resource: {
      google_project_service: { gke: { service: 'container.googleapis.com' } }, google_service_account: { nodes: { account_id: 'nodes' } },
      google_compute_network: { net: { name: 'net' } }, google_compute_router: { own: { name: 'own' } },
      google_container_cluster: { ml: { name: 'ml', location: region } }, google_storage_bucket: { b: { name: 'b', location: 'US' } },
      aws_iam_role: { nodes: { name: 'nodes' } }, aws_vpc: { net: { cidr_block: '10.0.0.0/16', tags: { region } } },
    },
  });
  const provider = { field: 'provider.region', from: 'one', to: 'two' };
  expect(diffOf(stack('one'), stack('two')).effects.map(({ subject: { kind }, effect, changes }) => ({ kind, effect, changes }))).toEqual([
    { kind: 'google_compute_router', effect: 'replaced', changes: [provider] },
    { kind: 'google_container_cluster', effect: 'replaced', changes: [{ field: 'location', from: 'one', to: 'two' }] },
    { kind: 'aws_vpc', effect: 'replaced', changes: [{ field: 'tags.region', from: 'one', to: 'two' }, provider] },
  ]);
});

test('the key of the Secrets of EKS, which no plan changes, is told', () => {
  const effects = between('aws', {}, { cluster: { encryptionKey: 'arn:aws:kms:us-east-1:111122223333:key/0000' } });
  expect(effects.find(({ subject }) => subject.kind === 'aws_eks_cluster'))
    .toMatchObject({ effect: 'changed', notes: ['EKS keeps the key of its Secrets, whatever is planned: only another cluster has another key'] });
});

test('of a resource that this library does not write, the plan of Terraform says whether it is replaced', () => {
  const own = (size: number) => stateOf({ resource: { aws_db_instance: { db: { allocated_storage: size } } } });
  expect(diffOf(own(1), own(2)).effects).toMatchObject([{ effect: 'changed', words: 'is changed: whether in place, the plan of Terraform says' }]);
});

test('what Terraform is told to ignore has no effect', () => {
  const group = (desired: number) => stateOf({
    resource: { aws_eks_node_group: { g: { scaling_config: { desired_size: desired }, lifecycle: { ignore_changes: ['scaling_config[0].desired_size'] } } } },
  });
  expect(diffOf(group(1), group(2)).effects).toEqual([]);
});
