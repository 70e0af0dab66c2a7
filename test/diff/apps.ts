/** Apps that are synthesized as a user's are, and read as the command line reads them: what the tests of the diff compare. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';
import { Gpu, Model, Platform, Reconciler, Workspace } from '../../src';
import type { GpuPoolOptions, ModelProps, ReconcilerProps } from '../../src';
import { readState } from '../../src/cli/read-state';
import { diffOf } from '../../src/diff/diff';
import type { Effect } from '../../src/diff/effect';
import { subjectName } from '../../src/diff/effect';
import type { State } from '../../src/state/state';

export interface ClusterOptions {
  /** @default - four nodes with one L4 each */
  readonly pools?: Readonly<Record<string, GpuPoolOptions>>;
  readonly platform?: Partial<Parameters<typeof Platform.gcp>[0]>;
  readonly reconciler?: Partial<ReconcilerProps>;
  /** @default false */
  readonly hasKeda?: boolean;
  /** More that the platform is told. */
  readonly prepare?: (platform: Platform) => void;
}

const POOLS = { l4: { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1, maxNodes: 4 } };

/** A cluster on Google Cloud with the Reconciler and workspace `team-a`, with what a test declares in it. */
export function clusterWith(declare: (team: Workspace) => void, options: ClusterOptions = {}): State {
  const { pools = POOLS, platform: changes, reconciler, hasKeda, prepare } = options;
  const directory = temporary();
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme', ...changes });
  for (const [name, pool] of Object.entries(pools)) platform.addGpuPool(name, pool);
  if (hasKeda) platform.addKeda();
  platform.addWorkspace('team-a');
  prepare?.(platform);
  const app = new App({ outdir: path.join(directory, 'dist') });
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform, ...reconciler });
  declare(new Workspace(app, 'team-a', { platform }));
  app.synth();
  return readState([], { directory });
}

/** A Terraform stack `cloud` with what a test declares in it. */
export function stackWith(declare: (stack: TerraformStack) => void): State {
  const directory = temporary();
  const app = new TerraformApp({ outdir: path.join(directory, 'cdktf.out') });
  declare(new TerraformStack(app, 'cloud'));
  app.synth();
  return readState([], { directory });
}

function temporary(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-'));
}

export function imported(team: Workspace, id = 'opt', props: Partial<ModelProps> = {}): Model {
  return new Model(team, id, { image: 'acme/model:1', ...props } as ModelProps);
}

/** The effects on what a test declares, without those on the Reconciler's own objects. */
export function effectsBetween(from: State, to: State): Effect[] {
  return diffOf(from, to).effects.filter(({ subject: { name, kind } }) => !/^substratus/.test(name) && kind !== 'CustomResourceDefinition');
}

const DIGEST = /-[0-9a-hjkmnp-tv-z]{8}\b/g;

/** One line an effect; digests of names are left out. */
export function linesOf(effects: readonly Effect[]): string[] {
  return effects.map(({ effect, subject, words }) => `${effect}: ${subjectName(subject)} ${words}`.replace(DIGEST, ''));
}

/** An effect by its subject, which a test looks at closely. */
export function effectOf(effects: readonly Effect[], kind: string, name?: string): Effect {
  const found = effects.find(({ subject }) => subject.kind === kind && (name === undefined || subject.name.replace(DIGEST, '') === name));
  if (!found) throw new Error(`there is no effect on ${kind} ${name ?? ''}, but: ${linesOf(effects).join(' | ')}`);
  return found;
}
