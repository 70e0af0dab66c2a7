/** Builds the state from files. What one folder holds is what one cluster is given, unless there are several platforms in it. */
import type { PlatformSpec } from '../api/platform';
import { workspaceOf } from '../api/platform';
import type { KubeObject } from '../expand';
import { isResource, objectsIn, platformIn, resourceFrom, stackIn } from './documents';
import type { StateFile } from './documents';
import type { ClusterState, StackState, State } from './state';

/** A manifest, and where it is. */
interface Placed {
  readonly object: KubeObject;
  readonly path: string;
  readonly root: string;
}

/** A platform, and where its ConfigMap is. */
interface PlacedPlatform {
  readonly platform: PlatformSpec;
  readonly path: string;
  readonly root: string;
}

/**
 * What was synthesized. Objects go to the platform that is nearest: in the same file, else in the same folder; of several there, to the
 * one that has their namespace as a workspace. A folder without a platform is the cluster of a platform elsewhere that has its namespaces.
 *
 * @throws StateError if a file is none that was synthesized.
 */
export function stateOf(files: readonly StateFile[]): State {
  const stacks: StackState[] = [];
  const objects: Placed[] = [];
  for (const file of files) {
    const stack = stackIn(file);
    if (stack) stacks.push(stack);
    else objects.push(...objectsIn(file).map((object) => ({ object, path: file.path, root: file.root ?? folderOf(file.path) })));
  }
  return { clusters: clustersOf(objects), stacks };
}

function clustersOf(objects: readonly Placed[]): ClusterState[] {
  const platforms = objects.flatMap(({ object, path, root }) => {
    const platform = platformIn(object, path);
    return platform ? [{ platform, path, root }] : [];
  });
  const homes = new Map(rootsOf(objects).map(([root, inRoot]) => [root, homeOf(root, inRoot, platforms)]));
  const groups = new Map<PlacedPlatform | string, Placed[]>();
  for (const placed of objects) {
    const candidates = homes.get(placed.root) ?? [];
    const home = candidates.length > 1 ? nearest(placed, candidates) : candidates[0] ?? placed.root;
    const group = groups.get(home) ?? [];
    groups.set(home, group);
    group.push(placed);
  }
  return [...groups].map(([home, group]) => clusterOf(home, group));
}

function rootsOf(objects: readonly Placed[]): [string, Placed[]][] {
  const roots = new Map<string, Placed[]>();
  for (const placed of objects) {
    const inRoot = roots.get(placed.root) ?? [];
    roots.set(placed.root, inRoot);
    inRoot.push(placed);
  }
  return [...roots];
}

/** The platforms that the objects of a folder can belong to. */
function homeOf(root: string, objects: readonly Placed[], platforms: readonly PlacedPlatform[]): PlacedPlatform[] {
  const own = platforms.filter((each) => each.root === root);
  if (own.length > 0) return own;
  const namespaces = objects.flatMap(({ object }) => (isResource(object) ? [object.metadata?.namespace ?? 'default'] : []));
  if (namespaces.length === 0) return [];
  const others = platforms.filter(({ platform }) => namespaces.every((namespace) => workspaceOf(platform, namespace)));
  return others.length === 1 ? others : [];
}

function nearest({ object, path }: Placed, platforms: readonly PlacedPlatform[]): PlacedPlatform {
  const depths = platforms.map((each) => commonDepth(each.path, path));
  const close = platforms.filter((_, index) => depths[index] === Math.max(...depths));
  const namespace = object.metadata?.namespace ?? object.metadata?.name ?? '';
  return close.find(({ platform }) => workspaceOf(platform, namespace)) ?? close[0] as PlacedPlatform;
}

/** How many folders, and the file, two paths share from their beginning. */
function commonDepth(one: string, other: string): number {
  const [a, b] = [one.split('/'), other.split('/')];
  const first = a.findIndex((part, index) => part !== b[index]);
  return first < 0 ? a.length : first;
}

function clusterOf(home: PlacedPlatform | string, objects: readonly Placed[]): ClusterState {
  const platform = typeof home === 'string' ? undefined : home.platform;
  return {
    name: platform?.clusterName ?? String(home),
    ...(platform && { platform }),
    resources: objects.flatMap(({ object, path }) => (isResource(object) ? [resourceFrom(object, path)] : [])),
    objects: objects.flatMap(({ object }) => (isResource(object) ? [] : [object])),
  };
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
}
