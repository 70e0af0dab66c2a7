/** Labels that more than one layer must know. */

export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGER_NAME = 'substratus';

/** On everything that expansion writes; the reconciler watches for it. */
export const MANAGED_BY = { [MANAGED_BY_LABEL]: MANAGER_NAME } as const;

/**
 * On a Job that builds in another namespace than that of its resource: the resource's uid. There, no owner reference can say it.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/#owner-references-in-object-specifications
 */
export const OWNER_LABEL = 'substratus.ai/owner';

/** On what we write otherwise, such as add-ons of a cluster, in which the reconciler has no hand. */
export const PART_OF = { 'app.kubernetes.io/part-of': MANAGER_NAME } as const;
