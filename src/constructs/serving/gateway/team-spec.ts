/** What the policies of a gateway are made from: plain data, in the order in which teams and keys were added. */

/** Who shares a quota, and the models it may use. */
export interface TeamSpec {
  /** Without a `.`, so that no team's clients begin like those of another one. */
  readonly name: string;
  readonly models: readonly string[];
  readonly tokensPerMonth?: number;
  readonly requestsPerMinute?: number;
  /** Money in a month, in the currency of the prices. */
  readonly budget?: number;
  readonly keys: readonly KeySpec[];
}

/** A key, by reference. */
export interface KeySpec {
  readonly id: string;
  readonly secretName: string;
  /** The entry of the Secret's data. Envoy Gateway makes it the id of the client. */
  readonly secretKey: string;
  /** Of the Secret; that of the gateway if it is not given. */
  readonly namespace?: string;
  /** Fewer models than the team's. */
  readonly models?: readonly string[];
  readonly requestsPerMinute?: number;
  /** The last day on which it is good, such as `2027-01-31`, in UTC. */
  readonly expires: string;
}

/** Who signs tokens, and which claim names the team. */
export interface IdentityProviderSpec {
  readonly name: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly jwksUri: string;
  readonly teamClaim: string;
}

/** Of a model, in money for each million tokens. */
export interface ModelPrice {
  readonly model: string;
  readonly input: number;
  readonly output: number;
}
