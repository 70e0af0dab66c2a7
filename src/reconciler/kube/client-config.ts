import type { TokenSource } from './token';

/** How to reach an API server, and as whom. */
export interface ClientConfig {
  /** Such as `https://10.0.0.1:443`. */
  readonly server: string;
  /** Certificates of who may vouch for the server, in PEM. */
  readonly ca?: string;
  /** Certificate and key of this client, in PEM. */
  readonly cert?: string;
  readonly key?: string;
  readonly token?: TokenSource;
  /** The name in the server's certificate, if it is not that in `server`. */
  readonly serverName?: string;
  /** Does not check the server's certificate: on this machine only. */
  readonly isInsecure?: boolean;
  /** The namespace that this program runs in, or that the kubeconfig names. */
  readonly namespace?: string;
}
