/** Which image a resource runs, and what it is built from where it is built. */
import type { BuildSpec } from '../api/build';
import { digest } from '../api/digest';
import type { PlatformSpec, RegistrySpec } from '../api/platform';
import type { Resource } from '../api/resource';
import { namespaceOf } from './child';
import { ExpandError } from './error';

/** The image that runs: the built one, where there is a build. */
export function imageOf(resource: Resource, platform: PlatformSpec): string {
  const { image, build } = resource.spec;
  if (build) return builtImage(resource, platform);
  if (!image) throw new ExpandError('neither image, build nor runtime is set; set image to what to run, or runtime to a ready-made program');
  return image;
}

/** Where the built image lies: the repository of the workspace, and as its tag a digest of what it is built from. */
export function builtImage(resource: Resource, platform: PlatformSpec): string {
  const { registry } = platform;
  if (!registry) throw new ExpandError('build needs an image registry but the platform has none; give it a registry');
  return `${repositoryOf(registry, namespaceOf(resource))}:${digest(sourcesOf(buildOf(resource)))}`;
}

/** What an image is built from, for its tag. */
function sourcesOf({ git, archive }: BuildSpec): unknown {
  return archive ? { archive: archive.digest } : { url: git?.url, path: git?.path, ref: git?.tag ?? git?.branch };
}

function repositoryOf({ url, repositoryPerWorkspace }: RegistrySpec, namespace: string): string {
  return repositoryPerWorkspace ? `${url}-${namespace}/image` : `${url}/${namespace}`;
}

/** What is built: a git repository or an archive. Or an error where it cannot be. */
export function buildOf({ spec: { build } }: Resource): BuildSpec {
  if (build?.upload) throw new ExpandError(NO_UPLOADS);
  if (build?.git && build.archive) throw new ExpandError('build.git and build.archive are both set; leave one of them out');
  if (!build?.git && !build?.archive) {
    throw new ExpandError('build names no source; set build.git.url or build.archive, or set image instead of build');
  }
  return build;
}

export const NO_UPLOADS = 'build.upload is not supported yet; push the sources to git and use build.git, pack them into build.archive, '
  + 'or build the image elsewhere and set image';
