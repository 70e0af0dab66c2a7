import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { customResourceDefinitions } from '../../api/crds';
import { knownProps } from '../checks/known-props';
import { ValidationError } from '../checks/validation-error';
import { Declarations } from '../kinds/declarations';
import { checkProps } from '../kinds/props-check';
import { clusterScoped } from '../objects/cluster-scoped';
import { versionProblem } from '../platform/platform-checks';

/** The CustomResourceDefinitions of the four kinds. */
export interface CustomResourceDefinitionsProps {
  /**
   * Version of Kubernetes, such as `1.33`. Before 1.30 some bounds are left out, to which an object of an older release could not be held
   * without making it impossible to update.
   *
   * @default '1.33'
   */
  readonly kubernetesVersion?: string;
}

const PROPS = knownProps<CustomResourceDefinitionsProps>({ kubernetesVersion: true });

/** The CustomResourceDefinitions of the four kinds: once in a cluster, before anything of a kind. */
export class CustomResourceDefinitions extends Construct {
  constructor(scope: Construct, id: string, props: CustomResourceDefinitionsProps = {}) {
    super(scope, id);
    Declarations.of(this);
    checkProps(this, props, PROPS);
    const { kubernetesVersion } = props;
    const problem = kubernetesVersion === undefined ? undefined : versionProblem(kubernetesVersion);
    if (problem) throw new ValidationError(this, problem);
    for (const definition of customResourceDefinitions({ kubernetesVersion })) {
      clusterScoped(new ApiObject(this, definition.metadata.name, definition));
    }
  }
}
