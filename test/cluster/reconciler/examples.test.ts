/** What is applied is what the preview says, for every example on every cloud. */
import { Testing } from 'cdk8s';
import type { ExampleCloud } from '../../../examples/platforms';
import { declared } from '../../../scripts/examples';
import type { Example } from '../../../scripts/examples';
import { buildHomes } from '../../../src/api/platform';
import type { PlatformSpec } from '../../../src/api/platform';
import { RECONCILER } from '../../../src/api/reconciler';
import { API_VERSION } from '../../../src/api/resource';
import type { Status } from '../../../src/api/status';
import { buildRole, clusterRole, ownRole, workspaceRole } from '../../../src/constructs/reconciler/reconciler-roles';
import type { RoleObject } from '../../../src/constructs/reconciler/reconciler-roles';
import { childTypes } from '../../../src/expand';
import type { KubeObject, ObjectType } from '../../../src/expand';
import { CASES, reconciled, synthesize } from '../../examples/synthesized';
import { isDefined } from '../../schemas/definitions';
import { ApiError } from '../api-error';
import { referenceTo } from '../client';
import type { Cluster } from '../cluster';
import { assertConverged } from '../converged';
import { describeOnCluster } from '../describe';
import { objectPath } from '../paths';
import { ReconcilerProgram } from '../program';
import type { WriteCounts } from '../program';
import { until } from '../until';
import { applyDefinitions } from './definitions';
import type { ForeignKind } from './definitions';
import { gpuNodes } from './gpu-nodes';
import { applied, previewed } from './plain';
import { keyOf, Recorder } from './recorder';

const TOGETHER = 6;
/** Of a case, with all before it in its lane, on a machine that has much else to do. */
const SECONDS = 600;

/** Of what is validated only. */
const NAMESPACES = ['substratus', 'minio', 'assistant', 'model-gateway', 'envoy-gateway-system', 'monitoring', 'flux-system'];

/** An example, in namespaces that it has for itself. */
interface Case {
  readonly name: string;
  readonly namespaces: readonly string[];
  /** Those in which they build. */
  readonly buildNamespaces: readonly string[];
  readonly platform: PlatformSpec;
  readonly objects: readonly KubeObject[];
  readonly preview: readonly KubeObject[];
}

interface Result {
  readonly refused: readonly string[];
  readonly unsettled: readonly string[];
  readonly writes: WriteCounts;
  readonly applied: Readonly<Record<string, unknown>>;
  readonly previewed: Readonly<Record<string, unknown>>;
}

/** Namespaces that more than one example has. */
const SHARED = ['team-a', 'support', 'research'];

/** Those of other projects that are written or made. */
function foreignKinds(cases: readonly Case[]): ForeignKind[] {
  const foreign = cases.flatMap(({ objects, preview }) => [...objects, ...preview]).filter(isDefined);
  return [...new Map(foreign.map(({ apiVersion = '', kind = '' }) => [`${apiVersion}/${kind}`, { apiVersion, kind }])).values()];
}

/** Those of all that reconcilers make. */
function typesOf(cases: readonly Case[]): ObjectType[] {
  return [...new Map(cases.flatMap(({ platform }) => childTypes(platform)).map((type) => [type.kind, type])).values()];
}

/** The case has its own namespaces. What a preview of them says is what expansion makes of them: test/examples/parity.ts. */
function caseOf([name, example, cloud]: readonly [string, Example, ExampleCloud], index: number): Case {
  const ours = (text: string) => SHARED.reduce((all, namespace) => renamed(all, { namespace, index }), text);
  const own = <T>(value: T) => JSON.parse(ours(JSON.stringify(value))) as T;
  const platform = own(synthesize(example, cloud).platform);
  const objects = own(declared(example, cloud).charts.flatMap((chart) => Testing.synth(chart) as KubeObject[]));
  const namespaces = platform.workspaces?.map(({ namespace }) => namespace) ?? [];
  const buildNamespaces = [...buildHomes(platform).keys()];
  return { name, namespaces, buildNamespaces, platform, objects, preview: reconciled(objects, platform) };
}

function renamed(text: string, { namespace, index }: { readonly namespace: string; readonly index: number }): string {
  const other = `${namespace.slice(0, -2)}${String(index).padStart(2, '0')}`;
  return text.replace(new RegExp(`\\b${namespace}\\b`, 'g'), other);
}

describeOnCluster('the examples, on a real API server', { nodes: [{ name: 'cpu', cpu: '1024', memory: '8Ti', ephemeralStorage: '40Ti', pods: '1000' }] }, (cluster) => {
  const cases = CASES.map(caseOf);
  const results = new Map<string, Promise<Result>>();
  let recorder: Recorder | undefined;

  beforeAll(async () => {
    await applyDefinitions(cluster(), foreignKinds(cases));
    /* What is in them is validated only; so are its own Namespaces. */
    for (const name of NAMESPACES) await cluster().client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const nodes = new Map(cases.flatMap(({ platform }) => gpuNodes(platform)).map((node) => [node.name, node]));
    await Promise.all([...nodes.values()].map((node) => cluster().createNode(node)));
    recorder = new Recorder(cluster().client, typesOf(cases));
    const recording = recorder;
    const lanes: Promise<unknown>[] = Array.from({ length: TOGETHER }, () => Promise.resolve());
    cases.forEach((each, index) => {
      const result = (lanes[index % TOGETHER] as Promise<unknown>).then(() => runCase(cluster(), { each, recorder: recording }));
      results.set(each.name, result);
      lanes[index % TOGETHER] = result.catch(() => undefined);
    });
  });

  afterAll(() => recorder?.stop());

  test.each(cases.map(({ name }) => name))('%s: every manifest is accepted, what is applied is what was previewed, and nothing is written again', async (name) => {
    const result = await results.get(name);
    expect(result?.refused).toEqual([]);
    expect(result?.unsettled).toEqual([]);
    expect(result?.applied).toEqual(result?.previewed);
    expect(result?.writes).toEqual({ POST: 0, PATCH: 0, PUT: 0, DELETE: 0 });
  }, SECONDS * 1000);
});

