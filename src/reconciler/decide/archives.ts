/** Archives that a resource needs: whether they are there, and are what its spec says. */
import { ARCHIVE_KEY } from '../../api/archive';
import { archivesOf, namespaceOf } from '../../expand';
import type { UsedArchive } from '../../expand';
import type { Closed } from './gates';
import type { View } from './view';

/**
 * Why a resource waits for an archive; `undefined` if it need not. In another namespace, in which images are built, ConfigMaps are not
 * watched: there the kubelet says that one is missing, and the builder that it is another.
 */
export function missingArchive({ resource, platform, archive }: Pick<View, 'resource' | 'platform' | 'archive'>, field: UsedArchive['field']): Closed | undefined {
  const used = archivesOf(resource, platform).find((each) => each.field === field);
  if (!used || used.namespace !== namespaceOf(resource)) return undefined;
  const { configMapName, digest, namespace } = used;
  const configMap = `ConfigMap ${namespace}/${configMapName}`;
  const found = archive(used);
  if (!found) {
    return {
      reason: 'ArchiveNotFound',
      message: `waiting for ${configMap}, which spec.${field} names and which does not exist; it is among the manifests `
        + '(one of your own has the labels app.kubernetes.io/managed-by: substratus and role: archive)',
    };
  }
  if (found.archive === digest) return undefined;
  const holds = found.archive === undefined ? `has no binaryData ${ARCHIVE_KEY}` : `has the archive ${found.archive}`;
  return {
    reason: 'ArchiveMismatch',
    message: `${configMap} ${holds}, but spec.${field} says ${digest}; delete it, and apply the manifests again`,
    isFinal: true,
  };
}
