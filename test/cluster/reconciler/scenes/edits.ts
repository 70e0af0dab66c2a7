/** What someone edits while it runs: nothing that computes is lost. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { ModelSpec, Resource } from '../../../../src/api/resource';
import { model } from '../stage';
import type { Live, Stage } from '../stage';

const EDIT: Partial<ModelSpec> = { timeout: '100h', resources: { memory: 2 }, pod: { labels: { team: 'a' } }, retries: 5 };

export function edits(stage: Stage): void {
  const edited = stage.scene(async () => {
    const namespace = await stage.namespace();
    const release = stage.cluster.kubelet.cue({ namespace, labels: { role: 'run' } }, { outcome: 'run' });
    const opt = model(namespace, 'opt', { timeout: '1h' });
    await stage.apply(opt);
    const before = await runningPod(stage, opt);
    await stage.apply(model(namespace, 'opt', EDIT));
    const said = await stage.until('the status says that the spec has changed', async () => {
      const { conditions = [] } = (await stage.get(opt)).status ?? {};
      return conditions.some(({ type }) => type === 'Outdated') ? conditions.find(({ type }) => type === 'Ready') : undefined;
    });
    const [meanwhile] = await runPods(stage, opt);
    const job = await stage.child(opt, 'Job', 'run');
    release();
    await stage.cluster.kubelet.end({ namespace, name: before.metadata.name }, { outcome: 'fail', exitCode: 1 });
    await stage.ready(opt);
    await stage.converged([namespace]);
    return { before, meanwhile, said, job };
  });

  test('A3: an edit of timeout, labels and memory leaves the pod of a running Model alone, and says so', async () => {
    const { before, meanwhile, said, job } = await edited();
    expect(meanwhile?.metadata.uid).toBe(before.metadata.uid);
    expect(said).toMatchObject({ reason: 'Running', message: expect.stringContaining('takes effect at the next attempt') });
    expect(job.spec).toMatchObject({ backoffLimit: 5, template: { spec: { activeDeadlineSeconds: 3600 } } });
  });
}

async function runPods(stage: Stage, resource: Resource): Promise<Live[]> {
  return (await stage.pods(resource)).filter(({ metadata }) => metadata.labels?.role === 'run');
}

function runningPod(stage: Stage, resource: Resource): Promise<Live> {
  return stage.until('its pod runs', async () => (await runPods(stage, resource)).find(({ status }) => (status as Pod['status'])?.phase === 'Running'));
}
