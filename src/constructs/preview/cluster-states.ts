/** What each cluster is given, as it will be serialised: for what is computed from the state of a program. */
import { ApiObject, App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { API_GROUP } from '../../api/resource';
import type { KubeObject } from '../../expand';
import type { ClusterState } from '../../state/state';
import { Declarations } from '../kinds/declarations';
import type { Platform } from '../platform/platform';
import { platformOf } from '../platform/workspace-context';

export interface ClusterStateOptions {
  /** The cluster of what is in no Workspace. */
  readonly platform?: Platform;
  /** Kinds of the other objects that are wanted, for each has to be rendered. Default: all. */
  readonly kinds?: ReadonlySet<string>;
}

/** A cluster and what is declared on it. */
export interface DeclaredCluster {
  readonly platform?: Platform;
  readonly state: ClusterState;
}

/** The clusters that have something at or below a construct of a cdk8s App. */
export function clusterStates(scope: IConstruct, options: ClusterStateOptions = {}): DeclaredCluster[] {
  if (!(scope.node.root instanceof App)) return [];
  const objects = objectsByPlatform(scope, options);
  const declared = new Map(Declarations.all(scope).map((declarations) => [declarations.platform ?? options.platform, declarations]));
  return [...new Set([...declared.keys(), ...objects.keys()])].flatMap((platform) => {
    const resources = (declared.get(platform)?.below(scope) ?? []).map(({ object }) => object.serialised);
    const others = objects.get(platform) ?? [];
    if (resources.length === 0 && others.length === 0) return [];
    const spec = platform?._spec;
    return [{
      ...(platform && { platform }),
      state: { name: spec?.clusterName ?? scope.node.id, ...(spec && { platform: spec }), resources, objects: others },
    }];
  });
}

/** The user's own objects, and those of ours that are not of the kinds. */
function objectsByPlatform(scope: IConstruct, { kinds, platform: fallback }: ClusterStateOptions): Map<Platform | undefined, KubeObject[]> {
  const byPlatform = new Map<Platform | undefined, KubeObject[]>();
  const only = onlyPlatformOf(scope) ?? fallback;
  for (const construct of scope.node.findAll()) {
    if (!ApiObject.isApiObject(construct) || construct.apiGroup === API_GROUP || kinds?.has(construct.kind) === false) continue;
    const platform = platformOf(construct) ?? only;
    const objects = byPlatform.get(platform) ?? [];
    byPlatform.set(platform, objects);
    objects.push(construct.toJson() as KubeObject);
  }
  return byPlatform;
}

/** What is in no Workspace belongs to the one cluster that the App has, if it has one. */
function onlyPlatformOf(scope: IConstruct): Platform | undefined {
  const platforms = Declarations.all(scope).flatMap(({ platform = [] }) => platform);
  return platforms.length === 1 ? platforms[0] : undefined;
}

