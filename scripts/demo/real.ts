/** The demo where pods run. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdk8s';
import { findAssets } from '../../test/cluster/assets';
import { hasLayers } from '../../test/node/images/image';
import { RUNTIME_IMAGES } from '../../test/node/images/runtimes';
import { startMirrors } from '../../test/node/mirrors';
import { findNodePrograms } from '../../test/node/programs';
import { assetsOrThrow, interruption } from '../local-cluster';
import { withRealNode } from '../real-node';
import { demo } from './declaration';
import type { Language } from './declaration';
import { RealStory } from './real-story';
import type { Screen } from './screen';

/** Why pods cannot run here by now, or undefined. */
export function cannotBeReal(): string | undefined {
  const programs = findAssets() ? findNodePrograms() : 'the programs of the control plane are not there';
  if (typeof programs === 'string') return programs;
  const missing = RUNTIME_IMAGES.find((image) => !hasLayers(image));
  return missing && `the image ${missing.name} is not assembled`;
}

export interface RealDemoOptions {
  readonly screen: Screen;
  readonly elapsedMs: () => number;
  /** Where what is applied can be read. */
  readonly dist: string;
}

/** Tells the story. Whether it was interrupted. */
export async function tellReal({ screen, elapsedMs, dist }: RealDemoOptions): Promise<'told' | 'interrupted'> {
  const say = (line: string): void => screen.say(line);
  const { system, team: before } = synthesized(path.join(dist, 'before'), 'output');
  const { team: after } = synthesized(path.join(dist, 'after'), 'german');
  let end: 'told' | 'interrupted' = 'told';
  await withRealNode({ assets: assetsOrThrow(), system, say, offers: RUNTIME_IMAGES }, async (cluster) => {
    say('starting a stand-in of the Hugging Face Hub, which makes a tiny model and a dataset, and a package index');
    await startMirrors(cluster);
    const told = new RealStory({ cluster, screen, elapsedMs, before, after }).tell().then(() => 'told' as const);
    end = await Promise.race([told, interruption()]);
    screen.release();
    say('stopping');
  });
  return end;
}

function synthesized(directory: string, language: Language): { readonly system: string; readonly team: string } {
  fs.rmSync(directory, { recursive: true, force: true });
  const app = new App({ outdir: directory });
  demo(app, language);
  app.synth();
  const [system = '', team = ''] = fs.readdirSync(directory).sort().map((file) => path.join(directory, file));
  return { system, team };
}
