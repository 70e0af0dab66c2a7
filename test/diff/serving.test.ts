import { Duration, Size } from 'cdk8s';
import { Autoscaling, Capacity, ColdStart, Engine, Gpu, Notebook, Routing, Scaling, Server } from '../../src';
import type { ConcurrencyOptions, NotebookProps, Platform, ServerProps, Workspace } from '../../src';
import type { Effect } from '../../src/diff/effect';
import { clusterWith, effectsBetween, imported, linesOf } from './apps';
import type { ClusterOptions } from './apps';

/** Of both sides; the second is by default as the first. */
type Clusters = readonly [ClusterOptions?, ClusterOptions?];

type Props<T> = Partial<Omit<T, 'model'>>;

const GPU = { resources: { gpu: Gpu.NVIDIA_L4 } };

function serving(props: Props<ServerProps>) {
  return (team: Workspace): void => { new Server(team, 'chat', { image: 'acme/server:1', ...props, model: imported(team) } as ServerProps); };
}

function servers(before: Props<ServerProps>, after: Props<ServerProps>, [one, other]: Clusters = []): Effect[] {
  return effectsBetween(clusterWith(serving(before), one), clusterWith(serving(after), other ?? one));
}

function notebook(props: Props<NotebookProps>) {
  return (team: Workspace): void => { new Notebook(team, 'lab', { image: 'acme/lab:1', ...props } as NotebookProps); };
}

function notebooks(before: Props<NotebookProps>, after: Props<NotebookProps>, [one, other]: Clusters = []): Effect[] {
  return effectsBetween(clusterWith(notebook(before), one), clusterWith(notebook(after), other ?? one));
}

type AutoscalingOf = Partial<ConcurrencyOptions>;

const KEDA: Clusters = [{ hasKeda: true }];

function elastic(options: ConcurrencyOptions): Props<ServerProps> {
  return { startupTimeout: Duration.minutes(10), autoscaling: Autoscaling.concurrency(options) };
}

const PRIORITY = { platform: { podDefaults: { priorityClassName: 'high' } } };

