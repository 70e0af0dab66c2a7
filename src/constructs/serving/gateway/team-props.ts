import { knownProps } from '../../checks/known-props';

/** What a team may use of a gateway. */
export interface GatewayTeamOptions {
  /**
   * The models that it may use, by the names under which the gateway serves them. With an empty list it may use none: so a team that goes
   * keeps its place among the counters, and the teams behind it keep theirs.
   */
  readonly models: string[];

  /**
   * Tokens of questions and answers that all its keys may use together within 30 days, over all models. The windows of 30 days are the same
   * for all, counted from 1970. What an answer has used is known at its end: requests that are under way then are answered too.
   *
   * @default - no limit
   */
  readonly tokensPerMonth?: number;

  /**
   * Requests that all its keys may make together in a minute.
   *
   * @default - no limit
   */
  readonly requestsPerMinute?: number;

  /**
   * Money that all its keys may use together within the same 30 days, in the currency of the prices of the models (`addModelPrice`).
   *
   * @default - no limit
   */
  readonly budget?: number;
}

/** The Secret that holds a key, in the namespace of the gateway. */
export interface GatewayKeySecret {
  /** Name of the Secret. It is there before the gateway is applied: a missing one has Envoy Gateway turn away every request. */
  readonly name: string;

  /**
   * The entry of its data with the key. It is the id of the client too, so it begins with the name of the team and a dot.
   *
   * @default - `<team>.<key>`
   */
  readonly key?: string;
}

/** A key of a team. */
export interface GatewayKeyOptions {
  /** The last day on which it is good, in UTC, such as `2027-01-31`: at most a year from now. */
  readonly expires: string;

  /**
   * Where the key itself is. It is never in code, and never in a manifest.
   *
   * @default - the Secret `keys-<team>` in the namespace of the gateway, which is written empty: `substratus keys create` makes the key
   */
  readonly secret?: GatewayKeySecret;

  /**
   * Fewer models than the team may use.
   *
   * @default - those of the team
   */
  readonly models?: string[];

  /**
   * Requests that may be made with it in a minute, within those of the team.
   *
   * @default - the limit of the team alone
   */
  readonly requestsPerMinute?: number;
}

/** A key that a team has: by reference, for the key itself is in the Secret alone. */
export interface GatewayKey {
  /** Who a request with it is from, in metrics and logs. While another key takes its place, that one has the same with `.2` behind it. */
  readonly clientId: string;

  /** The Secret that holds it, in the namespace of the gateway. */
  readonly secretName: string;

  /** The entry of the Secret's data with it. */
  readonly secretKey: string;
}

/** Who signs tokens that are taken in place of keys: JWTs, as an OpenID Connect provider issues them. */
export interface GatewayIdentityProviderOptions {
  /** The `iss` of its tokens, such as `https://acme.okta.com`. */
  readonly issuer: string;

  /** The `aud` of the tokens that are taken, one of them: what the provider calls the gateway. */
  readonly audiences: string[];

  /** Where its public keys are, as its `/.well-known/openid-configuration` says. */
  readonly jwksUri: string;

  /**
   * The claim that names the team: text, not a list. With a dot for what is nested, such as `acme.team`.
   *
   * @default 'team'
   */
  readonly teamClaim?: string;
}

/** What a model costs, for the budgets of teams. */
export interface GatewayModelPrice {
  /** Money for a million tokens of the question. */
  readonly inputPerMillion: number;

  /** Money for a million tokens of the answer. */
  readonly outputPerMillion: number;
}

export const TEAM_OPTIONS = knownProps<GatewayTeamOptions>({ models: true, tokensPerMonth: true, requestsPerMinute: true, budget: true });
export const KEY_OPTIONS = knownProps<GatewayKeyOptions>({ expires: true, secret: true, models: true, requestsPerMinute: true });
export const KEY_SECRET = knownProps<GatewayKeySecret>({ name: true, key: true });
export const PROVIDER_OPTIONS = knownProps<GatewayIdentityProviderOptions>({
  issuer: true, audiences: true, jwksUri: true, teamClaim: true,
});
export const PRICE_OPTIONS = knownProps<GatewayModelPrice>({ inputPerMillion: true, outputPerMillion: true });