async function runCase(cluster: Cluster, { each, recorder }: { readonly each: Case; readonly recorder: Recorder }): Promise<Result> {
  const { platform, namespaces, objects, preview } = each;
  const all = [...namespaces, ...each.buildNamespaces];
  for (const name of all) await cluster.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const refused = await applyAll(cluster, { objects, namespaces: all });
  const { kubeconfig, namespace } = await withRights(cluster, each);
  const env = { WATCH_NAMESPACES: namespaces.join(), POD_NAMESPACE: namespace };
  const program = await ReconcilerProgram.start(cluster, { platform, name: namespaces[0], kubeconfig, env });
  try {
    const resources = objects.filter(({ apiVersion }) => apiVersion === API_VERSION);
    const unsettled = await untilSettled(cluster, resources);
    if (unsettled.length === 0) await assertConverged(cluster, { platform, namespaces: all, seconds: SECONDS / 4 });
    return {
      refused, unsettled,
      writes: await writesOfRestart(program, resources.length),
      applied: Object.fromEntries([...recorder.in(all)].map(([key, live]) => [key, applied(live)])),
      previewed: Object.fromEntries(preview.map((object) => [keyOf(object), previewed(object)])),
    };
  } finally {
    await program.stop();
  }
}

interface Rights {
  readonly kubeconfig: string;
  /** Of the reconciler. */
  readonly namespace: string;
}

/** A19: the reconciler has the rights that its construct writes for these workspaces, and no others. */
async function withRights(cluster: Cluster, { platform, namespaces, buildNamespaces }: Case): Promise<Rights> {
  const account = { namespace: `reconciler-of-${namespaces[0]}`, name: RECONCILER };
  const roles = [
    ...ownRole(account.namespace),
    ...clusterRole(platform, account.namespace, { namespaces }).map((role) => unlikeOthers(role, account.namespace)),
    ...namespaces.flatMap((namespace) => workspaceRole(platform, account.namespace, namespace)),
    ...buildNamespaces.flatMap((namespace) => buildRole(platform, account.namespace, namespace)),
  ];
  await cluster.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: account.namespace } });
  await cluster.client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
  for (const role of roles) await cluster.client.apply(role as KubeObject);
  return { kubeconfig: await cluster.kubeconfigOf(account), namespace: account.namespace };
}

/** Each case has a reconciler, which a cluster has one of. */
function unlikeOthers(role: RoleObject, name: string): RoleObject {
  const named = { ...role, metadata: { ...role.metadata, name } };
  return 'roleRef' in named ? { ...named, roleRef: { ...named.roleRef, name } } as RoleObject : named;
}

/** How much is written when all resources are looked at again, by who has no memory of them. */
async function writesOfRestart(program: ReconcilerProgram, resources: number): Promise<WriteCounts> {
  await program.stop();
  await program.start();
  await until('all resources are looked at', async () => await program.metric('controller_runtime_reconcile_total') >= resources, { seconds: SECONDS / 4 });
  return program.writes();
}

interface Applying {
  readonly objects: readonly KubeObject[];
  readonly namespaces: readonly string[];
}

/** Says what was not accepted. What is for the whole cluster, such as a device plugin, is validated only: other examples are there. */
async function applyAll({ client }: Cluster, { objects, namespaces }: Applying): Promise<string[]> {
  const refused: string[] = [];
  for (const object of objects) {
    const { kind = '', metadata: { name = '', namespace = '' } = {} } = object;
    const isOwn = namespaces.includes(kind === 'Namespace' ? name : namespace) || kind === 'PersistentVolume';
    const query = `fieldManager=test&force=true&fieldValidation=Strict${isOwn ? '' : '&dryRun=All'}`;
    await client.request('PATCH', `${objectPath(referenceTo(object))}?${query}`, { body: object, contentType: 'application/apply-patch+yaml' })
      .catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        refused.push(`${keyOf(object)}: ${error.message}`);
      });
  }
  return refused;
}

/** Waits until all are Ready, or suspended; names those that are not. */
async function untilSettled({ client }: Cluster, resources: readonly KubeObject[]): Promise<string[]> {
  let unsettled: string[] = [];
  await until('everything is Ready', async () => {
    const states = await Promise.all(resources.map(async (resource) => {
      const { status } = await client.get<KubeObject & { status?: Status }>(referenceTo(resource));
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.status === 'True' || ready?.reason === 'Suspended' ? [] : [`${keyOf(resource)}: ${ready?.reason} ${ready?.message}`];
    }));
    unsettled = states.flat();
    return unsettled.length === 0;
  }, { seconds: SECONDS / 2, everyMs: 500 }).catch(() => undefined);
  return unsettled;
}
