/**
 * The proof of docs/adding-a-cloud.md: a cloud of its own folder, test-cloud, that no file of src knows. It gets its two rows and its
 * factory here, and goes all the way from a Cluster to what runs.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, Testing, TerraformStack } from 'cdktf';
import {
  ArtifactBucket, Cloud, Cluster, ClusterAddons, Gpu, GpuNodePool, ImageRegistry, Model, Preview, Server, Workspace,
} from '../../src';
import { CLOUDS } from '../../src/clouds/pods';
import { SIDES } from '../../src/clouds/terraform';
import type { KubeObject } from '../../src/expand';
import { messageOf, objectsOf, temporary } from '../constructs/fixtures';
import { schemaErrors } from '../schemas/validate';
import { clusterAddons } from './test-cloud/addons';
import { nimbusCloud } from './test-cloud/pods';
import { cloudInfrastructure } from './test-cloud/terraform';
import type { NimbusLocation } from './test-cloud/terraform';

/* The row in src/clouds/pods.ts, and the one in src/clouds/terraform.ts. */
Object.assign(CLOUDS, { nimbus: nimbusCloud });
Object.assign(SIDES, { nimbus: { provider: '@acme/provider-nimbus', load: () => cloudInfrastructure, addons: clusterAddons } });

/** The factory `Cloud.nimbus`. */
function nimbus(location: NimbusLocation): Cloud {
  return Cloud._of('nimbus' as 'gcp', location as never);
}

function declared() {
  const stack = new TerraformStack(new TerraformApp({ outdir: join(temporary(), 'cdktf.out') }), 'cloud');
  const cluster = new Cluster(stack, 'ml', { cloud: nimbus({ tenant: 'acme' }) });
  new GpuNodePool(stack, 'l4', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 4 });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new ImageRegistry(stack, 'images', { cluster });
  cluster.addWorkspace('team-a');
  return { stack, cluster };
}

function team({ cluster: { platform } }: ReturnType<typeof declared>): { readonly app: App; readonly preview: Preview } {
  const app = new App({ outdir: join(temporary(), 'dist') });
  const workspace = new Workspace(app, 'team-a', { platform });
  const model = new Model(workspace, 'tuned', { image: 'acme/trainer', resources: { gpu: Gpu.NVIDIA_L4 } });
  new Server(workspace, 'chat', { image: 'acme/server', model });
  return { app, preview: Preview.of(app) };
}

interface Stack {
  readonly provider: Record<string, unknown>;
  readonly resource: Record<string, Record<string, Record<string, unknown>>>;
}

function synthesized(stack: TerraformStack): Stack {
  return JSON.parse(Testing.synth(stack, true)) as Stack;
}

const resourcesOf = ({ resource }: Stack, type: string) => Object.values(resource[type] ?? {});

test('the cluster, the cheapest machine, the bucket and the least rights are Terraform of the new cloud', () => {
  const stack = synthesized(declared().stack);
  expect(stack.provider).toEqual({ nimbus: [{ tenant: 'acme' }] });
  expect(resourcesOf(stack, 'nimbus_cluster')[0]).toMatchObject({ name: 'ml', tags: { 'managed-by': 'cdk-substratus' } });
  expect(resourcesOf(stack, 'nimbus_pool')[0]).toMatchObject({ machine_type: 'n.l4', labels: { 'substratus.ai/gpu': 'nvidia-l4' }, max_nodes: 4 });
  const bucket = String(resourcesOf(stack, 'nimbus_bucket')[0]?.name);
  expect(bucket).toMatch(/^ml-artifacts-[0-9a-z]{8}$/);
  expect(resourcesOf(stack, 'nimbus_right').map(({ identity, on, access }) => [identity, on, access])).toEqual([
    ['team-a.artifact-reader', `${bucket}/team-a`, 'read'], ['team-a.artifact-writer', `${bucket}/team-a`, 'write'],
  ]);
});

test('the platform knows what the cloud side has made', () => {
  const { cluster } = declared();
  expect(cluster.platform.toJson()).toEqual({
    cloud: 'nimbus',
    clusterName: 'ml',
    artifacts: { url: expect.stringMatching(/^nimbus:\/\/ml-artifacts-/) as string },
    registry: { url: 'registry.nimbus.example/acme/ml' },
    gpuPools: [{ name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, capacity: 'on-demand', maxNodes: 4, machineType: 'n.l4', diskGiB: 200 }],
    workspaces: [{ namespace: 'team-a' }],
  });
});

test('a workspace has the identities of the new cloud', () => {
  const { app } = team(declared());
  expect(app.synthYaml()).toContain('nimbus.example/identity: team-a.artifact-writer');
});

