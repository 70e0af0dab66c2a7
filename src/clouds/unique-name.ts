/** Names of buckets, which are unique in the world. */
import { digest, shortDigest } from '../api/digest';

const MAX_LENGTH = 63;

/** A name that is the same for the same cluster of the same account, and nobody else's: `<cluster>-<purpose>-<digest>`. */
export function uniqueName(clusterName: string, account: string, purpose: string): string {
  const suffix = `-${purpose}-${shortDigest(digest({ account, clusterName }))}`;
  return `${clusterName.slice(0, MAX_LENGTH - suffix.length)}${suffix}`;
}
