/** What goes wrong is in the status and in an Event, in words that help. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import type { Resource } from '../../../../src/api/resource';
import type { Condition } from '../../../../src/api/status';
import type { Cue } from '../../cue';
import { model, notebook } from '../stage';
import type { Stage } from '../stage';

interface Failure {
  readonly name: string;
  /** Namespace labels. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly owner: (namespace: string) => Resource;
  /** What becomes of the pods that run the user's image. */
  readonly cue?: Cue;
  /** What there is before the resource. */
  readonly before?: (stage: Stage, namespace: string) => Promise<unknown>;
  /** What happens afterwards. */
  readonly meanwhile?: (stage: Stage, resource: Resource) => Promise<unknown>;
  readonly reason: string;
  readonly message: RegExp;
  /** Whether a person is needed. */
  readonly stalled: boolean;
}

const H100 = { gpu: { type: 'nvidia-h100', count: 1 } };
const TYPO = { affinity: { nodeAffinitee: 'gpu' } };
const NO_SECRET = 'secret "huggingface" not found';

const FAILURES: readonly Failure[] = [
  {
    name: 'a GPU that no node has',
    owner: (namespace) => notebook(namespace, 'lab', { resources: H100 }),
    reason: 'Unschedulable', stalled: true,
    message: /no node for the pod yet: 0\/\d+ nodes are available: .*; no pool of the platform has nvidia-h100, it has nvidia-l4 \(pool l4\); add one/,
  },
  {
    name: 'an image that cannot be pulled',
    owner: (namespace) => model(namespace, 'opt'),
    cue: { outcome: 'image-pull', message: 'Back-off pulling image "example.com/model:1"' },
    reason: 'ImagePullFailed', message: /the image of container model cannot be pulled: Back-off pulling image "example.com\/model:1"/, stalled: true,
  },
  {
    name: 'a program out of memory',
    owner: (namespace) => model(namespace, 'opt', { retries: 0 }),
    cue: { outcome: 'oom' },
    reason: 'RunFailed', message: /^run failed: container model was out of memory; raise resources.memory; .*substratus.ai\/retry/, stalled: true,
  },
  {
    name: 'a program that fails, with its final output',
    owner: (namespace) => model(namespace, 'opt', { retries: 1 }),
    cue: { outcome: 'fail', exitCode: 3, message: 'no such file: train.json' },
    reason: 'RunFailed', message: /^run failed after 2 attempts: container model exited with 3: no such file: train.json; /, stalled: true,
  },
  {
    name: 'a server that crashes again and again',
    owner: (namespace) => notebook(namespace, 'lab'),
    cue: { outcome: 'crash', exitCode: 1, message: 'no module named jupyter' },
    reason: 'CrashLooping', message: /restarted 3 times: container notebook exited with 1: no module named jupyter/, stalled: false,
  },
  {
    name: 'a Secret that is missing',
    owner: (namespace) => model(namespace, 'opt', { env: { TOKEN: '${{ secrets.huggingface.token }}' } }),
    cue: { outcome: 'pending' },
    meanwhile: secretIsMissing,
    reason: 'ContainerConfigError', message: /container model cannot be started: secret "huggingface" not found/, stalled: true,
  },
  {
    name: 'a quota for pods that is used up',
    owner: (namespace) => model(namespace, 'opt'),
    before: (stage, namespace) => quota(stage, namespace, { pods: '0' }),
    reason: 'QuotaExceeded', message: /no pod can be made: .*exceeded quota: limits/, stalled: false,
  },
  {
    name: 'a quota for disks that is used up',
    owner: (namespace) => notebook(namespace, 'lab'),
    before: (stage, namespace) => quota(stage, namespace, { persistentvolumeclaims: '0' }),
    reason: 'QuotaExceeded', message: /persistentvolumeclaims "lab-notebook" is forbidden: exceeded quota: limits/, stalled: false,
  },
  {
    name: 'a StorageClass that does not exist',
    owner: (namespace) => model(namespace, 'opt', { staging: { storageClassName: 'golden' } }),
    reason: 'Unschedulable', message: /no node for the pod yet: .*PersistentVolumeClaim/, stalled: false,
  },
  {
    name: 'a pod that the namespace does not admit',
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    owner: (namespace) => model(namespace, 'opt'),
    reason: 'Rejected', message: /no pod can be made: .*violates PodSecurity "restricted:latest"/, stalled: true,
  },
  {
    name: 'a PriorityClass that does not exist',
    owner: (namespace) => notebook(namespace, 'lab', { pod: { priorityClassName: 'golden' } }),
    reason: 'Rejected', message: /no pod can be made: .*no PriorityClass with name golden was found/, stalled: true,
  },
  {
    name: 'a field of the pod that does not exist',
    owner: (namespace) => notebook(namespace, 'lab', { pod: TYPO }),
    reason: 'Rejected', message: /the API server refuses what would run: .*nodeAffinitee: field not declared in schema/, stalled: true,
  },
];

