/** How many watches a reconciler has: of the four kinds, seven kinds of children, pods, ServiceAccounts and NetworkPolicies. */
export const WATCHES = 14;
