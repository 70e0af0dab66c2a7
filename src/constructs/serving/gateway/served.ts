/** What is known of a Server that a gateway offers. Plain data. */

/** A name that clients ask for. */
export interface ServedModel {
  readonly name: string;
  /** As the Server's own program knows it. Default: as the client says it. */
  readonly upstream?: string;
}

/** Where requests go: to a host, or to the pods of an InferencePool in the namespace of the Server. */
export interface ServedTarget {
  readonly hostname: string;
  readonly port: number;
  readonly pool?: string;
}

export interface ServedRoute extends ServedTarget {
  /** Of the Server. */
  readonly namespace: string;
  readonly server: string;
  readonly models: readonly ServedModel[];
  /** How long a request is held while the Server starts; absent where none is held. */
  readonly coldStartSeconds?: number;
}
