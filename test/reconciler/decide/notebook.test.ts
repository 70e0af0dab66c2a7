import { model, notebook, platformOf } from '../../expand/fixtures';
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

  test('gets its token anew where somebody has deleted it', () => {
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
