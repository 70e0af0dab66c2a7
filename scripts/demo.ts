/**
 * `npm run demo`: the quickstart in a cluster on this machine, without containers (test/cluster). Its resources come to be Ready, then a
 * param changes and the Server rolls to another Model, answering all the time. It ends by itself.
 */
import * as path from 'node:path';
import { Screen } from './demo/screen';
import { Story } from './demo/story';
import { assetsOrThrow, INTERRUPTED_EXIT_CODE, interruption, withLocalCluster } from './local-cluster';
import { synthesizeQuickstart } from './quickstart';

const DIST = 'dist/demo';
const EPOCHS = 1;
const MORE_EPOCHS = 2;

async function main(): Promise<void> {
  const start = Date.now();
  const elapsedMs = (): number => Date.now() - start;
  const screen = new Screen({ output: process.stdout, noColor: Boolean(process.env.NO_COLOR), elapsedMs });
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
