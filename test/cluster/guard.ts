/** A process that outlives ours, however that ends, and then kills what it has left behind. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Reads lists of processes, the last of which counts, until the other end of the pipe is gone. SIGKILL ends frozen ones too. */
const SCRIPT = `pids=
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill -9 $pids 2>/dev/null
rm -rf "$1"`;

export class Guard {
  private readonly child: ChildProcess;

  /** @param directory removed at the end */
  constructor(directory: string) {
    this.child = spawn('sh', ['-c', SCRIPT, 'guard', directory], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.child.stdin?.on('error', () => undefined); // killed by someone; the cluster still runs
    this.child.unref();
  }

  /** These are the processes to kill. */
  public watch(pids: readonly number[]): void {
    this.child.stdin?.write(`${pids.join(' ')}\n`);
  }

  /** Ends with nothing left to kill. Resolves when the directory is gone. */
  public async release(): Promise<void> {
    this.child.ref();
    const end = new Promise((resolve) => this.child.on('exit', resolve));
    this.child.stdin?.end('\n');
    await end;
  }
}
