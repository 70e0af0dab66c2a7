/** Tells a full volume from any other failure, by the last words of the program that could not write. */
import type { Ending } from './pods';

/** ENOSPC and EDQUOT, as C, Python, Go, Node and rclone say them. */
const FULL = /no space left on device|\bENOSPC\b|\[Errno 28\]|disk quota exceeded/i;
/** The workers of PyTorch say it of the files that they share their tensors in. */
const SHARED_MEMORY = /\/dev\/shm\b|\/torch_\d|shared memory/i;

/** What is full and how it is mended, of a run that ended; `undefined` where nothing says that anything was full. */
export function fullVolume({ exitCode, message = '' }: Pick<Ending, 'exitCode' | 'message'>): string | undefined {
  if (exitCode === 0 || !FULL.test(message)) return undefined;
  return SHARED_MEMORY.test(message) ? 'the shared memory, /dev/shm, is full; raise resources.sharedMemory' : 'the staging volume is full; raise staging.size';
}
