/** Whatever the CRDs let through: the reconciler does not fall over, and says what to change. */
import { recipeDigest } from '../../../src/api/digest';
import type { ArtifactResource, Kind, Resource } from '../../../src/api/resource';
import { API_VERSION, KINDS } from '../../../src/api/resource';
import { REASONS } from '../../../src/api/status';
import { CLOUDS, platformOf } from '../../expand/fixtures';
import { World } from '../world';

const SPECS = 10_000;
/** One in so many is not only looked at, but lives on: its Jobs end one way or another, it is annotated, its children vanish. */
const LIVES = 40;

/** Mulberry32: the same numbers at every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Any {
  constructor(public readonly random: () => number) {}

  public one<T>(...values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }

  /** The value, or nothing, one time in `in`. */
  public maybe<T>(value: () => T, times = 3): T | undefined {
    return this.random() * times < 1 ? value() : undefined;
  }

  public text(): string {
    return this.one('', 'a', 'x y', '$(PATH)', '${{ secrets.s.k }}', '${{ secrets }}', '${{ secrets.a.b }} ${{ secrets.c.d }}', 'ü', '-', 'A'.repeat(300), '0', 'true');
  }

  public map(value: () => unknown): Record<string, unknown> {
    const keys = ['a', 'A', 'a-b', 'a.b', '1', '', 'name', 'NOTEBOOK_TOKEN', 'JUPYTER_TOKEN', '__proto__', 'constructor', 'x'.repeat(64)];
    return Object.fromEntries(keys.filter(() => this.random() < 0.15).map((key) => [key, value()]));
  }

  public name(): string {
    return this.one('opt', 'a', '1a', 'a.b', 'x'.repeat(63), 'x'.repeat(64), 'y'.repeat(253), 'kubernetes', 'lab');
  }

  public quantity(): unknown {
    return this.one<unknown>(0, 1, 64, '500m', '1.5', '2e3', '10Gi', '3', '.5', '1000000000Ti');
  }

  public spec(kind: Kind): Record<string, unknown> {
    const isArtifact = kind === 'Model' || kind === 'Dataset';
    return {
      image: this.maybe(() => this.one('a/b:1', '', 'not an image', 'x'.repeat(2048)), 1.3),
      build: this.maybe(() => this.one<unknown>({}, { git: { url: 'https://e.com/r' } }, { git: { url: '', tag: 'a', branch: 'b', path: '..' } }, { upload: { md5Checksum: 'a'.repeat(32), requestID: '1' } }), 6),
      command: this.maybe(() => [this.text()]),
      args: this.maybe(() => [this.text(), this.text()]),
      env: this.maybe(() => this.map(() => this.text())),
      params: this.maybe(() => this.map(() => this.one<unknown>(1, -1, 'x', '', '0.5'))),
      resources: this.maybe(() => this.resources(), 2),
      suspend: this.maybe(() => this.random() < 0.5, 5),
      imagePullSecrets: this.maybe(() => [{ name: 'pull' }]),
      pod: this.maybe(() => this.pod(), 4),
      podSecurity: this.maybe(() => this.one('baseline', 'restricted')),
      ...(kind !== 'Dataset' && { access: this.maybe(() => this.one('stream', 'download')), model: this.maybe(() => this.reference(), 1.5) }),
      ...((kind === 'Model' || kind === 'Notebook') && { dataset: this.maybe(() => this.reference()) }),
      ...(isArtifact && {
        retries: this.maybe(() => this.one(0, 1, 2 ** 31 - 1)),
        timeout: this.maybe(() => this.one('1h', '30m', '0s', '1h30m', '99999h')),
        staging: this.maybe(() => ({ size: this.maybe(() => this.quantity()), storageClassName: this.maybe(() => 'fast') })),
        sharing: this.maybe(() => ({ namespaces: this.one<string[]>([], ['*'], ['team-b']) })),
        deletionPolicy: this.maybe(() => this.one('Retain', 'Delete')),
      }),
      ...(kind === 'Server' && {
        replicas: this.maybe(() => this.one(0, 1, 2, 1000)),
        scaling: this.maybe(() => 'external'),
        port: this.maybe(() => this.one(1, 8080, 65535)),
        readinessPath: this.maybe(() => this.one('/', '/health')),
        startupTimeout: this.maybe(() => this.one('30m', '0s', '1s')),
        surge: this.maybe(() => this.random() < 0.5),
      }),
      ...(kind === 'Notebook' && {
        storage: this.maybe(() => ({ size: this.quantity() })),
        idleTimeout: this.maybe(() => this.one('1h', '0s')),
      }),
    };
  }

  public cluster(): World {
    const cloud = this.one(...CLOUDS);
    const cluster = new World(platformOf(cloud, {
      gpuPools: this.one(undefined, [], [{ name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, capacity: 'spot' as const }]),
      registry: this.one(undefined, { url: 'r.example.com/acme' }),
      kubernetesVersion: this.one(undefined, '1.27', '1.33'),
    }));
    cluster.rollOnUpgrade = this.random() < 0.3;
    cluster.idle = this.one(undefined, { seconds: 99999, at: '2026-01-01T00:00:00Z' }, { unknown: 'no answer' });
    return cluster;
  }

  private reference(): unknown {
    return { name: this.one('opt', 'lab', 'a', '', 'none'), namespace: this.maybe(() => this.one('team-a', 'team-b', 'shared'), 5) };
  }

  private resources(): unknown {
    return {
      cpu: this.maybe(() => this.quantity()),
      memory: this.maybe(() => this.quantity()),
      disk: this.maybe(() => this.quantity()),
      gpu: this.maybe(() => ({ type: this.maybe(() => this.one('nvidia-l4', 'nvidia-h100', 'nvidia-x', '', 'amd-mi300x'), 1.3), count: this.maybe(() => this.one(0, 1, 8, 1000), 1.5) }), 2),
      capacity: this.maybe(() => this.one('on-demand', 'spot', 'spot-first')),
    };
  }

  private pod(): unknown {
    return {
      labels: this.maybe(() => this.map(() => this.text())),
      annotations: this.maybe(() => this.map(() => this.text())),
      nodeSelector: this.maybe(() => this.map(() => this.text())),
      tolerations: this.maybe(() => [{ operator: 'Exists' }]),
      volumes: this.maybe(() => [this.one<unknown>({ name: 'v', emptyDir: {} }, { name: 'params', emptyDir: {} }, { name: 'h', hostPath: { path: '/' } }, {})]),
      volumeMounts: this.maybe(() => [this.one<unknown>({ name: 'v', mountPath: '/x' }, { name: 'v', mountPath: '/content' }, { name: 'none', mountPath: '/y' })]),
      affinity: this.maybe(() => ({ nodeAffinity: {} })),
      securityContext: this.maybe(() => this.one<unknown>({ runAsUser: 0 }, { sysctls: [] }, { seccompProfile: { type: 'Unconfined' } })),
      priorityClassName: this.maybe(() => this.text()),
    };
  }
}

