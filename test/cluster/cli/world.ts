/** The command line against a cluster: with the kubectl of its assets in the PATH, and nothing else of this machine. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { substratus } from '../../cli/run';
import type { Ran, World } from '../../cli/run';
import type { Cluster } from '../cluster';

export interface CliWorld extends World {
  /** @default - the administrator's */
  readonly kubeconfig?: string;
}

/** An environment in which `kubectl` is that of the cluster's programs. */
export function environment(cluster: Cluster, kubeconfig = cluster.kubeconfig): NodeJS.ProcessEnv {
  const directory = path.join(path.dirname(cluster.write('kubectl-in-path', '')), 'bin');
  fs.mkdirSync(directory, { recursive: true });
  const command = cluster.kubectlCommand.filter((word) => !word.startsWith('--kubeconfig'));
  const file = path.join(directory, 'kubectl');
  if (!fs.existsSync(file)) {
    const unfinished = `${file}.${process.pid}`; // scenes play at the same time: none of them finds half of it
    fs.writeFileSync(unfinished, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`, { mode: 0o755 });
    fs.renameSync(unfinished, file);
  }
  return { PATH: `${directory}:/usr/bin:/bin`, HOME: directory, KUBECONFIG: kubeconfig };
}

/** Runs it in a folder without an app. */
export function substratusOn(cluster: Cluster, args: readonly string[], { kubeconfig, ...world }: CliWorld = {}): Promise<Ran> {
  const env = environment(cluster, kubeconfig);
  return substratus(args, { cwd: env.HOME, nowMs: Date.now(), ...world, env: { ...env, ...world.env } });
}
