import type { NameRules } from '../../infrastructure';

/** RFC 1035, as Compute Engine takes it. https://cloud.google.com/compute/docs/naming-resources (2026-11) */
const COMPUTE = {
  pattern: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/, words: 'up to 63 lowercase letters, digits and hyphens, a letter first and no hyphen last',
};
/** https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create (2026-11) */
const KEY = { pattern: /^[\w-]{1,63}$/, words: 'up to 63 letters, digits, underscores and hyphens' };

/** How names are written that a naming rule gives, by the type of the resource. */
export const NAME_RULES: NameRules = {
  google_compute_network: COMPUTE,
  google_compute_router: COMPUTE,
  google_compute_router_nat: COMPUTE,
  google_compute_subnetwork: COMPUTE,
  google_kms_crypto_key: KEY,
  google_kms_key_ring: KEY,
  /* https://cloud.google.com/iam/docs/service-accounts-create (2026-11) */
  google_service_account: {
    pattern: /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/, words: '6 to 30 lowercase letters, digits and hyphens, a letter first and no hyphen last',
  },
};
