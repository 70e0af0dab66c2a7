/** Makes the programs of KEDA and its HTTP add-on be there (test/engines), or says why they are not: then its tests are skipped. */
import { buildEngines, cannotBuildEngines, findEngines } from '../test/engines/programs';

const say = (line: string): void => console.error(`engines: ${line}`);

function ensure(): void {
  if (findEngines()) return;
  say('fetching their Go modules and building them, once; this takes 10 to 30 minutes');
  const reason = cannotBuildEngines();
  if (reason) say(`${reason}; the tests with them are skipped`);
  else buildEngines(say);
}

ensure();
