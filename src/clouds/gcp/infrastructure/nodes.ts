/** What all nodes have, with and without GPU. */

/** What a node may ask of Google's APIs is decided by its account's roles, not by these. */
export const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/** What nodes of all pools have: no metadata of the VM for pods, secure boot, no legacy endpoints. */
export const SHIELDED = {
  shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
  workloadMetadataConfig: { mode: 'GKE_METADATA' },
  metadata: { 'disable-legacy-endpoints': 'true' },
};
