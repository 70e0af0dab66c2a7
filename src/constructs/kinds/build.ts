import type { BuildSpec } from '../../api/build';
import { userinfoProblem } from '../../api/credentials';
import { Archive } from '../archive/archive';
import type { DirectoryOptions } from '../archive/archive';
import { formatValue } from '../checks/format-value';
import { tokenProblem } from '../checks/guard';
import { knownProps, optionsProblem } from '../checks/known-props';

/** Where the sources of an image are, in git. */
export interface GitBuildOptions {
  /** URL of the repository, for example `https://github.com/acme/models`. */
  readonly url: string;

  /**
   * Folder with the Dockerfile.
   *
   * @default - the root of the repository
   */
  readonly path?: string;

  /**
   * Branch to build, as it is when the build starts. Not together with `tag`.
   *
   * @default - the default branch
   */
  readonly branch?: string;

  /**
   * Tag to build. Not together with `branch`.
   *
   * @default - none
   */
  readonly tag?: string;
}

const GIT_PROPS = knownProps<GitBuildOptions>({ url: true, path: true, branch: true, tag: true });

/** How an image is built, in the cluster. Its workspace must allow `builds`. */
export class Build {
  /** From a git repository. */
  public static git(options: GitBuildOptions): Build {
    const problem = gitProblem(options);
    if (problem) throw new Error(`Build.git: ${problem}`);
    const { url, path, branch, tag } = options;
    return new Build({ git: { url, ...(path && { path }), ...(branch && { branch }), ...(tag && { tag }) } });
  }

  /**
   * From a folder of this machine with a `Dockerfile`, without a push to git. It is packed when this is called, and travels with the
   * manifests. The same files are the same image, whenever and wherever they are packed. A `.dockerignore` in the folder says what to
   * leave out; files that look like credentials are refused.
   */
  public static directory(path: string, options: DirectoryOptions = {}): Build {
    const archive = Archive.pack(path, options, {
      factory: 'Build.directory', prefix: 'build', isBuild: true, remedy: 'build from git with Build.git',
    });
    return new Build({ archive: archive.spec }, archive);
  }

  private constructor(
    /** @internal */
    public readonly _spec: BuildSpec,
    /** @internal */
    public readonly _archive?: Archive,
  ) {}
}

function gitProblem(options: GitBuildOptions): string | undefined {
  const problem = optionsProblem('options', options, GIT_PROPS) ?? tokenProblem(options) ?? userinfoProblem('url', options.url);
  if (problem) return problem;
  const { url, path, branch, tag } = options;
  if (!url) return 'url is empty; give the URL of a git repository, for example https://github.com/acme/models';
  if (typeof url !== 'string' || !/^https:\/\/[^/]/.test(url)) {
    return `url is ${formatValue(url)}; give an https URL, for example https://github.com/acme/models, which anybody may read (private repositories are not supported yet)`;
  }
  if (path !== undefined && (typeof path !== 'string' || path.startsWith('/') || path.split('/').includes('..'))) {
    return `path is ${formatValue(path)}; give a folder inside the repository, without / first and without ..`;
  }
  return branch && tag ? `branch is ${formatValue(branch)} and tag is ${formatValue(tag)}, and only one can be built; leave one out` : undefined;
}
