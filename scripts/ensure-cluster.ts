/** Makes the programs of the cluster for tests be there (test/cluster), or says why they are not: then its tests are skipped. */
import * as fs from 'node:fs';
import { binaryPath, CLUSTER_BINARY, findAssets, notGiven } from '../test/cluster/assets';
import { build, cannotBuild } from '../test/cluster/build';
import { CONSTRAINTS_BINARY } from '../test/cluster/openshift/judge';

const say = (line: string) => console.error(`cluster: ${line}`);

async function ensure(): Promise<void> {
  if (findAssets()) return;
  if (process.env.KUBEBUILDER_ASSETS) say(`${process.env.KUBEBUILDER_ASSETS} lacks ${notGiven().join(', ')}`);
  say('fetching its Go modules, once; this can take minutes');
  const reason = cannotBuild(CLUSTER_BINARY);
  if (reason) {
    say(`${reason}; the tests on a cluster are skipped. Set KUBEBUILDER_ASSETS to a directory with ${notGiven().join(', ')} to run them`);
    return;
  }
  say(`building ${binaryPath(CLUSTER_BINARY)}, once; this takes minutes`);
  await build(CLUSTER_BINARY, say);
}

/** The admission of OpenShift, of modules that the cluster's binary is of too. */
async function ensureConstraints(): Promise<void> {
  if (fs.existsSync(binaryPath(CONSTRAINTS_BINARY))) return;
  const reason = cannotBuild(CONSTRAINTS_BINARY);
  if (reason) say(`${reason}; the tests with the admission of OpenShift are skipped`);
  else await build(CONSTRAINTS_BINARY, say);
}

ensure().then(ensureConstraints).catch((error: Error) => {
  say(error.message);
  process.exitCode = 1;
});
