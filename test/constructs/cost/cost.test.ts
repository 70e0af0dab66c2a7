import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Chart, Duration, Testing } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';
import { Cost } from '../../../src/constructs/cost/cost';
import type { CostOptions } from '../../../src/constructs/cost/cost';
import { ArtifactBucket } from '../../../src/constructs/infrastructure/artifact-bucket';
import { Cloud } from '../../../src/constructs/infrastructure/cloud';
import { Cluster } from '../../../src/constructs/infrastructure/cluster';
import { GpuNodePool } from '../../../src/constructs/infrastructure/gpu-node-pool';
import { Dataset } from '../../../src/constructs/kinds/dataset';
import { Loader } from '../../../src/constructs/kinds/loader';
import { Model } from '../../../src/constructs/kinds/model';
import { ModelSource } from '../../../src/constructs/kinds/model-source';
import { Server } from '../../../src/constructs/kinds/server';
import { Workspace } from '../../../src/constructs/kinds/workspace';
import { Gpu } from '../../../src/constructs/platform/gpu';
import { Platform } from '../../../src/constructs/platform/platform';
import { infracostProblems } from '../../schemas/infracost';

const CLOUD = Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' });
const HEADER = 'cloud,region,machine,gpu,gpus,on_demand_usd_hour,spot_usd_hour,source,date';

interface Program {
  readonly kubernetes: App;
  readonly terraform: TerraformApp;
  readonly stack: TerraformStack;
  readonly pools: TerraformStack;
  readonly team: Workspace;
}

/** Two stacks, of which one has the cluster and the other its GPUs; and a third that has nothing to do with it. */
function program(): Program {
  const terraform = new TerraformApp();
  const stack = new TerraformStack(terraform, 'cluster');
  const pools = new TerraformStack(terraform, 'pools');
  const cluster = new Cluster(stack, 'ml', { cloud: CLOUD });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new GpuNodePool(pools, 'l4', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 4 });
  cluster.addWorkspace('team-a');
  const other = new Cluster(new TerraformStack(terraform, 'other'), 'other', { cloud: CLOUD });
  new ArtifactBucket(other, 'artifacts', { cluster: other });
  const kubernetes = new App();
  const team = new Workspace(kubernetes, 'team-a', { platform: cluster.platform });
  const model = new Model(team, 'qwen', {
    loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }),
  });
  new Server(team, 'chat', { model, resources: { gpu: Gpu.NVIDIA_L4 } });
  return { kubernetes, terraform, stack, pools, team };
}

/** A workspace on a platform that is described by hand. */
function workspace(): Workspace {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme', region: 'us-central1' });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
  platform.addWorkspace('team-a');
  return new Workspace(Testing.app(), 'team-a', { platform });
}

const stacksOf = (cost: Cost): string[] => (cost.toJson() as { stacks: { name: string }[] }).stacks.map(({ name }) => name);
const resourcesOf = (cost: Cost): string[] => cost.running.map(({ resource }) => resource.replace(/-[0-9a-z]{8}$/, ''));

describe('the cost of', () => {
  test('an App has that of the stacks that its clusters are made of', () => {
    const { kubernetes, team } = program();
    for (const cost of [Cost.of(kubernetes), Cost.of(team)]) {
      expect(stacksOf(cost)).toEqual(['cluster', 'pools']);
      expect(resourcesOf(cost)).toEqual(['Model team-a/qwen', 'Server team-a/chat']);
      expect(cost.standing.map(({ description }) => description)).toEqual(expect.arrayContaining(['control plane ml', 'nodes system', 'nodes l4']));
    }
  });

  test('a stack has what runs on its cluster', () => {
    const { stack, terraform } = program();
    expect([stacksOf(Cost.of(stack)), resourcesOf(Cost.of(stack))]).toEqual([['cluster'], ['Model team-a/qwen', 'Server team-a/chat']]);
    expect([stacksOf(Cost.of(terraform)), resourcesOf(Cost.of(terraform))])
      .toEqual([['cluster', 'pools', 'other'], ['Model team-a/qwen', 'Server team-a/chat']]);
  });

  test('a resource alone is that of the resource', () => {
    const { team } = program();
    expect(resourcesOf(Cost.of(team.node.findChild('chat')))).toEqual(['Server team-a/chat']);
  });

  test('what is in no Workspace is known where its platform is given', () => {
    const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme', region: 'us-central1' });
    const chart = new Chart(Testing.app(), 'chart', { namespace: 'team-a' });
    new Dataset(chart, 'data', { image: 'acme/loader' });
    expect(resourcesOf(Cost.of(chart))).toEqual([]);
    expect(resourcesOf(Cost.of(chart, { platform }))).toEqual(['Dataset team-a/data']);
  });

  test('nothing is nothing', () => {
    expect(Cost.of(Testing.app()).toTable()).toBe('Nothing is declared that costs something.\n');
  });
});

