/** Makes the programs and images of a node that runs containers be there (test/node), or says why they are not. */
import * as fs from 'node:fs';
import { binaryPath } from '../test/cluster/assets';
import { build, cannotBuild } from '../test/cluster/build';
import { isAskedForHeavy } from '../test/node/heavy/describe';
import { hasLayers, imageFile, isAssembled, makeLayers } from '../test/node/images/image';
import { LIGHT_IMAGES } from '../test/node/images/light';
import { cannotFetchPython, cannotMakePython, PYTHON_IMAGES } from '../test/node/images/python';
import { RUNTIME_IMAGES } from '../test/node/images/runtimes';
import { cannotRun, findNodePrograms, installPrograms, missingPackages, NODE_BINARY } from '../test/node/programs';
import { installPackages } from './apt';

const say = (line: string): void => console.error(`node: ${line}`);

/** Makes them be there. Why they cannot be, or undefined. */
export async function ensureNode(): Promise<string | undefined> {
  const reason = cannotRun() ?? installPackages(missingPackages(), say) ?? await buildPrograms();
  if (!reason) for (const image of LIGHT_IMAGES) await imageFile(image);
  return reason;
}

/** Makes the images with Python be there, where Debian can be unpacked. Why they cannot be, or undefined. */
async function ensurePython(): Promise<string | undefined> {
  if (PYTHON_IMAGES.every(isAssembled)) return undefined;
  const reason = (cannotMakePython() && installPackages(['debootstrap'], say)) ?? await cannotFetchPython();
  if (reason) return reason;
  say('assembling images with Python, once; this takes minutes');
  for (const image of PYTHON_IMAGES) await imageFile(image);
  return undefined;
}

/** Makes the node and the images of ready-made programs be there. Why they cannot be, or undefined. */
export async function ensureRuntimes(): Promise<string | undefined> {
  const reason = await ensureNode() ?? await ensurePython();
  if (reason !== undefined) return reason;
  const missing = RUNTIME_IMAGES.filter((image) => !hasLayers(image));
  for (const image of missing) {
    say(`assembling ${image.name}, once; this can take minutes`);
    await makeLayers(image);
  }
  return undefined;
}

async function buildPrograms(): Promise<string | undefined> {
  if (typeof findNodePrograms() !== 'string') return undefined;
  say('fetching its Go modules, once; this can take minutes');
  const reason = cannotBuild(NODE_BINARY);
  if (reason) return reason;
  const target = binaryPath(NODE_BINARY);
  if (!fs.existsSync(target)) {
    say(`building ${target}, once; this takes minutes`);
    await build(NODE_BINARY, say);
  }
  say('building containerd and the plugins of the pod network, once');
  installPrograms();
  return undefined;
}

async function main(): Promise<void> {
  const reason = await ensureNode();
  if (reason) return say(`${reason}; the tests on a node that runs containers are skipped`);
  const without = await ensurePython();
  if (without) return say(`${without}; those with Python are skipped`);
  if (isAskedForHeavy()) await ensureRuntimes();
}

if (require.main === module) {
  main().catch((error: Error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