test('a model is trained on its nodes, published by rclone to its store, and served from its mount', () => {
  const { preview } = team(declared());
  const specOf = (resource: string, step: string) => {
    const child = preview.children.find((each) => each.resource.startsWith(resource) && each.step === step && 'template' in specIn(each.manifest));
    return podOf(child?.manifest as KubeObject);
  };
  expect(specOf('Model', 'run')).toMatchObject({
    nodeSelector: { 'substratus.ai/gpu': 'nvidia-l4' },
    containers: [{ resources: { limits: { 'nvidia.com/gpu': '1' } } }],
  });
  const { containers: [publisher] = [] } = specOf('Model', 'publish');
  expect(publisher?.env).toContainEqual({ name: 'RCLONE_SWIFT_ENV_AUTH', value: 'true' });
  expect(publisher?.env.find(({ name }) => name === 'DESTINATION')?.value).toMatch(/^:swift:ml-artifacts-.+\/team-a\/models\//);
  expect(specOf('Server', 'serve').volumes).toContainEqual(expect.objectContaining({
    csi: { driver: 'store.nimbus.example', readOnly: true, volumeAttributes: { url: expect.stringMatching(/^nimbus:\/\/.+\/files$/) as string } },
  }));
  expect(preview.manifests.flatMap((object) => schemaErrors(object as object, 'current'))).toEqual([]);
});

test('what the new cloud leaves to the user is among the add-ons', () => {
  const { cluster } = declared();
  const chart = new Chart(new App(), 'system');
  new ClusterAddons(chart, 'addons', { platform: cluster.platform });
  expect(objectsOf(chart).map(({ metadata }) => metadata?.name)).toEqual(['nimbus-l4']);
});

describe('fails when', () => {
  const poolError = (props: object): string => messageOf(() => {
    const { stack, cluster } = declared();
    new GpuNodePool(stack, 'more', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 1, ...props });
  });

  test('the new cloud has no such GPU, or not so many on a machine', () => {
    expect(poolError({ gpu: Gpu.NVIDIA_T4 })).toBe('[cloud/more] Nimbus has no machine with nvidia-t4 (16 GiB); '
      + 'use the nearest that it has: nvidia-l4 (24 GiB), nvidia-h100 (80 GiB)');
    expect(poolError({ gpusPerNode: 3 })).toBe('[cloud/more] no machine of Nimbus has 3 nvidia-l4; it has machines with 1');
  });

  test('a prop means nothing to it', () => {
    expect(poolError({ spot: true })).toBe('[cloud/more] spot is true, but Nimbus takes only '
      + 'cluster, gpu, gpusPerNode, machineType, poolName, minNodes, maxNodes, diskGiB; leave it out');
  });

  test('its provider is not installed', () => {
    Object.assign(SIDES, {
      absent: { provider: '@acme/provider-absent', load: () => { throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' }); } },
    });
    const cloud = Cloud._of('absent' as 'gcp', {} as never);
    expect(messageOf(() => new Cluster(new TerraformStack(new TerraformApp(), 'cloud'), 'ml', { cloud })))
      .toBe('[cloud/ml] cloud absent needs packages that are not installed; run npm install cdktf @acme/provider-absent');
  });
});

/** What a cloud costs, looks like and lacks, by its own resources: without a line there it is unknown, and everything else works. */
const TOLD = [
  'api/kubernetes-upgrade.ts', 'catalog/engine-charts.ts', 'catalog/partitions.ts', 'catalog/standing-prices.ts', 'cli/doctor/gpus.ts', 'constructs/serving/gateway/gateway-objects.ts', 'constructs/serving/monitoring.ts', 'cost/estimate.ts', 'cost/resources.ts',
  'cost/stacks/gcp.ts', 'cost/stacks/stack.ts', 'graph/model.ts', 'graph/stacks.ts', 'graph/words.ts',
];
/** Where `local` is the side of this machine. */
const SYNC = /^cli\/(sync\/|commands\/sync)/;

test('outside its folder no file of the library names a cloud but tables, and Cloud and Platform with what their factories take', () => {
  const src = join(__dirname, '../../src');
  const files = fs.readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const names = Object.keys(CLOUDS).filter((name) => name !== 'nimbus').join('|');
  const naming = files
    .filter((file) => !new RegExp(`^clouds/(${names})/`).test(file) && !SYNC.test(file))
    .filter((file) => new RegExp(`['/](${names})['/]`).test(fs.readFileSync(join(src, file), 'utf8')));
  expect(naming.filter((file) => !TOLD.includes(file)).sort()).toEqual([
    'clouds/pods.ts', 'clouds/terraform.ts', 'constructs/infrastructure/cloud.ts',
    'constructs/infrastructure/cluster-network.ts',
    'constructs/infrastructure/local-store.ts', 'constructs/platform/on-premises-store.ts', 'constructs/platform/platform.ts',
  ]);
});

interface PodSpec {
  readonly nodeSelector?: Record<string, string>;
  readonly volumes?: object[];
  readonly containers: { readonly env: { readonly name: string; readonly value?: string }[] }[];
}

function specIn(manifest: unknown): object {
  return (manifest as { readonly spec?: object }).spec ?? {};
}

function podOf(manifest: KubeObject | undefined): PodSpec {
  return (specIn(manifest) as { readonly template: { readonly spec: PodSpec } }).template.spec;
}
