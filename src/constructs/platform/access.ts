/** How a container reads its inputs. */
export enum Access {
  /** Mounted from the bucket: starts at once, reads at the network's pace. */
  STREAM = 'stream',
  /** Copied to the node's disk before the container starts, which takes `resources.disk` of at least their size. */
  DOWNLOAD = 'download',
}

/** A Pod Security Standard. */
export enum PodSecurity {
  /** Images may run as root. */
  BASELINE = 'baseline',
  /** Nothing runs as root, and nothing can become it. */
  RESTRICTED = 'restricted',
}

/** What becomes of an artifact when its Model or Dataset is deleted. */
export enum DeletionPolicy {
  /** It stays in the bucket. */
  RETAIN = 'Retain',
  /** It is deleted once nothing uses it. */
  DELETE = 'Delete',
}
