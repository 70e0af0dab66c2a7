/** Nothing is written where nothing has changed. */
import type { ReconcilerProgram } from '../../program';
import { model, notebook, resourceOf, server } from '../stage';
import type { Stage } from '../stage';

const QUIET_MS = 10_000;
const NONE = { POST: 0, PATCH: 0, PUT: 0, DELETE: 0 };

export function restart(stage: Stage): void {
  const watched = stage.scene(async () => {
    const namespace = await stage.namespace();
    const resources = [
      model(namespace, 'opt'),
      resourceOf('Dataset', { namespace, name: 'squad' }, { image: 'example.com/dataset:1' }),
      model(namespace, 'tuned', { model: { name: 'opt' }, dataset: { name: 'squad' } }),
      server(namespace, 'chat', { model: { name: 'tuned' }, replicas: 2 }),
      notebook(namespace, 'lab', { model: { name: 'tuned' }, pod: { volumes: [{ name: 'a', emptyDir: {} }], volumeMounts: [{ name: 'a', mountPath: '/a', readOnly: false }] } }),
    ];
    const program = await stage.reconcilerFor(namespace);
    for (const each of resources) await stage.apply(each);
    for (const each of resources) await stage.ready(each);
    await stage.converged([namespace]);
    const settled = await quietly(program);
    await program.stop();
    await program.start();
    const restarted = await quietly(program);
    const ends = program.logs().filter(({ msg }) => msg === 'stopped').map(({ finished }) => finished);
    await program.stop();
    return { settled, restarted, ends };
  });

  test(`with everything Ready nothing is written for ${QUIET_MS / 1000} seconds`, async () => {
    const { settled } = await watched();
    expect(settled.writes).toEqual(NONE);
  });

  test('after a restart everything is looked at, and nothing is written', async () => {
    const { restarted, ends } = await watched();
    expect(restarted.looks).toBeGreaterThanOrEqual(5);
    expect(restarted.writes).toEqual(NONE);
    expect(ends).toEqual([true]);
  });
}

/** What it writes in a while, and how often it has looked at a resource since it started. */
async function quietly(program: ReconcilerProgram) {
  const before = await program.writes();
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  const after = await program.writes();
  const methods = ['POST', 'PATCH', 'PUT', 'DELETE'] as const;
  const writes = Object.fromEntries(methods.map((method) => [method, after[method] - before[method]]));
  return { writes, looks: await program.metric('controller_runtime_reconcile_total') };
}