describe('a server', () => {
  test.each<[string, Props<ServerProps>, string]>([
    ['by default', GPU, 'rolls with a spare GPU: a new replica takes 1 nvidia-l4 beside the former ones'],
    ['without surge', { ...GPU, surge: false }, 'rolls without a spare GPU, with a gap until the model is loaded'],
    ['without surge, of two replicas', { ...GPU, surge: false, replicas: 2 }, 'rolls without a spare GPU, one replica after the other'],
    ['without a GPU', {}, 'rolls beside the former replicas'],
  ])('rolls to another image, %s', (_, props, words) => {
    const [effect, ...others] = servers(props, { ...props, image: 'acme/server:2' });
    expect(others).toEqual([]);
    expect(effect).toMatchObject({ effect: 'rolls', words, changes: [{ field: 'image', from: 'acme/server:1', to: 'acme/server:2' }] });
  });

  test('rolls for each field that decides its pods: params, environment, port', () => {
    const [effect] = servers({}, { params: { top: 1 }, env: { A: 'b' }, port: 9000 });
    expect(effect).toMatchObject({ effect: 'rolls', changes: [{ field: 'env.A', to: 'b' }, { field: 'params.top', to: 1 }, { field: 'port', to: 9000 }] });
    expect(effect?.notes).toEqual(['its Service chat-server changes: spec.ports.port 8080 → 9000']);
  });

  describe('with adapters', () => {
    const adapted = (adapters: Readonly<Record<string, string>>) => clusterWith((team) => {
      const model = imported(team);
      const made = (name: string, version: string) => imported(team, `${name}-lora`, { params: { name, version } });
      const namedAdapters = Object.fromEntries(Object.entries(adapters).map(([name, version]) => [name, made(name, version)]));
      new Server(team, 'chat', { image: 'acme/server:1', model, namedAdapters });
    });

    test('rolls for one more, once that is Ready', () => {
      const [, rolls] = effectsBetween(adapted({ sql: '1' }), adapted({ sql: '1', support: '1' }));
      expect(rolls).toMatchObject({ effect: 'rolls', changes: [{ field: 'adapters[support]' }] });
      expect(rolls?.notes).toEqual(['it rolls when its inputs are Ready, and the former revision serves until then']);
    });

    test('rolls for one that is made again', () => {
      const [made, rolls] = effectsBetween(adapted({ sql: '1' }), adapted({ sql: '2' }));
      expect([made?.effect, rolls?.effect, rolls?.changes.map(({ field }) => field)]).toEqual(['made-again', 'rolls', ['adapters.model.name']]);
      expect(rolls?.causes).toHaveLength(1);
    });

    test('rolls for one that is taken out', () => {
      const effects = effectsBetween(adapted({ sql: '1', support: '1' }), adapted({ sql: '1' }));
      expect(effects.map(({ effect }) => effect).sort()).toEqual(['deleted', 'rolls']);
      expect(effects.find(({ effect }) => effect === 'rolls')?.changes).toMatchObject([{ field: 'adapters[support]' }]);
    });
  });

  test('that rolls where no pool has room for the spare replica is told so', () => {
    const full = { pools: { l4: { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1, maxNodes: 2 } } };
    const [effect] = servers({ ...GPU, replicas: 2 }, { ...GPU, replicas: 2, image: 'acme/server:2' }, [full]);
    expect(effect?.notes).toEqual([
      'no pool has room for the spare replica (there is room for 2 of them: pool l4 has 2 (maxNodes 2)): the rollout waits; set surge: false, or raise maxNodes',
    ]);
    expect(servers(GPU, { ...GPU, image: 'acme/server:2' }, [full])[0]?.notes).toEqual([]);
  });

  test('from one node to many rolls without a spare replica, and takes so many more GPUs', () => {
    const pools = { l4: { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1, maxNodes: 4 } };
    const many: ClusterOptions = { pools, prepare: (platform) => platform.addLeaderWorkerSet() };
    const [effect, ...others] = servers(GPU, { ...GPU, nodes: 2 }, [many]);
    expect(others).toEqual([]);
    expect(effect).toMatchObject({ effect: 'rolls', words: 'rolls without a spare GPU, with a gap until the model is loaded', changes: [{ field: 'nodes', to: 2 }] });
    const image = { ...GPU, nodes: 2, image: 'acme/server:2' };
    expect(servers({ ...GPU, nodes: 2, surge: true }, { ...image, surge: true }, [many])[0])
      .toMatchObject({ effect: 'rolls', words: 'rolls with spare GPUs: a new replica takes 2 × 1 nvidia-l4 beside the former ones', notes: [] });
    expect(servers({ ...GPU, nodes: 3, surge: true }, { ...image, nodes: 3, surge: true }, [many])[0]?.notes).toEqual([
      'no pool has room for the spare replica (there is room for 1 of them: pool l4 has 1 (maxNodes 4)): the rollout waits; set surge: false, or raise maxNodes',
    ]);
  });

  test('scales, stops and starts again', () => {
    expect(linesOf(servers({}, { replicas: 3 }))).toEqual(['scales: Server team-a/chat scales from 1 to 3 replicas']);
    expect(linesOf(servers({}, { scaling: Scaling.EXTERNAL }))).toEqual(['scales: Server team-a/chat scales by an autoscaler from now on']);
    expect(linesOf(servers({ scaling: Scaling.EXTERNAL }, { replicas: 2 }))).toEqual(['scales: Server team-a/chat scales to 2, and no longer by an autoscaler']);
    expect(linesOf(servers({}, { suspend: true }))).toEqual(['stops: Server team-a/chat stops: no replica runs']);
    expect(linesOf(servers({ ...GPU, suspend: true }, { ...GPU, replicas: 2 })))
      .toEqual(['starts: Server team-a/chat starts again with 2 replicas, each on 1 nvidia-l4']);
  });

  test.each<[string, readonly [AutoscalingOf, AutoscalingOf], string]>([
    ['another range', [{ min: 0, max: 4 }, { min: 1, max: 8 }], 'scales between 1 and 8 replicas, as there is demand'],
    ['another concurrency', [{}, { target: 8 }], 'scales by other rules, and restarts nothing: a replica for each 8 requests in flight'],
    ['another idle time', [{}, { idle: Duration.hours(1) }], 'scales by other rules, and restarts nothing: one that is not needed is kept for 1h'],
    ['another answer while it starts', [{}, { coldStart: ColdStart.RETRY_AFTER }],
      'scales by other rules, and restarts nothing: 503 and Retry-After 30s while it starts'],
    ['several', [{ coldStart: ColdStart.RETRY_AFTER, retryAfter: Duration.minutes(1) }, { target: 1 }],
      'scales by other rules, and restarts nothing: a replica for each 1 requests in flight; requests are held while it starts'],
  ])('that KEDA scales, with %s', (_, [before, after], words) => {
    const keda = { min: 0, max: 4 };
    const [effect, ...others] = servers(elastic({ ...keda, ...before }), elastic({ ...keda, ...after }), KEDA);
    expect(others).toEqual([]);
    expect(effect).toMatchObject({ effect: 'scales', words, notes: [] });
    expect(effect?.changes.every(({ field }) => field.startsWith('autoscaling.'))).toBe(true);
    expect(effect?.changes.length).toBeGreaterThan(0);
  });

  test('that KEDA scales from now on rolls nothing, and its Service leads elsewhere', () => {
    const [effect, ...others] = servers({ startupTimeout: Duration.minutes(10) }, elastic({ min: 0, max: 4 }), KEDA);
    expect(others).toEqual([]);
    expect(effect).toMatchObject({ effect: 'scales', words: 'scales between 0 and 4 replicas, as there is demand' });
    expect(effect?.notes[0]).toContain('its Service chat-server changes: ');
    expect(effect?.notes[0]).toContain('spec.externalName undefined → "keda-add-ons-http-interceptor-proxy.keda.svc.cluster.local"');
    expect(linesOf(servers(elastic({ min: 0, max: 4 }), { startupTimeout: Duration.minutes(10), replicas: 2 }, KEDA))).toEqual(['scales: Server team-a/chat scales to 2, and no longer by an autoscaler']);
  });

  test('that a HorizontalPodAutoscaler scales by another number', () => {
    const hpa = (cpu: number) => ({ autoscaling: Autoscaling.hpa({ max: 4, cpu }) });
    expect(linesOf(servers(hpa(70), hpa(50)))).toEqual(['scales: Server team-a/chat scales by other rules, and restarts nothing: 50 % of the CPU that its pods request']);
  });

  test('that is scaled otherwise and gets another image rolls, and the fields of one are not told of the other', () => {
    const [roll, scale] = servers(elastic({ min: 1, max: 4 }), { ...elastic({ min: 1, max: 8 }), image: 'acme/server:2' }, KEDA);
    expect(roll).toMatchObject({ effect: 'rolls', changes: [{ field: 'image' }] });
    expect(scale).toMatchObject({ effect: 'scales', changes: [{ field: 'autoscaling.max', from: 4, to: 8 }] });
  });

  test('that gets or loses its endpoint picker goes on as it is', () => {
    const vllm = { ...GPU, image: undefined, engine: Engine.vllm(), replicas: 2 };
    const routed = { ...vllm, routing: Routing.PREFIX_AWARE };
    const extended = { prepare: (platform: Platform) => platform.addInferenceExtension({ gatewayNamespaces: ['gateways'] }) };
    const [effect, ...others] = servers(vllm, routed, [extended]);
    expect(others).toEqual([]);
    expect(effect).toMatchObject({
      effect: 'unchanged', words: 'goes on as it is', changes: [{ field: 'routing', to: 'prefixAware' }],
      notes: ['an endpoint picker starts beside it, and a gateway sends each request to the replica that has computed its beginning'],
    });
    expect(servers(routed, vllm, [extended])[0]).toMatchObject({
      effect: 'unchanged', notes: ['its endpoint picker is deleted, and a gateway sends requests to any replica'],
    });
    expect(servers(routed, { ...routed, env: { A: 'b' } }, [extended])[0]).toMatchObject({ effect: 'rolls', changes: [{ field: 'env.A', to: 'b' }] });
  });

  test('that is suspended takes a change when it goes on', () => {
    expect(linesOf(servers({ suspend: true }, { suspend: true, image: 'acme/server:2' }))).toEqual(['unchanged: Server team-a/chat takes the change when it goes on']);
  });

  test('goes on as it is where no field of its pods changes', () => {
    expect(linesOf(servers({}, { surge: false }))).toEqual(['unchanged: Server team-a/chat goes on as it is']);
    expect(servers({}, { metadata: { labels: { team: 'a' } } })).toMatchObject([{ effect: 'unchanged', changes: [{ field: 'metadata.labels.team', to: 'a' }] }]);
  });

  test('moves to the nodes of another GPU, or of another capacity', () => {
    const pools = {
      l4: { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1, maxNodes: 4 }, spot: { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1, maxNodes: 4, spot: true },
      a100: { gpu: Gpu.NVIDIA_A100, gpusPerNode: 1, maxNodes: 4 },
    };
    expect(linesOf(servers(GPU, { resources: { gpu: Gpu.NVIDIA_A100 } }, [{ pools }]))).toEqual([
      'rolls: Server team-a/chat rolls with a spare GPU: a new replica takes 1 nvidia-a100 beside the former ones',
      'moves: Server team-a/chat moves to other nodes: nvidia-l4 (pool l4) → nvidia-a100 (pool a100)',
    ]);
    expect(linesOf(servers(GPU, { resources: { gpu: Gpu.NVIDIA_L4, capacity: Capacity.SPOT } }, [{ pools }]))[1])
      .toBe('moves: Server team-a/chat moves to other nodes: nvidia-l4 (pool l4) → nvidia-l4 (spot pool spot)');
  });

  test('goes on where only the platform has changed, unless the Reconciler has rollOnUpgrade', () => {
    const [effect] = servers({}, {}, [{}, PRIORITY]);
    expect(effect).toMatchObject({ effect: 'waits', words: 'goes on as it is, for only the platform has changed; it rolls with its next change' });
    const rolling = { ...PRIORITY, reconciler: { rollOnUpgrade: true } };
    expect(servers({}, {}, [{}, rolling])).toMatchObject([{ effect: 'rolls' }]);
  });
});

