/** What is wrong with a team, a key, a provider or a price, as soon as it is given; `undefined` if nothing is. */
import { clientsOf, isDay, isTeamName } from '../../../api/keys';
import { isDns1123Label } from '../../../api/names';
import { formatValue } from '../../checks/format-value';
import { optionsProblem } from '../../checks/known-props';
import { LARGEST_BUDGET, LARGEST_LIMIT } from './costs';
import { literalKeyIn } from './literal-keys';
import { KEY_OPTIONS, KEY_SECRET, PRICE_OPTIONS, PROVIDER_OPTIONS, TEAM_OPTIONS } from './team-props';
import type { GatewayIdentityProviderOptions, GatewayKeyOptions, GatewayModelPrice, GatewayTeamOptions } from './team-props';
import type { KeySpec, TeamSpec } from './team-spec';

/** As header values take it, and as clients write it. */
const MODEL_NAME = /^[\x21-\x7e]{1,253}$/;
const SECRET_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const SECRET_ENTRY = /^[-._a-zA-Z0-9]{1,253}$/;
const HTTPS_URL = /^https:\/\/[^\s/?#]+[^\s]*$/;
const CLAIM = /^[\w-]+(\.[\w-]+)*$/;
const LARGEST_PRICE = 1000;
/** Prices are counted in it: less would be 0. */
const SMALLEST_PRICE = 0.000001;

/** The Secret of a team's own, which is written empty. */
export function secretOf(team: string): string {
  return `keys-${team}`;
}

export function teamProblem(name: unknown, options: GatewayTeamOptions, teams: readonly TeamSpec[]): string | undefined {
  if (!isTeamName(name)) {
    const dotted = typeof name === 'string' && name.includes('.')
      ? '; a . separates a team from its keys, so that one in its name would have the clients of two teams overlap' : '';
    return `a team is called ${formatValue(name)}; use lower-case letters, digits and - inside, 63 characters at most${dotted}`;
  }
  if (teams.some((team) => team.name === name)) return `team ${name} is there already, and its clients would be those of both; give all of it at once, or another name`;
  const problem = optionsProblem(`team ${name}`, options, TEAM_OPTIONS) ?? modelsProblem(`team ${name}`, options.models);
  if (problem) return problem;
  const { tokensPerMonth, requestsPerMinute, budget } = options;
  return limitProblem(`tokensPerMonth of team ${name}`, tokensPerMonth) ?? limitProblem(`requestsPerMinute of team ${name}`, requestsPerMinute)
    ?? (budget === undefined ? undefined : budgetProblem(name, budget));
}

export function keyProblem(id: unknown, options: GatewayKeyOptions, team: TeamSpec): string | undefined {
  const { name } = team;
  const leaked = literalKeyIn('id', id) ?? literalKeyIn('', options);
  if (leaked !== undefined) return literal(leaked === '' ? 'options' : leaked, name);
  if (typeof id !== 'string' || !isDns1123Label(id)) {
    return `a key of team ${name} is called ${formatValue(id)}; use lower-case letters, digits and - inside, 63 characters at most`;
  }
  const owner = `key ${id} of team ${name}`;
  if (team.keys.some((key) => key.id === id)) return `${owner} is there already; give it another id, or rotate it with \`substratus keys rotate ${name}/${id}\``;
  const problem = optionsProblem(owner, options, KEY_OPTIONS) ?? secretProblem(owner, options.secret, name);
  if (problem) return problem;
  if (!isDay(options.expires)) return `expires of ${owner} is ${formatValue(options.expires)}; give the last day on which it is good, such as 2027-01-31`;
  return (options.models === undefined ? undefined : keyModelsProblem(owner, options.models, team))
    ?? limitProblem(`requestsPerMinute of ${owner}`, options.requestsPerMinute);
}

/** The same key by two names would lock everybody out: Envoy Gateway refuses all keys if one is there twice. And a client has one key. */
export function takenProblem({ id, secretName, secretKey }: KeySpec, { name, keys }: TeamSpec): string | undefined {
  const clients = clientsOf(secretKey);
  const other = keys.find((key) => clientsOf(key.secretKey).some((client) => clients.includes(client)));
  if (!other) return undefined;
  const entry = `key ${id} of team ${name} is entry ${secretKey} of Secret ${secretName}, which`;
  const remedy = 'give each an entry of its own, or leave secret.key out';
  if (other.secretName === secretName) return `${entry} key ${other.id} has already; the same key twice locks everybody out: ${remedy}`;
  return `${entry} would be the client that key ${other.id} of Secret ${other.secretName} is, so that the two could not be told apart; ${remedy}`;
}

export function providerProblem(name: unknown, options: GatewayIdentityProviderOptions): string | undefined {
  if (typeof name !== 'string' || !isDns1123Label(name)) return `an identity provider is called ${formatValue(name)}; use lower-case letters, digits and - inside`;
  const owner = `identity provider ${name}`;
  const problem = optionsProblem(owner, options, PROVIDER_OPTIONS);
  if (problem) return problem;
  const { issuer, audiences, jwksUri, teamClaim } = options;
  if (!matches(HTTPS_URL, issuer) || issuer.length > 253) {
    return `issuer of ${owner} is ${formatValue(issuer)}; give the iss of its tokens, such as https://acme.okta.com`;
  }
  if (!matches(HTTPS_URL, jwksUri) || jwksUri.length > 253) {
    return `jwksUri of ${owner} is ${formatValue(jwksUri)}; give the jwks_uri of ${issuer}/.well-known/openid-configuration`;
  }
  if (!isTexts(audiences) || audiences.length === 0 || audiences.length > 8) {
    return `audiences of ${owner} is ${formatValue(audiences)}; give the aud of the tokens that are meant for the gateway, 1 to 8, for a token for something else is refused`;
  }
  return teamClaim === undefined || matches(CLAIM, teamClaim) ? undefined
    : `teamClaim of ${owner} is ${formatValue(teamClaim)}; give the name of a claim that holds text, such as team`;
}

export function priceProblem(model: unknown, price: GatewayModelPrice): string | undefined {
  if (!matches(MODEL_NAME, model)) return `a price is for ${formatValue(model)}; give the name of a model`;
  const problem = optionsProblem(`price of ${model}`, price, PRICE_OPTIONS);
  if (problem) return problem;
  const { inputPerMillion, outputPerMillion } = price;
  const wrong = Object.entries({ inputPerMillion, outputPerMillion }).find(([, value]) => !isPrice(value));
  return wrong && `${wrong[0]} of the price of ${model} is ${formatValue(wrong[1])}; give money for a million tokens, 0 or from 0.000001 to ${LARGEST_PRICE}`;
}

function modelsProblem(owner: string, models: unknown): string | undefined {
  if (!isTexts(models)) return `models of ${owner} is ${formatValue(models)}; give names of models, such as ['chat']`;
  const wrong = models.find((model) => !MODEL_NAME.test(model));
  if (wrong !== undefined) return `models of ${owner} has ${formatValue(wrong)}; give the name that clients ask for, without blanks`;
  const repeated = models.find((model, index) => models.indexOf(model) !== index);
  return repeated === undefined ? undefined : `models of ${owner} has ${repeated} twice; name each once`;
}

function keyModelsProblem(owner: string, models: unknown, team: TeamSpec): string | undefined {
  const problem = modelsProblem(owner, models);
  if (problem || !isTexts(models)) return problem;
  if (models.length === 0) return `models of ${owner} is empty; name those that it may use, or leave models out for those of the team`;
  const foreign = models.find((model) => !team.models.includes(model));
  return foreign === undefined ? undefined
    : `${owner} is for ${foreign}, which team ${team.name} may not use; add it to the models of the team, or take one of ${team.models.join(', ') || 'none'}`;
}

function secretProblem(owner: string, secret: unknown, team: string): string | undefined {
  if (secret === undefined) return undefined;
  if (typeof secret === 'string') return `secret of ${owner} is a text; a key is never written in code: leave secret out, for keys-${team}, or give the Secret that holds it, as { name: 'from-vault' }`;
  const problem = optionsProblem(`secret of ${owner}`, secret, KEY_SECRET);
  if (problem) return problem;
  const { name, key } = secret as { readonly name?: unknown; readonly key?: unknown };
  if (!matches(SECRET_NAME, name)) return `secret.name of ${owner} is ${formatValue(name)}; give the name of a Secret, such as keys-${team}`;
  return key === undefined ? undefined : entryProblem(owner, key, team);
}

function entryProblem(owner: string, key: unknown, team: string): string | undefined {
  const field = `secret.key of ${owner} is ${formatValue(key)}`;
  if (typeof key !== 'string' || !key.startsWith(`${team}.`)) {
    return `${field}; begin it with ${team}. for Envoy Gateway takes it for the id of the client, by which the team is known`;
  }
  if (key === `${team}.`) return `${field}; give the key a name behind the dot, such as ${team}.ci`;
  return SECRET_ENTRY.test(key) ? undefined : `${field}; use letters, digits and . _ - alone, 253 characters at most, as for any entry of a Secret`;
}

/** Without the text. */
function literal(field: string, team: string): string {
  return `${field} of addKey of team ${team} looks like a key itself; a key is never written in code, and this one is known to all who can read the code: `
    + `give it up, leave secret out, and make one with \`substratus keys create ${team}/<id>\`, which writes it to a Secret`;
}

function limitProblem(field: string, limit: unknown): string | undefined {
  if (limit === undefined || (Number.isInteger(limit) && Number(limit) >= 1 && Number(limit) <= LARGEST_LIMIT)) return undefined;
  return `${field} is ${formatValue(limit)}; give a whole number from 1 to ${LARGEST_LIMIT}, or leave it out for no limit`;
}

function budgetProblem(team: string, budget: unknown): string | undefined {
  if (typeof budget === 'number' && budget >= 0.01 && budget <= LARGEST_BUDGET) return undefined;
  return `budget of team ${team} is ${formatValue(budget)}; give money from 0.01 to ${LARGEST_BUDGET}, or leave it out for no limit`;
}

function isPrice(value: unknown): boolean {
  return value === 0 || (typeof value === 'number' && value >= SMALLEST_PRICE && value <= LARGEST_PRICE);
}

function isTexts(values: unknown): values is string[] {
  return Array.isArray(values) && values.every((value) => typeof value === 'string' && value !== '');
}

function matches(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}
