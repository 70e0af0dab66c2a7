/** Which image a resource runs, and what it is built from where it is built. */
import { digest } from '../api/digest';
import type { PlatformSpec, RegistrySpec } from '../api/platform';
import type { GitSpec, Resource } from '../api/resource';
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
  const { url, path, tag, branch } = gitOf(resource);
  return `${repositoryOf(registry, namespaceOf(resource))}:${digest({ url, path, ref: tag ?? branch })}`;
}

function repositoryOf({ url, repositoryPerWorkspace }: RegistrySpec, namespace: string): string {
  return repositoryPerWorkspace ? `${url}-${namespace}/image` : `${url}/${namespace}`;
}

/** What a build fetches, or an error where it cannot. */
export function gitOf({ spec: { build } }: Resource): GitSpec {
  if (build?.upload) throw new ExpandError(NO_UPLOADS);
  if (!build?.git) throw new ExpandError('build names no source; set build.git.url, or set image instead of build');
  return build.git;
}

export const NO_UPLOADS = 'build.upload is not supported yet; push the sources to git and use build.git, or build the image elsewhere and set image';
