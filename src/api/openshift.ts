/** What is particular to a cluster of OpenShift. */
export interface OpenShiftSpec {
  /** A group that every pod of a workspace is in too: that of a shared directory, which users of many namespaces write. */
  readonly storeGroup?: number;
}
