/** The quickstart as files for the local cluster. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { quickstart } from '../examples/quickstart/main';
import { declared } from './examples';

/** Where everything of the quickstart is declared. */
export const NAMESPACE = 'team-a';

export interface SynthesizedQuickstart {
  /** The definitions and the reconciler: what is applied first. */
  readonly system: string;
  /** The workspace and its resources. */
  readonly team: string;
}

/** Writes the manifests, with so many epochs of training, to a directory that has nothing else. */
export function synthesizeQuickstart(directory: string, epochs?: number): SynthesizedQuickstart {
  fs.rmSync(directory, { recursive: true, force: true });
  const app = declared({ declare: (kubernetes) => quickstart(kubernetes, 'local', epochs) }, 'local', directory);
  app.synth();
  const [system = '', team = ''] = fs.readdirSync(directory).sort().map((file) => path.join(directory, file));
  return { system, team };
}
