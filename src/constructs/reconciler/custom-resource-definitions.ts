import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { customResourceDefinitions } from '../../api/crds';
import { Declarations } from '../kinds/declarations';
import { clusterScoped } from '../objects/cluster-scoped';

/** The CustomResourceDefinitions of the four kinds: once in a cluster, before anything of a kind. */
export class CustomResourceDefinitions extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    Declarations.of(this);
    for (const definition of customResourceDefinitions()) {
      clusterScoped(new ApiObject(this, definition.metadata.name, definition));
    }
  }
}
