/** A process that outlives ours, however that ends, and then kills what it has left behind. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/**
 * Reads lists of processes, the last of which counts, until the other end of the pipe is gone. SIGKILL ends frozen ones too. The control
 * groups of a node that ran containers (test/node) have the name of the directory; they can be removed when the last process is gone.
 */
const SCRIPT = `pids=
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill -9 $pids 2>/dev/null
name=\${1##*/}
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf "$1"
  find /sys/fs/cgroup -depth -type d '(' -path "*/$name" -o -path "*/$name/*" ')' -exec rmdir {} ';' 2>/dev/null
  [ -e "$1" ] || [ -n "$(find /sys/fs/cgroup -type d -name "$name" 2>/dev/null)" ] || break
  sleep 0.2
done`;

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