test('is the same bytes each time, and changes nothing', () => {
  const { kubernetes } = program();
  const before = kubernetes.synthYaml();
  const [first, second] = [Cost.of(kubernetes), Cost.of(kubernetes)];
  expect(second.toTable()).toBe(first.toTable());
  expect(JSON.stringify(second.toInfracost())).toBe(JSON.stringify(first.toInfracost()));
  expect(kubernetes.synthYaml()).toBe(before);
});

test('is written as Infracost writes it, by the addresses of Terraform', () => {
  const { kubernetes, stack } = program();
  const output = Cost.of(kubernetes).toInfracost() as { projects: { name: string; breakdown: { resources: { name: string }[] } }[] };
  expect(infracostProblems(output)).toEqual([]);
  const { resource } = stack.toTerraform() as { resource: Record<string, Record<string, unknown>> };
  const addresses = Object.entries(resource).flatMap(([type, ids]) => Object.keys(ids).map((id) => `${type}.${id}`));
  expect(output.projects[0]?.breakdown.resources.filter(({ name }) => !addresses.includes(name))).toEqual([]);
});

describe('a run', () => {
  const L4 = { gpu: Gpu.NVIDIA_L4 };

  test('costs as long as it is expected to take', () => {
    const team = workspace();
    new Model(team, 'own', { image: 'acme/trainer', resources: L4, expectedDuration: Duration.hours(2), maxExpectedDuration: Duration.hours(3) });
    expect(Cost.of(team).running).toMatchObject([{ runMin: 2 * 0.7068, runMax: 3 * 0.7068 }]);
    expect(Cost.of(team).toTable()).toMatch(/1\.41 to 2\.12 in 2h to 3h/);
  });

  test('and its expected duration are no part of the recipe', () => {
    const names = [{}, { expectedDuration: Duration.hours(2) }].map((props) => new Dataset(workspace(), 'data', { image: 'acme/loader', ...props }).datasetName);
    expect(names[1]).toBe(names[0]);
  });

  test.each([
    [{ maxExpectedDuration: Duration.hours(1) }, '[team-a/own] maxExpectedDuration is set but expectedDuration is not; set expectedDuration, or both'],
    [{ expectedDuration: Duration.hours(2), maxExpectedDuration: Duration.hours(1) },
      '[team-a/own] maxExpectedDuration is 1h but expectedDuration is 2h; give a maximum that is no less than the minimum'],
    [{ expectedDuration: '2h' as unknown as Duration }, "[team-a/own] expectedDuration is '2h', which is not a Duration; write for example Duration.hours(2)"],
  ])('cannot be expected to take %j', (props, message) => {
    expect(() => new Model(workspace(), 'own', { image: 'acme/trainer', ...props })).toThrow(message);
  });

  test('of files that are there already has no duration', () => {
    expect(() => new Model(workspace(), 'own', { source: ModelSource.bucket('gs://acme/own'), expectedDuration: Duration.hours(1) }))
      .toThrow('source is set and expectedDuration too, but nothing runs');
  });
});

describe('what is given', () => {
  const costWith = (options: CostOptions) => () => Cost.of(workspace(), options);

  test('may be a file of prices', () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'prices-'));
    const team = workspace();
    new Dataset(team, 'data', { image: 'acme/loader', resources: { gpu: Gpu.NVIDIA_L4 } });
    const prices = path.join(directory, 'prices.csv');
    fs.writeFileSync(prices, `${HEADER}\ngcp,us-central1,g2-standard-4,nvidia-l4,1,0.5,,contract 17,2026-11-01\n`);
    expect(Cost.of(team, { prices }).running[0]?.hourlyMin).toBe(0.5);
    fs.writeFileSync(prices, `${HEADER}\ngcp,us-central1,g2-standard-4,nvidia-l4,1,-1,,,\n`);
    expect(() => Cost.of(team, { prices })).toThrow('[team-a] prices.csv:2: on_demand_usd_hour is -1, which is negative; '
      + 'give US dollars an hour, 0 or more, for example 0.7068, or leave it empty if it is not known');
  });

  test.each([
    [{ price: 'x' } as CostOptions, '[team-a] Cost.of has no prop price; did you mean prices?'],
    [{ assumptions: { bucketGb: 'much' as unknown as number } }, "[team-a] assumption bucketGb is 'much'; give a number, 0 or more, for example 500"],
    [{ prices: '/nowhere/prices.csv' }, "[team-a] prices is '/nowhere/prices.csv', which cannot be read (ENOENT); give the path of a price file"],
  ])('is refused where it is not as it must be: %j', (options, message) => {
    expect(costWith(options)).toThrow(message);
  });

  test('must be a construct', () => {
    expect(() => Cost.of({} as App)).toThrow('Cost.of got {}; give the App, a Workspace, a stack, or another construct');
  });
});