function publishedModel(cluster: World): void {
  const resource: ArtifactResource = { apiVersion: API_VERSION, kind: 'Model', metadata: { name: 'opt', namespace: 'team-a' }, spec: { image: 'a/b:1' } };
  cluster.add(resource);
  cluster.change(resource, { status: { ready: true, artifact: { recipeDigest: recipeDigest(resource), url: 'gs://acme/x' } } });
}

/** Lets things happen to a resource, as they do. */
function live(cluster: World, resource: Resource, any: Any): void {
  for (let step = 0; step < 4; step += 1) {
    cluster.settle();
    const running = cluster.children(resource).filter(({ job }) => job && job.outcome === undefined && !job.suspended);
    for (const { role = '' } of running.slice(0, 1)) {
      cluster.end(resource, role, {
        exitCode: any.one(0, 0, 0, 1),
        message: any.one('{"published":false}', '{"published":true,"contentDigest":"sha256:a","bytes":1,"files":1}', '{"published":"x"}', 'not json', ''),
        podless: any.random() < 0.1,
      });
    }
    if (cluster.children(resource).some(({ kind }) => kind === 'Deployment') && any.random() < 0.5) cluster.rollOut(resource);
    if (any.random() < 0.2) {
      const resume = any.one('x', '2027-01-01T00:00:00Z');
      cluster.change(resource, { annotations: { 'substratus.ai/retry': String(step), 'substratus.ai/resume': resume } });
    }
    if (any.random() < 0.1) cluster.forgetPods(resource);
    if (any.random() < 0.1) for (const child of cluster.children(resource)) cluster.remove(child);
  }
  cluster.settle();
}

test(`${SPECS} random specs: each ends in Ready, or in a condition that says what to do`, () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= SPECS; seed += 1) {
    const any = new Any(generator(seed));
    const cluster = any.cluster();
    if (any.random() < 0.7) publishedModel(cluster);
    const kind = any.one(...KINDS);
    const resource = { apiVersion: API_VERSION, kind, metadata: { name: any.name(), namespace: 'team-a' }, spec: any.spec(kind) } as unknown as Resource;
    cluster.add(resource);
    try {
      if (seed % LIVES === 0) live(cluster, resource, any);
      else cluster.look(resource);
      const { status, reason, message } = cluster.ready(resource);
      seen.add(reason);
      expect(REASONS).toContain(reason);
      if (status === 'False') expect(message).not.toBe('');
      const { conditions = [] } = cluster.get(resource).status ?? {};
      expect(conditions.filter(({ type }) => type === 'Ready')).toHaveLength(1);
      expect(conditions.every((condition) => condition.status !== 'False' || !['Reconciling', 'Stalled'].includes(condition.type))).toBe(true);
    } catch (error) {
      throw new Error(`seed ${seed}, ${kind} ${JSON.stringify(resource.spec).slice(0, 1000)}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  expect([...seen]).not.toContain('ReconcilerError'); // A21: what someone may write is no mistake of the program
  for (const reason of ['Published', 'Starting', 'Suspended', 'InvalidSpec', 'ModelNotFound', 'ReferenceNotPermitted', 'CheckFailed']) {
    expect([...seen]).toContain(reason);
  }
}, 300_000);