describe('on a pool that becomes another one', () => {
  const pool = (spot: boolean) => ({ l4: { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1, maxNodes: 4, spot } });
  const [from, to] = [{ pools: pool(false) }, { pools: pool(true) }];

  test('a server cannot go on as it is, unless it rolls in the same step', () => {
    expect(servers(GPU, GPU, [from, to])).toMatchObject([{
      effect: 'stalls', words: 'stops when its nodes go, and does not start again by itself',
      notes: [
        'its pods fit none of the nodes that there are then, for pool l4 is another one',
        'set rollOnUpgrade of the Reconciler, or change the Server in the same step',
      ],
    }]);
    expect(servers(GPU, GPU, [from, { ...to, reconciler: { rollOnUpgrade: true } }]).map(({ effect }) => effect)).toEqual(['rolls', 'moves']);
    expect(servers(GPU, { ...GPU, image: 'acme/server:2' }, [from, to]).map(({ effect }) => effect)).toEqual(['rolls', 'moves']);
  });

  test('a notebook cannot either, unless it restarts', () => {
    expect(notebooks(GPU, GPU, [from, to])).toMatchObject([{ effect: 'stalls', notes: [/fit none of the nodes/, /^suspend it before/].map((text) => expect.stringMatching(text)) }]);
    const restarting = { ...GPU, restartOnChange: true };
    expect(notebooks(restarting, { ...restarting, image: 'acme/lab:2' }, [from, to]).map(({ effect }) => effect)).toEqual(['restarts', 'moves']);
  });

  test('what asks for other nodes and finds its former ones goes on', () => {
    const selected = { ...from, platform: { podDefaults: { nodeSelector: { tier: 'gold' } } } };
    expect(servers(GPU, GPU, [from, selected]).map(({ effect }) => effect)).toEqual(['waits', 'moves']);
  });
});

