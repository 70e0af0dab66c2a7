import type { ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import { isImageReference } from '../../api/names';
import type { CommonSpec, Kind } from '../../api/resource';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';
import type { PodSecurity } from '../platform/access';
import { podSecurityOf } from '../platform/workspace-context';
import { addArchive } from './archive-object';
import { Build } from './build';
import { Code } from './code';
import { envSpec, runtimeEnvSpec } from './env';
import { literalParams, paramsSpec } from './params';
import { podSpec } from './pod';
import type { PodOptions } from './pod';
import { resourcesSpec } from './resources';
import type { ResourcesOptions } from './resources';
import { runtimeIn, runtimeSpec } from './runtime-props';
import type { DeclaredRuntime } from './runtime-props';

/** What all kinds have in common. */
export interface WorkloadProps {
  /**
   * Name, labels and annotations of the resource.
   *
   * @default - named by the construct ids below the chart, joined by `-`
   */
  readonly metadata?: ApiObjectMetadata;

  /**
   * Image to run. Beside a ready-made program, such as a loader, it replaces the image that this program runs in.
   *
   * @default - the image that `imageBuild` makes, or that of the ready-made program
   */
  readonly image?: string;

  /**
   * Image to build first: `build` of the resource. Not together with `image` or a ready-made program.
   *
   * @default - none
   */
  readonly imageBuild?: Build;

  /**
   * Files to run, at `/content/src`, read-only: for a script in a stock image, for which no image has to be built. `command` says how they
   * are run. They are part of the recipe of a Model or Dataset; a Server rolls to other ones, a Notebook has them from its next start.
   *
   * @default - none
   */
  readonly code?: Code;

  /**
   * Replaces the image's entrypoint. Not together with a ready-made program.
   *
   * @default - the image's
   */
  readonly command?: string[];

  /**
   * Replaces the image's arguments; added to those of a ready-made program.
   *
   * @default - the image's
   */
  readonly args?: string[];

  /**
   * Environment variables. A value may be a reference to a Secret of the namespace: `${{ secrets.<name>.<key> }}`.
   *
   * @default - only the params
   */
  readonly env?: Record<string, string>;

  /**
   * Environment variables that change no result, such as a log level or the address of a mirror. They are not part of the recipe, so that
   * a change trains and downloads nothing again: a Server rolls to it, and a run that computes goes on as it is. Written as in `env`;
   * no variable may be in both.
   *
   * @default - none
   */
  readonly runtimeEnv?: Record<string, string>;

  /**
   * Whether a value of `env` or `runtimeEnv`, or any other text of the resource, may look like a token or key in plain text.
   *
   * @default false
   */
  readonly allowPlainText?: boolean;

  /**
   * Parameters of the program: in `/content/params.json` with their types, and as environment variables `PARAM_<UPPER_KEY>`. A number
   * or boolean and a string of the same text, such as `0.1` and `'0.1'`, are the same recipe.
   *
   * @default - none
   */
  readonly params?: Record<string, string | number | boolean>;

  /**
   * What the container asks for.
   *
   * @default - see each
   */
  readonly resources?: ResourcesOptions;

  /**
   * Nothing runs while this is true; disks and artifacts stay.
   *
   * @default false
   */
  readonly suspend?: boolean;

  /**
   * Names of Secrets with credentials for the image's registry.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];

  /**
   * What to add to the pod.
   *
   * @default - nothing
   */
  readonly pod?: PodOptions;

  /**
   * The Pod Security Standard that the pods meet.
   *
   * @default - that of the Workspace, else PodSecurity.BASELINE
   */
  readonly podSecurity?: PodSecurity;
}

export const WORKLOAD_PROPS = {
  metadata: true, image: true, imageBuild: true, code: true, command: true, args: true, env: true, runtimeEnv: true, allowPlainText: true,
  params: true, resources: true, suspend: true, imagePullSecrets: true, pod: true, podSecurity: true,
} satisfies Record<keyof WorkloadProps, true>;

/** The common part of the spec, after a look at what can be said without a platform. */
export function commonSpec(scope: Construct, kind: Kind, given: WorkloadProps): CommonSpec {
  const runtime = runtimeIn(scope, given);
  const props = runtime ? withRuntime(scope, given, runtime) : given;
  const { image, imageBuild, code, command, args, env, runtimeEnv, allowPlainText, params } = props;
  const { resources, suspend, imagePullSecrets, pod } = props;
  const { podSecurity = podSecurityOf(scope) } = props;
  checkImage(scope, kind, { ...props, ...(runtime && { runtime }) });
  checkCode(scope, code);
  if (imageBuild?._archive) addArchive(scope, imageBuild._archive, { id: 'Build', metadata: props.metadata });
  if (code) addArchive(scope, code._archive, { id: 'Code', metadata: props.metadata });
  return {
    ...(image && { image }),
    ...(runtime && runtimeSpec(runtime)),
    ...(imageBuild && { build: imageBuild._spec }),
    ...(code && { code: code._spec }),
    ...(command && { command }),
    ...(args && { args }),
    ...(env && { env: envSpec(scope, env, { allowPlainText }) }),
    ...(runtimeEnv && { runtimeEnv: runtimeEnvSpec(scope, props) }),
    ...(params && { params: paramsSpec(scope, params), ...literalsOf(params) }),
    ...(resources && { resources: resourcesSpec(scope, resources) }),
    ...(suspend !== undefined && { suspend }),
    ...(imagePullSecrets && { imagePullSecrets: pullSecrets(scope, imagePullSecrets) }),
    ...(pod && { pod: podSpec(scope, pod, podSecurity) }),
    ...(podSecurity && { podSecurity }),
    ...(allowPlainText && { allowPlainText }),
  };
}

/** What the options of a program say, as params and environment. */
function withRuntime(scope: Construct, props: WorkloadProps, { params, runtimeEnv }: DeclaredRuntime): WorkloadProps {
  const twice = Object.keys(props.params ?? {}).find((key) => params[key] !== undefined);
  if (twice !== undefined) throw new ValidationError(scope, `param ${twice} is set in params and as an option of the program; leave one of them out`);
  const all = { ...params, ...props.params };
  return {
    ...props,
    ...(Object.keys(all).length > 0 && { params: all }),
    ...(runtimeEnv && { runtimeEnv: { ...runtimeEnv, ...props.runtimeEnv } }),
  };
}

/** What a kind runs without an image of the user's. */
const READY_MADE: Readonly<Record<Kind, string>> = {
  Model: "loader, trainer or quantizer to a ready-made program, for example loader: Loader.huggingFace('Qwen/Qwen3-0.6B')",
  Dataset: "loader to a ready-made program, for example Loader.huggingFace('HuggingFaceH4/no_robots')",
  Server: 'engine to a ready-made program, for example Engine.vllm()',
  Notebook: 'workbench to a ready-made program, for example Workbench.jupyter()',
};

interface ImageProps extends Pick<WorkloadProps, 'image' | 'imageBuild'> {
  readonly runtime?: DeclaredRuntime;
}

function checkImage(scope: Construct, kind: Kind, { image, imageBuild, runtime }: ImageProps): void {
  if (image && imageBuild) throw new ValidationError(scope, `image is ${formatValue(image)} and imageBuild is set too; leave one of them out`);
  if (!image && !imageBuild && !runtime && kind !== 'Notebook') {
    throw new ValidationError(scope, 'neither image nor imageBuild is set; set image to what to run, imageBuild to where its sources are, '
      + `or ${READY_MADE[kind]}`);
  }
  if (imageBuild && !(imageBuild instanceof Build)) {
    throw new ValidationError(scope, `imageBuild is ${formatValue(imageBuild)}, which is not a Build; write Build.git({ url: 'https://…' })`);
  }
  if (image && !isImageReference(image)) {
    throw new ValidationError(scope, `image is '${image}', which is not a reference to an image; write for example acme/trainer:1.0, without scheme and spaces`);
  }
  if (image && hasUpperCasePath(image)) {
    throw new ValidationError(scope, `image is '${image}', whose path has upper-case letters, which no registry takes; write it in lower case`);
  }
}

/** For callers without types. */
function checkCode(scope: Construct, code: unknown): void {
  if (code === undefined || code instanceof Code) return;
  throw new ValidationError(scope, `code is ${formatValue(code)}, which is not a Code; write Code.directory('train')`);
}

/** Of `host/path:tag`, where host and tag may have them. The first part is a host where it has a dot or port, or is `localhost`. */
function hasUpperCasePath(image: string): boolean {
  if (image === image.toLowerCase()) return false;
  const [name = ''] = image.replace(/:[^/]*$/, '').split('@');
  const [first = '', ...rest] = name.split('/');
  const path = rest.length > 0 && /[.:]|^localhost$/.test(first) ? rest.join('/') : name;
  return path !== path.toLowerCase();
}

function pullSecrets(scope: Construct, names: string[]): { readonly name: string }[] {
  if (!Array.isArray(names)) throw new ValidationError(scope, `imagePullSecrets is ${formatValue(names)}; give a list of names`);
  return names.map((name) => ({ name }));
}

function literalsOf(params: Record<string, string | number | boolean>): Pick<CommonSpec, 'literalParams'> {
  const keys = literalParams(params);
  return keys.length > 0 ? { literalParams: keys } : {};
}
