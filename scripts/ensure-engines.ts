/** Makes the programs of engines be there (test/engines), or says why they are not: then their tests are skipped. */
import { buildGateway, findGateway } from '../test/engines/gateway/programs';
import { buildScheduler, findScheduler } from '../test/engines/karpenter/scheduler';
import { buildLws, findLws } from '../test/engines/lws/programs';
import { buildPicker, findPicker } from '../test/engines/picker/programs';
import { buildEngines, cannotBuildEngines, findEngines } from '../test/engines/programs';

const say = (line: string): void => console.error(`engines: ${line}`);

function ensureKeda(): void {
  if (findEngines()) return;
  say('fetching their Go modules and building them, once; this takes 10 to 30 minutes');
  const reason = cannotBuildEngines();
  if (reason) say(`${reason}; the tests with them are skipped`);
  else buildEngines(say);
}

function ensureGateway(): void {
  if (findGateway()) return;
  say('fetching and building the programs of the gateway, once; this takes 10 to 30 minutes');
  const reason = buildGateway(say);
  if (reason) say(`${reason}; the tests with them are skipped`);
}

function ensureLws(): void {
  if (findLws()) return;
  say('fetching and building the controller of LeaderWorkerSet, once; this takes some minutes');
  const reason = buildLws(say);
  if (reason) say(`${reason}; the tests with it are skipped`);
}

function ensureScheduler(): void {
  if (findScheduler()) return;
  say('fetching and building the scheduler of Karpenter, once; this takes some minutes');
  const reason = buildScheduler(say);
  if (reason) say(`${reason}; the tests with it are skipped`);
}

/** After the gateway, which brings the Envoy that asks it. */
function ensurePicker(): void {
  if (findPicker()) return;
  const reason = buildPicker(say);
  if (reason) say(`${reason}; the tests with the endpoint picker are skipped`);
}

ensureKeda();
ensureGateway();
ensureLws();
ensureScheduler();
ensurePicker();
