/** A33: what the reconciler of many namespaces asks of a real API server. */
import * as fs from 'node:fs';
import { API_VERSION } from '../../../src/api/resource';
import { describeOnCluster } from '../describe';
import { ReconcilerProgram } from '../program';
import { until } from '../until';
import { applyDefinitions } from './definitions';
import { model, PLATFORM } from './stage';

const NAMESPACES = Array.from({ length: 100 }, (_, index) => `team-${index}`);
/** 1,200 watches, of which the API server takes 100 on a connection, and requests on connections of their own. Without sharing: 1,232. */
const MOST_SOCKETS = 60;

describeOnCluster('A33: a reconciler of 100 namespaces', { nodes: [{ name: 'cpu' }] }, (cluster) => {
  test('has a few dozen sockets, hears of each namespace, and is told everything', async () => {
    const { client } = cluster();
    await applyDefinitions(cluster());
    for (const name of NAMESPACES) await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const program = await ReconcilerProgram.start(cluster(), { platform: PLATFORM, env: { WATCH_NAMESPACES: NAMESPACES.join() } });
    try {
      const sockets = socketsOf(program.process.pid);
      process.stdout.write(`sockets of a reconciler of ${NAMESPACES.length} namespaces: ${sockets}\n`);
      expect(sockets).toBeLessThanOrEqual(MOST_SOCKETS);
      for (const namespace of NAMESPACES) {
        await client.create(model(namespace, 'opt', { suspend: true }));
      }
      await until('each has a status', async () => {
        const models = await client.list({ apiVersion: API_VERSION, kind: 'Model' }) as readonly { readonly status?: { readonly conditions?: unknown } }[];
        return models.length === NAMESPACES.length && models.every(({ status }) => status?.conditions !== undefined);
      }, { seconds: 60 });
    } finally {
      await program.stop();
    }
  }, 300_000);
});

/** Sockets that a process has open: as Linux tells it. */
function socketsOf(pid = 0): number {
  const folder = `/proc/${pid}/fd`;
  return fs.readdirSync(folder).filter((each) => {
    try {
      return fs.readlinkSync(`${folder}/${each}`).startsWith('socket:');
    } catch {
      return false; // closed since
    }
  }).length;
}
