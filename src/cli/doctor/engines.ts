/** Whether the engines of others in a cluster go together, with each other, with its Kubernetes and with what this library writes. Pure. */
import { isAtLeast } from '../../api/platform';
import type { PlatformSpec } from '../../api/platform';
import { ENGINE_CHARTS } from '../../catalog/engine-charts';
import { definitionsLine, installLine } from '../../catalog/engine-install';
import { ENGINE_PAIRS, ENGINE_PROGRAMS } from '../../catalog/engine-programs';
import type { EnginePair, EngineProgram } from '../../catalog/engine-programs';
import type { Check } from './check';
import type { LiveKind, LiveProgram } from './engine-facts';
import type { ClusterFacts } from './facts';

const OUR_METRICS = 'keda-operator-metrics-apiserver';

/** Of those that are there, and of those that the platform says there are. */
export function checkEngines(facts: ClusterFacts, platform: PlatformSpec | undefined): Check[] {
  const { programs } = facts.engines;
  const declared = ENGINE_PROGRAMS.filter((engine) => platform && isSaid(engine, platform));
  if (programs === undefined) {
    return declared.map(({ name }) => ({ name, state: 'unknown', message: 'you may not read the Deployments of all namespaces' }));
  }
  const checks = ENGINE_PROGRAMS.flatMap((engine) => {
    const live = find(programs, engine);
    if (live) return [engineCheck(engine, live, facts)];
    return declared.includes(engine) ? [absent(engine)] : [];
  });
  return [...checks, ...metricsChecks(facts, platform)];
}

/** What the values of a chart are, which are not the same in every cluster. */
const OF_CLUSTER: Readonly<Record<string, string>> = {
  envoyGateway: 'the values that your gateway needs', nodeProvisioning: 'the name of the cluster and its queue',
};

function isSaid({ field, provisioning }: EngineProgram, platform: PlatformSpec): boolean {
  return field in platform && (provisioning === undefined || platform.nodeProvisioning?.kind === provisioning);
}

function absent({ name, chart, install, field }: EngineProgram): Check {
  const { title } = ENGINE_CHARTS[chart];
  const message = `${title} is not installed, and the platform says that it is`;
  const needed = OF_CLUSTER[field];
  if (needed === undefined) return { name, state: 'missing', message, remedy: installLine(...install) };
  return { name, state: 'missing', message: `${message}; ClusterAddons installs it with ${needed}` };
}

function engineCheck(engine: EngineProgram, live: LiveProgram, facts: ClusterFacts): Check {
  const { name, chart } = engine;
  const { title } = ENGINE_CHARTS[chart];
  const version = versionOf(live, engine);
  const where = `${live.namespace}/${live.name}`;
  if (version === undefined) {
    return { name, state: 'unknown', message: `${title} in ${where} does not tell its version: image ${imageOf(live, engine)}` };
  }
  const problem = versionProblem(engine, version, facts);
  if (problem) return { name, state: 'missing', message: `${title} ${version} in ${where} ${problem.words}`, ...(problem.remedy !== undefined && { remedy: problem.remedy }) };
  if (live.available === 0) return { name, state: 'missing', message: `no replica of ${title} ${version} in ${where} is available`, remedy: whyLine(live) };
  const tested = withoutV(ENGINE_CHARTS[chart].version);
  if (isNewer(minorOf(version), minorOf(tested))) {
    return { name, state: 'warning', message: `${title} ${version} in ${where} is newer than ${tested}, with which this library is tested` };
  }
  return { name, state: 'ok', message: `${title} ${version} in ${where}` };
}

interface Problem {
  readonly words: string;
  readonly remedy?: string;
}

function versionProblem(engine: EngineProgram, version: string, facts: ClusterFacts): Problem | undefined {
  const { from, below, chart, install, kubernetes } = engine;
  const { kubernetesVersion } = facts;
  const remedy = upgradeLine(install);
  if (isNewer(from, version)) return { words: `is older than ${from}, the oldest that goes with this library`, remedy };
  if (below !== undefined && !isNewer(below, version)) {
    return { words: `is newer than this library knows, which writes the objects of ${withoutV(ENGINE_CHARTS[chart].version)}; before 1.0 they may change`, remedy };
  }
  if (kubernetes !== undefined && kubernetesVersion !== undefined && !isAtLeast({ kubernetesVersion }, kubernetes)) {
    return { words: `needs Kubernetes ${kubernetes} or newer, and the cluster has ${kubernetesVersion}; upgrade the cluster` };
  }
  return pairProblem(engine, version, facts) ?? servedProblem(engine, facts.engines.kinds);
}

