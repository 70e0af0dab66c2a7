import { dataset, model, notebook, platformOf } from '../../expand/fixtures';
import { World } from '../world';

function open(spec = {}) {
  const cluster = new World(platformOf('gcp'));
  const lab = cluster.add(notebook(spec));
  cluster.settle();
  cluster.rollOut(lab);
  return { cluster, lab };
}

describe('a notebook', () => {
  test('has a disk, a Service and a token, and says how to open it', () => {
    const { cluster, lab } = open();
    expect(cluster.roles(lab)).toEqual(['ConfigMap params', 'Deployment run', 'PersistentVolumeClaim storage', 'Service run']);
    expect(cluster.secrets).toEqual(['lab-notebook-token']);
    expect(cluster.ready(lab)).toMatchObject({ status: 'True', reason: 'Open' });
    expect(cluster.ready(lab).message).toBe('to open it: kubectl port-forward -n team-a service/lab-notebook 8888, then http://localhost:8888/?token='
      + "$(kubectl get secret -n team-a lab-notebook-token -o jsonpath='{.data.token}' | base64 -d)");
    expect(cluster.get(lab).status?.url).toBe('http://lab-notebook.team-a:8888');
  });

  test('has no token of ours where its author sets one', () => {
    const { cluster } = open({ env: { NOTEBOOK_TOKEN: '${{ secrets.mine.token }}' } });
    expect(cluster.secrets).toEqual([]);
  });

  test('gets its token again where someone has deleted it', () => {
    const { cluster, lab } = open();
    cluster.secrets.length = 0;
    const trouble = { reason: 'ContainerConfigError', message: 'container notebook cannot be started: secret "lab-notebook-token" not found', isStuck: true } as const;
    cluster.pod(lab, cluster.child(lab, 'Deployment'), { phase: 'Pending', trouble });
    expect(cluster.decide(lab).secret).toEqual({ name: 'lab-notebook-token' });
  });

  test('keeps its disk when suspended', () => {
    const { cluster, lab } = open();
    cluster.change(lab, { spec: { suspend: true } });
    cluster.settle();
    cluster.rollOut(lab);
    expect(cluster.child(lab, 'Deployment').deployment?.replicas).toBe(0);
    expect(cluster.roles(lab)).toContain('PersistentVolumeClaim storage');
    expect(cluster.ready(lab).reason).toBe('Suspended');
  });

  test('has neither disk nor pod before its model is Ready', () => {
    const cluster = new World(platformOf('gcp'));
    const opt = cluster.add(model());
    const lab = cluster.add(notebook({ model: { name: 'opt' } }));
    cluster.settle();
    expect(cluster.roles(lab)).toEqual(['ConfigMap params', 'Service run']);
    cluster.publish(opt);
    expect(cluster.roles(lab)).toContain('PersistentVolumeClaim storage');
  });
});

test('a notebook goes on without a dataset that is not Ready, and takes it when it starts next', () => {
  const { cluster, lab } = open();
  const rows = cluster.add(dataset());
  cluster.change(lab, { spec: { dataset: { name: 'squad' } } });
  cluster.settle();
  expect(cluster.ready(lab)).toMatchObject({ status: 'True', message: expect.stringContaining('waiting for Dataset team-a/squad (not ready yet)') as string });
  cluster.publish(rows);
  expect(cluster.condition(lab, 'Outdated')?.message).toContain('Dataset squad is there; the notebook runs on, and takes that when it starts next');
});

describe('a notebook that nobody uses', () => {
  const AT = '2026-01-01T12:00:00Z';

  function idle() {
    const { cluster, lab } = open({ idleTimeout: '1h' });
    cluster.idle = { seconds: 3600, at: AT };
    cluster.settle();
    cluster.rollOut(lab);
    return { cluster, lab };
  }

  test('sleeps, by its Deployment and never by its spec', () => {
    const { cluster, lab } = idle();
    expect(cluster.child(lab, 'Deployment').deployment?.replicas).toBe(0);
    expect(cluster.get(lab).spec.suspend).toBeUndefined();
    expect(cluster.get(lab).status?.culledAt).toBe(AT);
    expect(cluster.ready(lab)).toMatchObject({ status: 'False', reason: 'Culled', message: expect.stringContaining('substratus.ai/resume=') });
    expect(cluster.condition(lab, 'Stalled')).toBeUndefined();
  });

  test('goes on sleeping after its status was lost', () => {
    const { cluster, lab } = idle();
    cluster.idle = undefined;
    cluster.change(lab, { status: null });
    cluster.settle();
    expect(cluster.get(lab).status?.culledAt).toBe(AT);
  });

  test('wakes by an annotation with a later time', () => {
    const { cluster, lab } = idle();
    cluster.idle = undefined;
    cluster.change(lab, { annotations: { 'substratus.ai/resume': '2026-01-01T11:00:00Z' } });
    cluster.settle();
    expect(cluster.ready(lab).reason).toBe('Culled');
    cluster.change(lab, { annotations: { 'substratus.ai/resume': '2026-01-01T13:00:00Z' } });
    cluster.settle();
    expect(cluster.child(lab, 'Deployment').deployment?.replicas).toBe(1);
    expect(cluster.get(lab).status?.culledAt).toBeUndefined();
  });

  test('does not sleep before its time, nor when it cannot be asked', () => {
    const { cluster, lab } = open({ idleTimeout: '1h' });
    cluster.idle = { seconds: 3599, at: AT };
    cluster.settle();
    cluster.idle = { unknown: 'does not answer' };
    cluster.settle();
    expect(cluster.child(lab, 'Deployment').deployment?.replicas).toBe(1);
  });
});

