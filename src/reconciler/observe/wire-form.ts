/** How the API server writes what it was given: the same in another way. */

/** Fields that the API server leaves out where they are false; of others, false is not the same as nothing. */
const OMITTED_IF_FALSE = new Set(['hostIPC', 'hostNetwork', 'hostPID', 'paused', 'publishNotReadyAddresses', 'readOnly', 'stdin', 'stdinOnce', 'tty']);

export function isOmitted(name: string, value: unknown): value is undefined | null | '' | false {
  return value === undefined || value === null || value === '' || (value === false && OMITTED_IF_FALSE.has(name));
}

/** Maps whose values are quantities, which the API server writes in its own way: `0.5` becomes `500m`. */
const QUANTITY_MAPS = new Set(['requests', 'limits']);

/** Whether a field, in the field that it lies in, is a quantity. */
export function isQuantity(name: string, parent: string): boolean {
  return name === 'sizeLimit' || QUANTITY_MAPS.has(parent);
}
