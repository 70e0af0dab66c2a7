/**
 * How much a team may use: the spec of the one BackendTrafficPolicy, without its target. Pure.
 *
 * Envoy Gateway counts a shared rule by its place in the list of rules, not by what it selects (`<namespace>/<policy>/rule/<index>`,
 * https://github.com/envoyproxy/gateway/blob/v1.8.1/internal/gatewayapi/backendtrafficpolicy.go). So a rule that goes or comes moves the
 * counters of all that are behind it to other teams. For that reason each team has two places at the beginning, in the order in which the
 * teams were added, whether it has such limits or not; the limits for a minute come last, where a counter that starts again does no harm.
 */
import { CLIENT_HEADER, clientsOf } from '../../../api/keys';
import { costKey, LARGEST_LIMIT, moneyUnit, TOKENS_KEY } from './costs';
import type { KeySpec, TeamSpec } from './team-spec';

/** https://gateway.envoyproxy.io/docs/api/extension_types/#globalratelimit */
export const MOST_RULES = 256;

/** Where Envoy AI Gateway writes what a request has cost. */
const METADATA_NAMESPACE = 'io.envoy.ai_gateway';
/** Is nobody's id. */
const NOBODY = '-';

export interface TrafficPolicySpec {
  readonly timeout: { readonly http: { readonly requestTimeout: string; readonly streamIdleTimeout: string } };
  readonly rateLimit?: { readonly global: { readonly rules: readonly LimitRule[] } };
}

export interface LimitRule {
  readonly clientSelectors: readonly { readonly headers: readonly HeaderMatch[] }[];
  /** One counter for all routes. Without it each route counts for itself, and a limit is that many times as large. */
  readonly shared: true;
  readonly limit: { readonly requests: number; readonly unit: 'Minute' | 'Month' };
  readonly cost?: object;
}

interface HeaderMatch {
  readonly name: string;
  readonly type: 'Exact' | 'RegularExpression';
  readonly value: string;
}

/**
 * @param streamIdleTimeout how long nothing may come before a request is given up: longer than the longest cold start, such as `2400s`.
 * A request as a whole has no limit, for an answer may take any time.
 */
export function trafficPolicy(teams: readonly TeamSpec[], streamIdleTimeout: string): TrafficPolicySpec {
  const rules = limitRules(teams);
  return {
    timeout: { http: { requestTimeout: '0s', streamIdleTimeout } },
    ...(rules.length > 0 && { rateLimit: { global: { rules } } }),
  };
}

/** All rules: an empty list where no team has a limit. */
export function limitRules(teams: readonly TeamSpec[]): LimitRule[] {
  const months = teams.flatMap(({ name, tokensPerMonth, budget }) => [tokenRule(name, tokensPerMonth), moneyRule(name, budget)]);
  const minutes = teams.flatMap((team) => [
    ...requestRule(clientsOfTeam(team.name), team.requestsPerMinute),
    ...team.keys.flatMap((key) => requestRule(clientsOfKey(key), key.requestsPerMinute)),
  ]);
  return [...months.some(isLimit) ? months : [], ...minutes];
}

function isLimit({ cost }: LimitRule): boolean {
  return cost !== undefined;
}

function tokenRule(team: string, tokensPerMonth: number | undefined): LimitRule {
  return tokensPerMonth === undefined ? PLACE : monthly(team, tokensPerMonth, TOKENS_KEY);
}

function moneyRule(team: string, budget: number | undefined): LimitRule {
  return budget === undefined ? PLACE : monthly(team, Math.round(budget * moneyUnit(budget)), costKey(budget));
}

/** Keeps a place, and matches no request. */
const PLACE: LimitRule = {
  clientSelectors: [{ headers: [{ name: CLIENT_HEADER, type: 'Exact', value: NOBODY }] }],
  shared: true,
  limit: { requests: LARGEST_LIMIT, unit: 'Month' },
};

/** What an answer has cost is known when it has ended: a request is let in while anything is left, and charged afterwards. */
function monthly(team: string, requests: number, key: string): LimitRule {
  return {
    clientSelectors: [{ headers: [clientsOfTeam(team)] }],
    shared: true,
    limit: { requests, unit: 'Month' },
    cost: {
      request: { from: 'Number', number: 0 },
      response: { from: 'Metadata', metadata: { namespace: METADATA_NAMESPACE, key } },
    },
  };
}

function requestRule(clients: HeaderMatch, requestsPerMinute: number | undefined): LimitRule[] {
  if (requestsPerMinute === undefined) return [];
  return [{ clientSelectors: [{ headers: [clients] }], shared: true, limit: { requests: requestsPerMinute, unit: 'Minute' } }];
}

/** All keys of a team, and its members that come with a token. Anchored on the `.`, so that `team-a` is not `team-a-x`. */
function clientsOfTeam(team: string): HeaderMatch {
  return matching(`^${escaped(team)}(\\..+)?$`);
}

/** A key, and the one that takes its place. */
function clientsOfKey({ secretKey }: KeySpec): HeaderMatch {
  return matching(`^(${clientsOf(secretKey).map(escaped).join('|')})$`);
}

function matching(value: string): HeaderMatch {
  return { name: CLIENT_HEADER, type: 'RegularExpression', value };
}

function escaped(text: string): string {
  return text.replace(/\./g, '\\.');
}