/** The newest row that holds says what it needs. */
function pairProblem({ name }: EngineProgram, version: string, facts: ClusterFacts): Problem | undefined {
  const pair = ENGINE_PAIRS.filter(({ engine, from }) => engine === name && !isNewer(from, version)).at(-1);
  const other = pair && otherOf(pair, facts);
  if (!pair || other?.version === undefined || !isNewer(pair.atLeast, other.version)) return undefined;
  return { words: `needs ${other.title} ${pair.atLeast} or newer, and the cluster has ${other.version}`, remedy: other.remedy };
}

interface Other {
  readonly title: string;
  readonly version?: string;
  /** What brings it up to date. */
  readonly remedy: string;
}

function otherOf({ needs }: EnginePair, { engines }: ClusterFacts): Other | undefined {
  const { kinds = [], programs = [] } = engines;
  if (needs === 'gateway-api') {
    const version = kinds.find(({ name }) => name === 'gateways.gateway.networking.k8s.io')?.bundle;
    return { title: 'the definitions of the Gateway API', version, remedy: definitionsLine(ENGINE_CHARTS.envoyGateway) };
  }
  const engine = ENGINE_PROGRAMS.find(({ name }) => name === needs);
  const live = engine && find(programs, engine);
  if (!engine || !live) return undefined;
  return { title: ENGINE_CHARTS[engine.chart].title, version: versionOf(live, engine), remedy: upgradeLine(engine.install) };
}

function servedProblem({ served, install }: EngineProgram, kinds: readonly LiveKind[] | undefined): Problem | undefined {
  if (kinds === undefined) return undefined;
  const remedy = upgradeLine(install);
  for (const [name, version] of Object.entries(served)) {
    const there = kinds.find((kind) => kind.name === name);
    if (!there) return { words: `has no definition ${name}`, remedy };
    if (!there.versions.includes(version)) return { words: `has ${name} as ${there.versions.join(', ')} alone, and this library writes ${version}`, remedy };
  }
  return undefined;
}

/** One in a cluster can serve the external metrics, by which KEDA scales. */
function metricsChecks({ engines: { externalMetrics, programs = [] } }: ClusterFacts, platform: PlatformSpec | undefined): Check[] {
  const name = 'external-metrics';
  const [keda] = ENGINE_PROGRAMS;
  const isThere = keda !== undefined && find(programs, keda) !== undefined;
  if (!isThere && platform?.keda === undefined) return [];
  if (!externalMetrics) return isThere ? [{ name, state: 'missing', message: 'nobody serves v1beta1.external.metrics.k8s.io, by which KEDA scales', remedy: installLine('keda') }] : [];
  const { service, available } = externalMetrics;
  const remedy = 'kubectl describe apiservice v1beta1.external.metrics.k8s.io';
  if (!service.endsWith(`/${OUR_METRICS}`)) {
    return [{ name, state: 'missing', message: `v1beta1.external.metrics.k8s.io is served by ${service}, and one in a cluster can: KEDA scales nothing; take the external metrics from the other`, remedy }];
  }
  if (available) return [{ name, state: 'ok', message: `served by ${service}` }];
  return [{ name, state: 'missing', message: `v1beta1.external.metrics.k8s.io of ${service} is not available, so that nothing scales above one replica`, remedy }];
}

function whyLine({ namespace, name }: LiveProgram): string {
  return `kubectl describe pods -n ${namespace} && kubectl logs -n ${namespace} deployment/${name} --tail 20`;
}

/** Its values stay those that it was installed with. */
function upgradeLine(charts: EngineProgram['install']): string {
  return charts.map((chart) => `${installLine(chart)} --reuse-values`).join(' && ');
}

/** By its image, wherever that is copied to, or by the name that its chart gives it. */
function find(programs: readonly LiveProgram[], engine: EngineProgram): LiveProgram | undefined {
  return programs.find((program) => isImageOf(program, engine)) ?? programs.find(({ name }) => name === engine.deployment);
}

function isImageOf(program: LiveProgram, engine: EngineProgram): boolean {
  return program.images.some((image) => endsWith(image, engine));
}

function endsWith(image: string, engine: EngineProgram): boolean {
  return new RegExp(`(^|/)${engine.image}(?=[:@]|$)`).test(image);
}

function imageOf({ images }: LiveProgram, engine: EngineProgram): string {
  return images.find((image) => endsWith(image, engine)) ?? images[0] ?? '';
}

function versionOf(live: LiveProgram, engine: EngineProgram): string | undefined {
  const image = imageOf(live, engine);
  const [, tag] = /:v?(\d+\.\d+\.\d+)[^/]*$/.exec(image) ?? [];
  return tag ?? /^v?(\d+\.\d+\.\d+)/.exec(live.version ?? '')?.[1];
}

/** Whether `a` is newer than `b`. */
function isNewer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const at = left?.findIndex((part, index) => part !== (right?.[index] ?? 0)) ?? -1;
  return at >= 0 && (left?.[at] ?? 0) > (right?.[at] ?? 0);
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function withoutV(version: string): string {
  return version.replace(/^v/, '');
}