describe('a notebook that runs', () => {
  const RUNNING = { phase: 'Running', isReady: true, isScheduled: true };

  function running(spec = {}) {
    const cluster = new World(platformOf('gcp'));
    cluster.publish(cluster.add(model()));
    cluster.publish(cluster.add(model({ image: 'acme/next' }, 'next')));
    const lab = cluster.add(notebook({ model: { name: 'opt' }, ...spec }));
    cluster.settle();
    cluster.rollOut(lab);
    const template = () => cluster.child(lab, 'Deployment').applied?.template;
    return { cluster, lab, template, before: template() };
  }

  test.each([
    ['another model', { model: { name: 'next' } }, 'Model next is there, in place of opt; '],
    ['another image', { image: 'acme/other' }, 'its spec, the library or the platform has changed; '],
  ])('is not restarted for %s: it is Outdated, and says how to take it', (_, spec, words) => {
    const { cluster, lab, template, before } = running();
    cluster.change(lab, { spec });
    cluster.settle();
    expect(template()).toBe(before);
    expect(cluster.ready(lab)).toMatchObject({ status: 'True', reason: 'Open' });
    const { status, reason, message } = cluster.condition(lab, 'Outdated') ?? {};
    expect([status, reason]).toEqual(['True', 'NewRevision']);
    expect(message).toMatch(words);
    expect(message).toContain('kubectl annotate --overwrite -n team-a notebook/lab substratus.ai/restart="$(date +%s)"');
  });

  test('keeps what its pod needs, and the artifact that it reads', () => {
    const { cluster, lab } = running();
    const params = cluster.child(lab, 'ConfigMap').metadata.uid;
    cluster.change(lab, { spec: { model: { name: 'next' }, params: { a: 1 } } });
    cluster.settle();
    expect(cluster.children(lab).map(({ metadata }) => metadata.uid)).toContain(params);
    expect(cluster.child(lab, 'Service').applied?.former).toEqual([expect.stringMatching(/^gs:/)]);
  });

  test.each(['suspended', 'idle'])('takes it when it starts next: %s', (how) => {
    const { cluster, lab, template, before } = running({ idleTimeout: '1h' });
    cluster.change(lab, { spec: { model: { name: 'next' } } });
    cluster.settle();
    if (how === 'suspended') {cluster.change(lab, { spec: { suspend: true } });} else {cluster.idle = { seconds: 3600, at: '2026-01-01T12:00:00Z' };}
    cluster.settle();
    cluster.rollOut(lab);
    expect(cluster.condition(lab, 'Outdated')).toBeUndefined();
    cluster.idle = undefined;
    cluster.change(lab, { spec: { suspend: false }, annotations: { 'substratus.ai/resume': '2026-01-01T13:00:00Z' } });
    cluster.settle();
    cluster.rollOut(lab);
    expect(template()).not.toBe(before);
    expect(cluster.condition(lab, 'Outdated')).toBeUndefined();
  });

  test.each([
    ['is not there yet', { phase: 'Pending' }],
    ['is on its way out', { ...RUNNING, isEnding: true }],
    ['crashes again and again', { ...RUNNING, trouble: { reason: 'CrashLooping' as const, message: '', isStuck: false } }],
  ])('takes it when its pod %s', (_, pod) => {
    const { cluster, lab, template, before } = running();
    cluster.pod(lab, cluster.child(lab, 'Deployment'), pod);
    cluster.change(lab, { spec: { model: { name: 'next' } } });
    cluster.settle();
    expect(template()).not.toBe(before);
  });

  test('takes it when asked to by the annotation, once for each value', () => {
    const { cluster, lab, template, before } = running();
    cluster.change(lab, { annotations: { 'substratus.ai/restart': '1' } });
    cluster.settle();
    cluster.change(lab, { spec: { model: { name: 'next' } } });
    cluster.settle();
    cluster.rollOut(lab);
    expect(template()).toBe(before); // it was there before there was anything new
    cluster.change(lab, { annotations: { 'substratus.ai/restart': '2' } });
    cluster.settle();
    expect(template()).not.toBe(before);
  });

  test('with restartOnChange it takes it at once', () => {
    const { cluster, lab, template, before } = running({ restartOnChange: true });
    cluster.change(lab, { spec: { model: { name: 'next' } } });
    cluster.settle();
    expect(template()).not.toBe(before);
  });

  test.each([false, true])('another version of the library restarts it with rollOnUpgrade alone: %s', (rollOnUpgrade) => {
    const { cluster, lab, template, before } = running({ restartOnChange: true, access: 'download' });
    cluster.rollOnUpgrade = rollOnUpgrade;
    cluster.platform = { ...cluster.platform, images: { rclone: 'mirror/rclone:9' } };
    cluster.settle();
    expect([template() === before, cluster.condition(lab, 'Outdated') !== undefined]).toEqual(rollOnUpgrade ? [false, false] : [true, true]);
  });
});

describe('A25: idleTimeout beside a token of its author', () => {
  test('from a Secret cannot be, for the reconciler reads none', () => {
    const cluster = new World(platformOf('gcp'));
    const lab = cluster.add(notebook({ idleTimeout: '1h', env: { NOTEBOOK_TOKEN: '${{ secrets.mine.token }}' } }));
    cluster.settle();
    expect(cluster.ready(lab)).toMatchObject({ reason: 'InvalidSpec', message: expect.stringContaining('leave out NOTEBOOK_TOKEN for a random token, or idleTimeout') });
  });

  test('in plain text, as handwritten manifests may have it, is used to ask', () => {
    const { cluster, lab } = open({ idleTimeout: '1h', env: { NOTEBOOK_TOKEN: 'plain' } });
    expect(cluster.ready(lab).reason).toBe('Open');
  });
});