interface Told {
  readonly said: Condition;
  readonly isStalled: boolean;
  readonly events: Readonly<Record<string, string>>;
}

export function failures(stage: Stage): void {
  const scenes = FAILURES.map((failure) => [failure.name, failure, stage.scene(() => tell(stage, failure))] as const);

  test.each(scenes)('%s', async (_, { reason, message, stalled }, scene) => {
    const { said, isStalled, events } = await scene();
    expect(said).toMatchObject({ status: 'False', reason, message: expect.stringMatching(message) });
    expect(isStalled).toBe(stalled);
    expect(events[reason]).toMatch(message);
  });

  const suspended = stage.scene(async () => {
    const namespace = await stage.namespace();
    const lab = notebook(namespace, 'lab');
    await stage.apply(lab);
    await stage.ready(lab);
    await stage.apply(notebook(namespace, 'lab', { pod: TYPO, restartOnChange: true }));
    const refused = await stage.reason(lab, 'Rejected');
    await stage.apply(notebook(namespace, 'lab', { pod: TYPO, suspend: true, restartOnChange: true }));
    await stage.reason(lab, 'Suspended');
    const { spec } = await stage.child(lab, 'Deployment') as Deployment;
    await stage.apply(lab);
    await stage.ready(lab);
    await stage.converged([namespace]);
    return { refused, replicas: spec?.replicas };
  });

  test('what runs goes on beside a change that is refused, and can be suspended', async () => {
    const { refused, replicas } = await suspended();
    expect(refused).toMatchObject({ status: 'True', message: expect.stringContaining('nodeAffinitee') });
    expect(replicas).toBe(0);
  });

  const withoutAccount = stage.scene(async () => {
    const namespace = await stage.namespace();
    const lab = notebook(namespace, 'lab');
    await stage.apply(lab);
    await stage.ready(lab);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'artifact-reader' };
    const before = await stage.find({ ...account, metadata: account });
    await stage.client.delete(account);
    const [pod] = await stage.pods(lab);
    await stage.cluster.evict({ namespace, name: pod?.metadata.name ?? '' });
    await stage.until('another pod is there', async () => (await stage.pods(lab)).some(({ metadata }) => metadata.uid !== pod?.metadata.uid));
    await stage.ready(lab);
    await stage.converged([namespace]);
    return { before, after: await stage.find({ ...account, metadata: account }) };
  });

  test('a ServiceAccount that someone deletes is made again, and pods come again', async () => {
    const { before, after } = await withoutAccount();
    expect(before).toBeDefined();
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
  });
}

async function tell(stage: Stage, { labels, owner, cue, before, meanwhile, reason }: Failure): Promise<Told> {
  const namespace = await stage.namespace(labels);
  const resource = owner(namespace);
  if (cue) stage.cluster.kubelet.cue({ namespace, labels: { role: 'run' } }, cue);
  await before?.(stage, namespace);
  await stage.apply(resource);
  await meanwhile?.(stage, resource);
  const said = await stage.reason(resource, reason);
  const events = await stage.until(`an Event says ${reason}`, async () => {
    const found = await stage.events(resource);
    return found[reason] === undefined ? undefined : found;
  });
  const { status } = await stage.get(resource);
  return { said, events, isStalled: status?.conditions?.some(({ type }) => type === 'Stalled') ?? false };
}

/** Waits until the quota counts. */
async function quota(stage: Stage, namespace: string, hard: Readonly<Record<string, string>>): Promise<void> {
  const limits = await stage.client.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'limits', namespace }, spec: { hard } });
  await stage.until('the quota counts', async () => {
    const { status } = await stage.find(limits) as { status?: { hard?: object } };
    return status?.hard !== undefined;
  });
}

/** What a kubelet writes when it cannot make the container. */
async function secretIsMissing(stage: Stage, resource: Resource): Promise<void> {
  const pod = await stage.until('the pod has a node', async () => (await stage.pods(resource))
    .find(({ metadata, spec }) => metadata.labels?.role === 'run' && (spec as Pod['spec'])?.nodeName));
  const waiting = { reason: 'CreateContainerConfigError', message: NO_SECRET };
  const status = {
    phase: 'Pending',
    containerStatuses: [{ name: 'model', image: 'example.com/model:1', imageID: '', ready: false, restartCount: 0, state: { waiting } }],
  };
  const { namespace, name } = pod.metadata;
  await stage.client.patch({ apiVersion: 'v1', kind: 'Pod', namespace, name }, { status }, { type: 'strategic-merge', subresource: 'status' });
}
