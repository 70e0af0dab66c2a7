import type { NodeCapacityKind } from './platform';
import type { Capacity } from './resource';

/** As which capacity pods find nodes: those of reservations and blocks stay, like any on demand. */
export const POD_CAPACITY = {
  'on-demand': 'on-demand', 'reservation': 'on-demand', 'block': 'on-demand', 'spot': 'spot', 'flex-start': 'flex-start',
} as const satisfies Record<NodeCapacityKind, Capacity>;
