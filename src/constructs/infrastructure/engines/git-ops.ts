import { Duration } from 'cdk8s';
import { isDns1123Label } from '../../../api/names';
import type { KubeObject } from '../../../expand';
import { formatValue } from '../../checks/format-value';
import { knownProps, optionsProblem } from '../../checks/known-props';
import { argoCdObjects } from './argo-cd';
import { fluxObjects } from './flux';
import type { Installation } from './releases';

/** How Flux installs engines. */
export interface FluxOptions {
  /**
   * Namespace of the objects of Flux.
   *
   * @default 'flux-system'
   */
  readonly namespace?: string;

  /**
   * How often Flux compares the cluster with what it should be.
   *
   * @default Duration.hours(1)
   */
  readonly interval?: Duration;
}

/** How Argo CD installs engines. */
export interface ArgoCdOptions {
  /**
   * Namespace of the Applications.
   *
   * @default 'argocd'
   */
  readonly namespace?: string;

  /**
   * Project of the Applications.
   *
   * @default 'default'
   */
  readonly project?: string;

  /**
   * Name of the cluster, as Argo CD knows it.
   *
   * @default 'in-cluster'
   */
  readonly destination?: string;
}

const FLUX = knownProps<FluxOptions>({ namespace: true, interval: true });
const ARGO_CD = knownProps<ArgoCdOptions>({ namespace: true, project: true, destination: true });
const ARGO_NAME = /^[a-z0-9]([-_.a-z0-9]*[a-z0-9])?$/i;

/** What installs Helm charts in a cluster, from objects that are applied as all others are. */
export class GitOps {
  /** Flux: a HelmRelease for each chart. */
  public static flux(options: FluxOptions = {}): GitOps {
    const problem = optionsProblem('flux', options, FLUX);
    if (problem) throw new Error(problem);
    const { namespace = 'flux-system', interval = Duration.hours(1) } = options;
    checkNamespace(namespace, 'flux-system');
    if (!(interval instanceof Duration)) throw new Error(`interval is ${formatValue(interval)}, which is not a Duration; write for example Duration.hours(1)`);
    const seconds = Math.round(interval.toMilliseconds() / 1000);
    if (seconds < 60) throw new Error(`interval is ${seconds} s; give a minute or more, for example Duration.hours(1)`);
    return new GitOps((wanted) => fluxObjects(wanted, { namespace, interval: `${seconds}s` }));
  }

  /** Argo CD: an Application for each chart. */
  public static argoCd(options: ArgoCdOptions = {}): GitOps {
    const problem = optionsProblem('argoCd', options, ARGO_CD);
    if (problem) throw new Error(problem);
    const { namespace = 'argocd', project = 'default', destination = 'in-cluster' } = options;
    checkNamespace(namespace, 'argocd');
    for (const [field, value] of Object.entries({ project, destination })) {
      if (typeof value !== 'string' || !ARGO_NAME.test(value)) throw new Error(`${field} is ${formatValue(value)}; give a name that Argo CD knows`);
    }
    return new GitOps((wanted) => argoCdObjects(wanted, { namespace, project, destination }));
  }

  private constructor(private readonly objectsOf: (installation: Installation) => KubeObject[]) {}

  /** @internal */
  public _objects(installation: Installation): KubeObject[] {
    return this.objectsOf(installation);
  }
}

function checkNamespace(namespace: unknown, example: string): void {
  if (typeof namespace === 'string' && isDns1123Label(namespace)) return;
  throw new Error(`namespace is ${formatValue(namespace)}; give the name of a namespace, such as ${example}`);
}
