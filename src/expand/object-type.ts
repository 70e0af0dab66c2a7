/** A type of object, as the paths of the API and the rules of RBAC name it. */
export interface ObjectType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}
