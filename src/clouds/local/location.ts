/** Where a local cluster is, which is here: what it is made of. */
export interface LocalLocation {
  readonly store: LocalStoreSpec;
  /** Whether pods get GPUs that compute nothing, instead of those of the host. */
  readonly simulatedGpus: boolean;
  /** Image of the node; if absent, the one that kind has with it. */
  readonly nodeImage?: string;
}

/** Where artifacts lie on a local cluster. */
export type LocalStoreSpec =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'minio'; readonly namespace: string; readonly storage?: string }
  | { readonly kind: 's3'; readonly endpoint: string; readonly credentialsSecret: string; readonly region?: string };
