import { ApiError, TransportError, WritesStoppedError } from '../kube/api-error';
import { TerminalError } from './terminal-error';

/** What is thrown because the cluster, the network or a person would have it so. */
const EXPECTED = [ApiError, TransportError, WritesStoppedError, TerminalError];

/** Whether something was thrown because this program is wrong. */
export function isMistake(error: unknown): boolean {
  return !EXPECTED.some((type) => error instanceof type);
}
