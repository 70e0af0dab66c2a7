/** Starts the reconciler, and ends it as Kubernetes asks. */
import { hostname } from 'node:os';
import { loadConfig } from './kube/config';
import { Program } from './program';
import { settingsFrom } from './settings';

async function main(): Promise<void> {
  /* The bundle has the version written in, in place of the variable. */
  const settings = settingsFrom({ ...process.env, SUBSTRATUS_VERSION: process.env.SUBSTRATUS_VERSION }, hostname());
  const program = new Program(settings, loadConfig(process.env), () => process.exit(1));
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    void program.stop().then((isFinished) => process.exit(isFinished ? 0 : 1));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await program.start();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
