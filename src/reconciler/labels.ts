/** The label on everything that expansion writes; what is watched is chosen by it. */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGER_NAME = 'substratus';
export const MANAGED_BY_SELECTOR = `${MANAGED_BY_LABEL}=${MANAGER_NAME}`;
