/** Which pods and containers have the output that is asked for. */
import { containerToRead, hasStarted, podsToRead } from '../../src/cli/cluster/pods';
import type { KubePod } from '../../src/cli/cluster/pods';

function pod(name: string, role: string, second: number): KubePod {
  return {
    metadata: { name, uid: name, labels: { role }, creationTimestamp: `2026-01-01T00:00:0${second}Z` },
    spec: { containers: [{ name: 'model' }, { name: 'sidecar' }], initContainers: [{ name: 'verify' }] },
  };
}

const names = (pods: readonly KubePod[]): string[] => pods.map(({ metadata }) => metadata.name);
const RUN = [pod('check', 'check', 0), pod('run-2', 'run', 2), pod('run-1', 'run', 1)];

test('of a Model: the last attempt of the step that came last', () => {
  expect(names(podsToRead('Model', RUN, {}))).toEqual(['run-2']);
  expect(names(podsToRead('Model', [...RUN, pod('publish', 'publish', 3)], {}))).toEqual(['publish']);
});

test('of a step that is named, and of earlier attempts where they are asked for', () => {
  expect(names(podsToRead('Model', RUN, { role: 'check' }))).toEqual(['check']);
  expect(names(podsToRead('Model', RUN, { role: 'run', all: true }))).toEqual(['run-1', 'run-2']);
  expect(names(podsToRead('Model', RUN, { role: 'publish' }))).toEqual([]);
});

test('of a Server: all replicas, and not a build that came since', () => {
  const pods = [pod('a', 'run', 0), pod('b', 'run', 1), pod('build', 'build', 2)];
  expect(names(podsToRead('Server', pods, {}))).toEqual(['a', 'b']);
  expect(names(podsToRead('Server', pods.slice(2), {}))).toEqual(['build']);
});

test('the program, or what failed before it', () => {
  const ended = { ...pod('publish', 'publish', 0), status: { initContainerStatuses: [{ name: 'verify', state: { terminated: { exitCode: 1 } } }] } };
  expect([containerToRead(RUN[0] as KubePod), containerToRead(ended)]).toEqual(['model', 'verify']);
  expect([hasStarted(RUN[0] as KubePod), hasStarted(ended)]).toEqual([false, true]);
});

test('a container that waits has not started, unless it has crashed before', () => {
  const waiting = (reason: string): KubePod => ({ ...pod('run', 'run', 0), status: { containerStatuses: [{ name: 'model', state: { waiting: { reason } } }] } });
  expect([hasStarted(waiting('ContainerCreating')), hasStarted(waiting('CrashLoopBackOff'))]).toEqual([false, true]);
});