describe('a notebook', () => {
  test('restarts when it starts next, or at once where it says so', () => {
    expect(linesOf(notebooks({}, { image: 'acme/lab:2' }))).toEqual(['waits: Notebook team-a/lab restarts when it starts next: what runs goes on until then']);
    expect(linesOf(notebooks({ restartOnChange: true }, { restartOnChange: true, image: 'acme/lab:2' })))
      .toEqual(['restarts: Notebook team-a/lab restarts, which ends its kernels; its disk stays']);
    expect(linesOf(notebooks({ suspend: true }, { suspend: true, image: 'acme/lab:2' }))).toEqual(['unchanged: Notebook team-a/lab takes the change when it starts next']);
  });

  test('restarts at once when its annotation asks for it', () => {
    expect(linesOf(notebooks({}, { metadata: { annotations: { 'substratus.ai/restart': '1' } } })))
      .toEqual(['restarts: Notebook team-a/lab restarts, which ends its kernels; its disk stays']);
  });

  test('goes on where only the platform has changed, until it starts next', () => {
    expect(linesOf(notebooks({ restartOnChange: true }, { restartOnChange: true }, [{}, PRIORITY])))
      .toEqual(['waits: Notebook team-a/lab restarts when it starts next: what runs goes on until then']);
  });

  test('stops, starts again, and keeps what is outside its pod', () => {
    expect(linesOf(notebooks({}, { suspend: true }))).toEqual(['stops: Notebook team-a/lab stops; its disk stays']);
    expect(linesOf(notebooks({ suspend: true }, {}))).toEqual(['starts: Notebook team-a/lab starts again']);
    expect(linesOf(notebooks({}, { restartOnChange: true }))).toEqual(['unchanged: Notebook team-a/lab goes on as it is']);
  });

  test('whose disk grows goes on, and one whose disk has another class cannot', () => {
    const [grown] = notebooks({ storage: { size: Size.gibibytes(20) } }, { storage: { size: Size.gibibytes(40) } });
    expect(grown).toMatchObject({ effect: 'unchanged', notes: ['its PersistentVolumeClaim lab-notebook changes: spec.resources.requests.storage "20Gi" → "40Gi"'] });
    const [moved] = notebooks({ storage: { storageClassName: 'fast' } }, { storage: { storageClassName: 'slow' } });
    expect(moved).toMatchObject({
      effect: 'stalls', notes: ['storage.storageClassName belongs to the disk and cannot change once it is set; create a Notebook with another name'],
    });
  });

  test('moves to other nodes when it starts next', () => {
    expect(linesOf(notebooks({}, GPU))[1]).toBe('moves: Notebook team-a/lab moves to other nodes then: any node → nvidia-l4 (pool l4)');
  });
});
