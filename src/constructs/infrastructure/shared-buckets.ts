/** Whether two clusters of an App have their artifacts in the same folders of one bucket. */
import type { PlatformSpec } from '../../api/platform';
import { cloudNamed } from '../../clouds/pods';

/** A cluster, for this. */
export interface BucketUser {
  /** Its path in the App. */
  readonly path: string;
  readonly clusterName: string;
  readonly platform: PlatformSpec;
}

/**
 * The folders of its workspaces that lie in those of another cluster, or the other way round. Each reconciler believes to be alone there:
 * what one deletes the other still serves, and two that train the same recipe write over each other. Stores on this machine are each
 * cluster's own.
 */
export function folderProblems(own: BucketUser, others: readonly BucketUser[]): string[] {
  const folders = foldersOf(own);
  return others.flatMap((other) => {
    const theirs = foldersOf(other);
    const met = folders.find(({ url }) => theirs.some((each) => isWithin(url, each.url) || isWithin(each.url, url)));
    return met ? [`workspace ${met.namespace} has its artifacts in ${met.url}, where cluster ${other.clusterName} (${other.path}) has some too; `
      + `give each cluster an artifactPrefix of its own, for example '${own.clusterName}'`] : [];
  });
}

function foldersOf({ platform }: BucketUser): { readonly namespace: string; readonly url: string }[] {
  const cloud = cloudNamed(platform.cloud);
  if (!cloud.hasIdentities) return [];
  return (platform.workspaces ?? []).map(({ namespace }) => ({ namespace, url: cloud.workspaceUrl(platform, namespace) }));
}

function isWithin(url: string, folder: string): boolean {
  return url === folder || url.startsWith(`${folder}/`);
}
