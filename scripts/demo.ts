/**
 * `npm run demo`. Where pods can run (test/node), a tiny model is made, imported from a local hub, finetuned, quantized, served and asked;
 * then a param changes, and the Server rolls to another Model while a client asks. Elsewhere it is the quickstart, in a cluster without
 * containers (test/cluster). It ends by itself. `--node real` makes what pods need be there, `--node simulated` does without.
 */
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { cannotBeReal, tellReal } from './demo/real';
import { Screen } from './demo/screen';
import { Story } from './demo/story';
import { ensureRuntimes } from './ensure-node';
import { assetsOrThrow, INTERRUPTED_EXIT_CODE, interruption, withLocalCluster } from './local-cluster';
import { synthesizeQuickstart } from './quickstart';

const DIST = 'dist/demo';
const EPOCHS = 1;
const MORE_EPOCHS = 2;

async function main(): Promise<void> {
  const start = Date.now();
  const elapsedMs = (): number => Date.now() - start;
  const screen = new Screen({ output: process.stdout, noColor: Boolean(process.env.NO_COLOR), elapsedMs });
  const without = await whySimulated();
  if (without === undefined) {
    const end = await tellReal({ screen, elapsedMs, dist: path.join(__dirname, '..', DIST) });
    if (end === 'interrupted') process.exitCode = INTERRUPTED_EXIT_CODE;
    else screen.print(FAREWELL_OF_PODS);
    return;
  }
  screen.print([`Pods are simulated: ${without}`, '']);
  await tellSimulated(screen, elapsedMs);
}

/** Why pods do not run in this demo, or undefined. */
async function whySimulated(): Promise<string | undefined> {
  const { node } = parseArgs({ options: { node: { type: 'string' } } }).values;
  if (node !== undefined && !['real', 'simulated'].includes(node)) throw new Error(`--node is ${node}; use real or simulated`);
  if (node === 'simulated') return 'as --node says';
  const reason = node === 'real' ? await ensureRuntimes() : cannotBeReal();
  if (reason === undefined) return undefined;
  if (node === 'real') throw new Error(reason);
  return `${reason}. Where there is root and Linux, npm run demo -- --node real makes it be there: some minutes and 5 GB, once`;
}

async function tellSimulated(screen: Screen, elapsedMs: () => number): Promise<void> {
  const say = (line: string): void => screen.say(line);
  const { system, team: before } = synthesizeQuickstart(inDist('before'), EPOCHS);
  const { team: after } = synthesizeQuickstart(inDist('after'), MORE_EPOCHS);
  await withLocalCluster({ assets: assetsOrThrow(), system, say }, async (local) => {
    const end = await Promise.race([new Story({ local, screen, elapsedMs, before, after }).tell(), interruption()]);
    screen.release();
    if (end === 'interrupted') process.exitCode = INTERRUPTED_EXIT_CODE;
    say('stopping');
  });
  if (process.exitCode === undefined) screen.print(FAREWELL);
}

function inDist(name: string): string {
  return path.join(__dirname, '..', DIST, name);
}

const FAREWELL_OF_PODS = [
  '',
  'All of it was real: kubelet, containers, the hub\'s protocol, TRL, llama.cpp. Images are assembled here under the names of their makers.',
  `What was applied: scripts/demo/declaration.ts; what the change was: diff -r ${DIST}/before ${DIST}/after`,
  'To try a stack of your own: npm run cluster -- --node real',
];

const FAREWELL = [
  '',
  'API server, controllers, scheduler and reconciler were real; only what pods do was simulated.',
  `What was applied: examples/quickstart/main.ts; what the change was: diff -r ${DIST}/before ${DIST}/after`,
  'To try a stack of your own: npm run cluster',
];

main().catch((error: Error) => {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
}).finally(() => process.exit()); // a story that was interrupted would go on
