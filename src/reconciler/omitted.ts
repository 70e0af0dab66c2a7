/** What the API server does not keep, because it says nothing. */

/** Fields that the API server leaves out where they are false; of others, false is not the same as nothing. */
const OMITTED_IF_FALSE = new Set(['hostIPC', 'hostNetwork', 'hostPID', 'paused', 'publishNotReadyAddresses', 'readOnly', 'stdin', 'stdinOnce', 'tty']);

export function isOmitted(name: string, value: unknown): value is undefined | null | '' | false {
  return value === undefined || value === null || value === '' || (value === false && OMITTED_IF_FALSE.has(name));
}
