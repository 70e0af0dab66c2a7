/** Objects of the Kubernetes API as this program reads them: their metadata, and nothing of what is in them. */

/** A resource type: what is in the path of a request. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** What one writer owns of an object. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  subresource?: string;
  fieldsV1?: Record<string, unknown>;
  apiVersion?: string;
  time?: string;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Metadata of an object that the API server has stored. */
export interface LiveMetadata {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

/** A stored object. Objects in lists have neither `apiVersion` nor `kind`. */
export interface LiveObject {
  apiVersion?: string;
  kind?: string;
  metadata: LiveMetadata;
}

/** An object to be written. */
export interface ObjectToWrite {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string; readonly uid?: string; readonly resourceVersion?: string };
}

/** Which object of a type. */
export interface ObjectRef {
  readonly namespace?: string;
  readonly name: string;
}

/** The key of an object in caches: `namespace/name`, or `name` if it is in no namespace. */
export function keyOf({ namespace, name }: ObjectRef): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The value of `apiVersion` for objects of a type. */
export function apiVersionOf({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The path of a collection, or of an object in it. Without a namespace it is the collection of all namespaces. */
export function pathOf(type: ResourceType, { namespace, name }: Partial<ObjectRef>): string {
  const segments = [
    ...type.group === '' ? ['api'] : ['apis', type.group],
    type.version,
    ...type.namespaced && namespace !== undefined ? ['namespaces', namespace] : [],
    type.plural,
    ...name === undefined ? [] : [name],
  ];
  return `/${segments.map(encodeURIComponent).join('/')}`;
}
