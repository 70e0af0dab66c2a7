/** What is declared beside the resources: the workspaces, and the user's own objects. */
import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { API_GROUP } from '../../api/resource';
import { keyOfResource } from '../../expand';
import type { KubeObject } from '../../expand';
import { Declarations } from '../kinds/declarations';

/** An object and what `node.addDependency` puts before it. */
export interface OtherObject {
  readonly object: KubeObject;
  /** Keys of resources. */
  readonly afterResources: ReadonlySet<string>;
  readonly after: readonly OtherObject[];
}

/** Those at or below a construct, in the order of their declaration. */
export function otherObjects(scope: IConstruct): OtherObject[] {
  const others = new Map<ApiObject, OtherObject & { after: readonly OtherObject[] }>();
  for (const object of apiObjects(scope)) {
    const afterResources = new Set(dependenciesOf(object).flatMap(resourceKeys));
    others.set(object, { object: object.toJson() as KubeObject, afterResources, after: [] });
  }
  for (const [object, other] of others) {
    other.after = dependenciesOf(object).flatMap(apiObjects).flatMap((dependency) => others.get(dependency) ?? []);
  }
  return [...others.values()];
}

function apiObjects(scope: IConstruct): ApiObject[] {
  return scope.node.findAll()
    .filter((construct): construct is ApiObject => ApiObject.isApiObject(construct) && construct.apiGroup !== API_GROUP);
}

/** Those of the constructs around it too. */
function dependenciesOf(construct: IConstruct): IConstruct[] {
  return construct.node.scopes.flatMap(({ node }) => node.dependencies);
}

function resourceKeys(construct: IConstruct): string[] {
  const declared = Declarations.all(construct).flatMap((declarations) => declarations.below(construct));
  return declared.map(({ object }) => keyOfResource(object.declared));
}
