/** On everything that expansion writes; the reconciler watches for it. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'substratus' } as const;
