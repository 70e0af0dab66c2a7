/**
 * Who may use which model: the specs of SecurityPolicies, without their target. Pure.
 *
 * There is one policy for a listener and everything behind it, never one for a route: Envoy checks keys before the model is read from the
 * body, so that a key which only the route of a model asks for is not asked for when the model is in the body alone.
 * https://github.com/envoyproxy/ai-gateway/issues/1474
 */
import { CLIENT_HEADER, clientsOf, MODEL_HEADER } from '../../../api/keys';
import type { IdentityProviderSpec, KeySpec, TeamSpec } from './team-spec';

/** Most values of a header in a rule. https://gateway.envoyproxy.io/docs/api/extension_types/#authorizationheadermatch */
export const MOST_VALUES = 256;

export interface SecurityPolicySpec {
  readonly apiKeyAuth?: ApiKeyAuth;
  readonly jwt?: Jwt;
  readonly authorization: Authorization;
}

interface ApiKeyAuth {
  readonly credentialRefs: readonly { readonly name: string; readonly namespace?: string }[];
  readonly extractFrom: readonly { readonly headers: readonly string[] }[];
  readonly forwardClientIDHeader: string;
  readonly sanitize: boolean;
}

interface Jwt {
  readonly providers: readonly object[];
}

export interface Authorization {
  readonly defaultAction: 'Deny';
  readonly rules?: readonly AuthorizationRule[];
}

export interface AuthorizationRule {
  readonly name: string;
  readonly action: 'Allow';
  readonly operation?: { readonly methods: readonly string[] };
  readonly principal: { readonly headers: readonly HeaderValues[] };
}

interface HeaderValues {
  readonly name: string;
  readonly values: readonly string[];
}

/** Clients that may use the same models. */
interface Grant {
  readonly name: string;
  readonly clients: readonly string[];
  readonly models: readonly string[];
}

/** By keys, in `Authorization: Bearer …`. Without any key nobody is let in. */
export function keyAccess(teams: readonly TeamSpec[]): SecurityPolicySpec {
  const authorization = authorizationOf(teams.flatMap(keyGrants));
  const credentialRefs = secretsOf(teams);
  if (credentialRefs.length === 0) return { authorization };
  return {
    apiKeyAuth: { credentialRefs, extractFrom: [{ headers: ['Authorization'] }], forwardClientIDHeader: CLIENT_HEADER, sanitize: true },
    authorization,
  };
}

/**
 * By tokens of identity providers, whose claim is the name of the team. For a listener of its own: Envoy's check of keys turns away
 * a request that has none, so that both cannot be asked for at one place.
 */
export function tokenAccess(teams: readonly TeamSpec[], providers: readonly IdentityProviderSpec[]): SecurityPolicySpec {
  const grants = teams.map(({ name, models }) => ({ name, clients: [name], models }));
  return { jwt: { providers: providers.map(jwtProvider) }, authorization: authorizationOf(grants) };
}

/** Every Secret once, in the order in which they were first named. */
function secretsOf(teams: readonly TeamSpec[]): ApiKeyAuth['credentialRefs'] {
  const keys = teams.flatMap((team) => team.keys);
  const secrets = new Map(keys.map(({ secretName: name, namespace }) => [`${namespace ?? ''}/${name}`, { name, ...(namespace !== undefined && { namespace }) }]));
  return [...secrets.values()];
}

/** The keys with the models of the team together, then each that has its own. */
function keyGrants({ name, models, keys }: TeamSpec): Grant[] {
  const clientsOfAll = (some: readonly KeySpec[]): string[] => some.flatMap(({ secretKey }) => clientsOf(secretKey));
  const own = keys.filter((key) => key.models !== undefined);
  return [
    { name, clients: clientsOfAll(keys.filter((key) => key.models === undefined)), models },
    ...own.map((key) => ({ name: `${name}.${key.id}`, clients: clientsOfAll([key]), models: key.models ?? [] })),
  ];
}

function authorizationOf(grants: readonly Grant[]): Authorization {
  const rules = [...grants.flatMap(modelRules), ...listRules(grants.flatMap(({ clients }) => clients))];
  return { defaultAction: 'Deny', ...(rules.length > 0 && { rules }) };
}

function modelRules({ name, clients, models }: Grant): AuthorizationRule[] {
  const pairs = chunks(clients).flatMap((some) => chunks(models).map((others) => [some, others] as const));
  return pairs.map(([some, others], index) => ({
    name: numbered(name, index),
    action: 'Allow',
    principal: { headers: [{ name: CLIENT_HEADER, values: some }, { name: MODEL_HEADER, values: others }] },
  }));
}

/** Every client that is known may ask which models there are: a request without a model. */
function listRules(clients: readonly string[]): AuthorizationRule[] {
  return chunks(clients).map((values, index) => ({
    name: numbered('list models', index),
    action: 'Allow',
    operation: { methods: ['GET'] },
    principal: { headers: [{ name: CLIENT_HEADER, values }] },
  }));
}

function jwtProvider({ name, issuer, audiences, jwksUri, teamClaim }: IdentityProviderSpec): object {
  return {
    name, issuer, audiences: [...audiences], remoteJWKS: { uri: jwksUri },
    claimToHeaders: [{ claim: teamClaim, header: CLIENT_HEADER }], recomputeRoute: true,
  };
}

function chunks(values: readonly string[]): string[][] {
  const count = Math.ceil(values.length / MOST_VALUES);
  return Array.from({ length: count }, (_, index) => values.slice(index * MOST_VALUES, (index + 1) * MOST_VALUES));
}

/** With what no name of a team can hold, so that it is the name of one rule. */
function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}/${index + 1}`;
}
