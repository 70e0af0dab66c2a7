/** That a node does not outlive those who started it. */
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { findAssets } from '../cluster/assets';
import { until } from '../cluster/until';
import { findNodePrograms } from './programs';

const PARENT = path.join(__dirname, 'fixtures', 'parent.ts');

interface Started {
  readonly kubeconfig: string;
  readonly cable: string;
  readonly route: string;
}

/** What there is of a cluster on this machine. */
function remains({ kubeconfig, cable, route }: Started): Record<string, boolean> {
  const directory = path.dirname(kubeconfig);
  const name = path.basename(directory);
  const output = (file: string, ...args: string[]) => execFileSync(file, args, { encoding: 'utf8' });
  return {
    processes: processes().some((text) => text.includes(name)),
    files: fs.existsSync(directory),
    groups: output('find', '/sys/fs/cgroup', '-type', 'd', '-name', name) !== '',
    mounts: fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(name),
    links: output('ip', 'link').includes(`${cable}@`),
    routes: output('ip', 'route').includes(route),
  };
}

/** Control groups and command lines of all that run. */
function processes(): string[] {
  return fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map((pid) => {
    try {
      return `${fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8')} ${fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')}`;
    } catch {
      return ''; // it has ended
    }
  });
}

const isPossible = findAssets() !== undefined && typeof findNodePrograms() !== 'string';

(isPossible ? test : test.skip)('a parent that is killed leaves no process, mount, network, control group or file', async () => {
  const parent = spawn(process.execPath, ['--import', 'tsx', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
  const started = await new Promise<Started>((resolve, reject) => {
    parent.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as Started));
    parent.once('exit', () => reject(new Error('the parent has ended')));
  });
  const nothing = { processes: false, files: false, groups: false, mounts: false, links: false, routes: false };
  expect(remains(started)).toEqual({ processes: true, files: true, groups: true, mounts: false, links: true, routes: true });
  parent.kill('SIGKILL');
  await until('all of it is gone', () => JSON.stringify(remains(started)) === JSON.stringify(nothing));
  expect(remains(started)).toEqual(nothing);
});
