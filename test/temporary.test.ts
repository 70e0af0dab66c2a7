import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { makeTemporary, removeTemporary } from './temporary';

/** A process that has ended. */
function endedPid(): number {
  return Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
}

describe('temporary files of the tests', () => {
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'temporary-'));

  test('are in a place of this run, those of its children too', () => {
    const made = execFileSync('mktemp', ['-d'], { encoding: 'utf8' });
    for (const directory of [parent, made]) expect(path.basename(path.dirname(directory))).toMatch(/^substratus-tests-\d+$/);
  });

  test('go with the run', () => {
    const directory = makeTemporary(parent, process.pid);
    fs.writeFileSync(path.join(directory, 'left'), '');
    removeTemporary(directory);
    expect(fs.readdirSync(parent)).toEqual([]);
  });

  test('of a run that was killed go with the next, those of one that goes on stay', () => {
    const killed = makeTemporary(parent, endedPid());
    const running = makeTemporary(parent, process.ppid);
    const own = makeTemporary(parent, process.pid);
    expect([killed, running, own].map((directory) => fs.existsSync(directory))).toEqual([false, true, true]);
  });

  test('nothing else is removed', () => {
    removeTemporary(parent);
    expect(fs.existsSync(parent)).toBe(true);
  });
});
