/** Pools whose nodes may be of several machine types: what these must have in common, and which of them is the smallest. */
import type { Architecture, Cloud, NodeSize } from '../../clouds/cloud';
import { formatValue } from '../checks/format-value';
import { machineProblem } from './machines';

/** What is asked of a pool's machines. */
export interface MachineTypesRequest {
  readonly gpu: string;
  readonly count: number;
  /** Whether the GPU is not in the catalog, so that no table tells which machines have it. */
  readonly isCustom?: boolean;
  readonly machineType?: string;
  readonly machineTypes: readonly string[];
}

/** Why nodes of one pool cannot be of these machine types; `undefined` if they can. */
export function machineTypesProblem(cloud: Cloud, request: MachineTypesRequest): string | undefined {
  const { gpu, count, isCustom, machineType, machineTypes } = request;
  if (!Array.isArray(machineTypes)) return `machineTypes is ${formatValue(machineTypes)}; give a list, for example ['g6.xlarge', 'g6.2xlarge']`;
  if (machineType !== undefined) return `machineType is ${machineType} and machineTypes is ${machineTypes.join(', ')}; leave one of them out`;
  if (machineTypes.length === 0) return 'machineTypes is empty; name machine types, or leave it out';
  const twice = machineTypes.find((each, index) => machineTypes.indexOf(each) < index);
  if (twice !== undefined) return `machineTypes has ${twice} twice; name it once`;
  const [wrong] = isCustom ? [] : machineTypes.flatMap((each) => machineProblem(cloud, { gpu, count, machineType: each }) ?? []);
  if (wrong !== undefined) return `machineTypes: ${wrong}`;
  return architecturesProblem(cloud, machineTypes);
}

/** An image runs on one kind of processor. */
function architecturesProblem(cloud: Cloud, machineTypes: readonly string[]): string | undefined {
  const known = machineTypes.flatMap((machineType) => {
    const architecture = architectureOf(cloud, machineType);
    return architecture === undefined ? [] : [{ machineType, architecture }];
  });
  if (new Set(known.map(({ architecture }) => architecture)).size < 2) return undefined;
  return `machineTypes: ${known.map(({ machineType, architecture }) => `${machineType} has ${architecture}`).join(', ')}, and no image runs on both; `
    + 'make a pool for each';
}

function architectureOf(cloud: Cloud, machineType: string): Architecture | undefined {
  const machine = cloud.machines.find((each) => each.machineType === machineType);
  return machine ? machine.architecture ?? 'amd64' : cloud.architectureOf?.(machineType) ?? cloud.shapeOf(machineType)?.architecture;
}

/** What is asked of a pool, where it names several machine types with the smallest of them as the one that decides what fits. */
export function withSmallest<T extends Partial<Pick<MachineTypesRequest, 'machineType' | 'machineTypes'>>>(cloud: Cloud, pool: T): T {
  return pool.machineTypes ? { ...pool, machineType: smallestOf(cloud, pool.machineTypes) } : pool;
}

/** The one with the fewest cores, and of these with the least memory: what fits there fits on each. Those that are not known come last. */
export function smallestOf(cloud: Cloud, machineTypes: readonly string[]): string | undefined {
  const sized = machineTypes.map((machineType) => {
    const known: Partial<NodeSize> = cloud.machines.find((each) => each.machineType === machineType) ?? {};
    const { vcpu = Infinity, memoryGiB = Infinity } = known;
    return { machineType, vcpu, memoryGiB };
  });
  return [...sized].sort((a, b) => compare(a.vcpu, b.vcpu) || compare(a.memoryGiB, b.memoryGiB))[0]?.machineType;
}

/** Infinity minus itself is not a number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
