/** Archives in ConfigMaps: `build.archive` is a context to build from, `code` is unpacked beside the program. */
import type { Container, Volume } from 'kubernetes-types/core/v1';
import { ARCHIVE_KEY, CODE_PATH } from '../api/archive';
import type { ArchiveSpec } from '../api/archive';
import { buildNamespaceOf } from '../api/platform';
import type { PlatformSpec } from '../api/platform';
import type { Resource } from '../api/resource';
import type { PodPart } from '../clouds/cloud';
import { namespaceOf } from './child';
import { rcloneContainer } from './rclone';

const ARCHIVE_DIRECTORY = '/archive';
const CODE = 'code';
/** More than anything that is packed by us, and than a node would miss. */
const CODE_LIMIT = '64Mi';

/** Unpacks the archive into a folder that is there, once its digest is as the spec says: the ConfigMap may have been made again. */
export const UNPACK = `archive="${ARCHIVE_DIRECTORY}/${ARCHIVE_KEY}"
if [ "$(sha256sum <"$archive" | cut -d ' ' -f 1)" != "$ARCHIVE_SHA256" ]; then
  echo "ConfigMap $ARCHIVE_CONFIG_MAP has another archive than the spec says (sha256:$ARCHIVE_SHA256); apply the ConfigMap of the manifests again" >&2
  exit 1
fi
tar -xzf "$archive" -C`;

const UNPACK_CODE = `set -eu
${UNPACK} ${CODE_PATH}
`;

/** What a container needs to unpack an archive. */
type ArchivePart = Required<Pick<PodPart, 'volumes' | 'volumeMounts'> & Pick<Container, 'env'>>;

export function archivePart(name: string, { configMapName, digest }: ArchiveSpec): ArchivePart {
  const volume: Volume = { name, configMap: { name: configMapName, items: [{ key: ARCHIVE_KEY, path: ARCHIVE_KEY }] } };
  return {
    volumes: [volume],
    volumeMounts: [{ name, mountPath: ARCHIVE_DIRECTORY, readOnly: true }],
    env: [{ name: 'ARCHIVE_CONFIG_MAP', value: configMapName }, { name: 'ARCHIVE_SHA256', value: digest.replace(/^sha256:/, '') }],
  };
}

interface CodeParts {
  readonly parts: PodPart[];
  readonly initContainers: Container[];
}

/** The files of `spec.code`, read-only, and the container that unpacks them. Nothing where there are none. */
export function codeParts({ spec: { code } }: Resource, platform: PlatformSpec): CodeParts {
  if (!code) return { parts: [], initContainers: [] };
  const { volumes, volumeMounts, env = [] } = archivePart(`${CODE}-archive`, code);
  const rclone = rcloneContainer(CODE, platform);
  return {
    parts: [{
      volumes: [...volumes, { name: CODE, emptyDir: { sizeLimit: CODE_LIMIT } }],
      volumeMounts: [{ name: CODE, mountPath: CODE_PATH, readOnly: true }],
    }],
    initContainers: [{
      ...rclone,
      command: ['sh', '-c', UNPACK_CODE],
      env,
      resources: { requests: { cpu: '100m', memory: '64Mi' } },
      terminationMessagePolicy: 'FallbackToLogsOnError',
      volumeMounts: [...volumeMounts, { name: CODE, mountPath: CODE_PATH }],
    }],
  };
}

/** An archive that a resource reads, and where. */
export interface UsedArchive extends ArchiveSpec {
  readonly namespace: string;
  readonly field: 'build.archive' | 'code';
}

/** The archives that must be there, in the order in which they are needed. */
export function archivesOf(resource: Resource, platform: Pick<PlatformSpec, 'workspaces'>): UsedArchive[] {
  const { build, code } = resource.spec;
  const namespace = namespaceOf(resource);
  return [
    ...(build?.archive ? [{ ...build.archive, field: 'build.archive' as const, namespace: buildNamespaceOf(platform, namespace) }] : []),
    ...(code ? [{ ...code, field: 'code' as const, namespace }] : []),
  ];
}
