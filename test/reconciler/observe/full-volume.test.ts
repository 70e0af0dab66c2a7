import { fullVolume } from '../../../src/reconciler/observe/full-volume';

test.each([
  ['C', 'write error: No space left on device'], ['Python', 'OSError: [Errno 28] No space left on device: \'/content/artifacts/model.bin\''],
  ['Node', 'Error: ENOSPC: no space left on device, write'], ['a quota', 'cannot create file: Disk quota exceeded'],
])('case 18: a full volume is told as that in the words of %s', (_, message) => {
  expect(fullVolume({ exitCode: 1, message })).toBe('the staging volume is full; raise staging.size');
});

test.each([
  ['no words', { exitCode: 1 }], ['another failure', { exitCode: 1, message: 'no such token' }],
  ['an end without failure, whatever it wrote', { exitCode: 0, message: 'No space left on device, but went on' }],
])('%s tells nothing of a volume', (_, ending) => {
  expect(fullVolume(ending)).toBeUndefined();
});

test('full shared memory is another matter', () => {
  expect(fullVolume({ exitCode: 1, message: 'RuntimeError: unable to write to file </torch_12_0>: No space left on device (28)' }))
    .toBe('the shared memory, /dev/shm, is full; raise resources.sharedMemory');
});
