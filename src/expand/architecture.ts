/** Which processors a pod runs on, where the platform's nodes have several kinds: an image for another one does not start. */
import type { GpuPoolSpec, NodePoolSpec, PlatformSpec } from '../api/platform';
import type { CommonSpec } from '../api/resource';
import type { Architecture } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { gpuRequestOf } from './gpus';
import { podDefaultsOf } from './pod-defaults';
import { poolsFor } from './pools';

/** Kubernetes' label of the processors of a node, by which an author says what an image is for. */
export const ARCHITECTURE_LABEL = 'kubernetes.io/arch';

type Spec = Pick<CommonSpec, 'resources' | 'pod' | 'build'>;

interface Place {
  readonly platform: PlatformSpec;
  readonly namespace: string;
}

/**
 * The label for a pod without GPU whose author does not choose: nodes that most images are for, where the platform has others too.
 * Images of helpers are for both.
 */
export function ordinaryNodes(spec: Spec, place: Place): Record<string, string> | undefined {
  if (gpuRequestOf(spec.resources, place.platform) || declaredArchitecture(spec, place) !== undefined) return undefined;
  if (JSON.stringify(spec.pod?.affinity ?? {}).includes(ARCHITECTURE_LABEL)) return undefined;
  return hasArm(place.platform) ? { [ARCHITECTURE_LABEL]: 'amd64' } : undefined;
}

/** The label for a build: an image is for the processors that it is built on. */
export function buildNodes(spec: Spec, place: Place): Record<string, string> | undefined {
  const architecture = architectureOfRun(spec, place);
  return architecture === undefined ? undefined : { [ARCHITECTURE_LABEL]: architecture };
}

/** Why no node has the processors that a resource needs; `undefined` where one may have. */
export function architectureProblem(spec: Spec, place: Place): string | undefined {
  const { platform } = place;
  const request = gpuRequestOf(spec.resources, platform);
  const pools = request ? poolsFor(request, platform, spec.resources?.capacity) : platform.nodePools ?? [];
  const wanted = declaredArchitecture(spec, place);
  if (wanted !== undefined && pools.length > 0 && pools.every((pool) => isOther(pool, wanted, platform))) {
    return `${ARCHITECTURE_LABEL} is ${wanted} in nodeSelector, but ${pools.map((pool) => shownPool(pool, platform)).join(', ')}; `
      + 'leave it out, or add a pool with such a machineType';
  }
  const built = spec.build ? architectureOfRun(spec, place) : undefined;
  const { nodePools = [] } = platform;
  if (built === undefined || nodePools.length === 0 || !nodePools.every((pool) => isOther(pool, built, platform))) return undefined;
  return `the image runs on ${built} but ${nodePools.map((pool) => shownPool(pool, platform)).join(', ')}, where it would be built for another; `
    + `add a pool without GPU that has ${built}, or set image to one that is built elsewhere`;
}

function architectureOfRun(spec: Spec, place: Place): string | undefined {
  const { platform } = place;
  const request = gpuRequestOf(spec.resources, platform);
  const pools = request ? poolsFor(request, platform, spec.resources?.capacity) : [];
  const [first, ...others] = new Set(pools.map((pool) => architectureOf(pool, platform)));
  return declaredArchitecture(spec, place) ?? (others.length === 0 && first === 'arm64' ? first : hasArm(platform) ? 'amd64' : undefined);
}

function declaredArchitecture({ pod }: Spec, { platform, namespace }: Place): string | undefined {
  return pod?.nodeSelector?.[ARCHITECTURE_LABEL] ?? podDefaultsOf({ platform, namespace }).nodeSelector?.[ARCHITECTURE_LABEL];
}

function hasArm(platform: PlatformSpec): boolean {
  return (platform.nodePools ?? []).some((pool) => architectureOf(pool, platform) === 'arm64');
}

function isOther(pool: GpuPoolSpec | NodePoolSpec, wanted: string, platform: PlatformSpec): boolean {
  const architecture = architectureOf(pool, platform);
  return architecture !== undefined && architecture !== wanted;
}

/** `undefined` where the machine is not known. */
function architectureOf({ machineType }: GpuPoolSpec | NodePoolSpec, { cloud }: PlatformSpec): Architecture | undefined {
  if (machineType === undefined) return undefined;
  const { machines, shapeOf } = cloudNamed(cloud);
  const machine = machines.find((each) => each.machineType === machineType);
  return machine ? machine.architecture ?? 'amd64' : shapeOf(machineType)?.architecture;
}

function shownPool(pool: GpuPoolSpec | NodePoolSpec, platform: PlatformSpec): string {
  return `pool ${pool.name} (${pool.machineType ?? ''}) has ${architectureOf(pool, platform) ?? ''}`;
}
