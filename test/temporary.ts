/** A place for the temporary files of one run of the tests, so that nothing of them is left: those of libraries too, such as cdktf's. */
import * as fs from 'node:fs';
import * as path from 'node:path';

const NAME = /^substratus-tests-(\d+)$/;

/** Makes the place of a process, and removes those of processes that were killed. */
export function makeTemporary(parent: string, pid: number): string {
  for (const name of fs.readdirSync(parent)) {
    const owner = NAME.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) removeTemporary(path.join(parent, name));
  }
  const directory = path.join(parent, `substratus-tests-${pid}`);
  fs.mkdirSync(directory, { recursive: true });
  return directory;
}

/** Removes such a place, and nothing else. */
export function removeTemporary(directory: string): void {
  if (NAME.test(path.basename(directory))) fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
