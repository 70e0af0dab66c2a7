/** The teams of a gateway, its identity providers and prices: collects them, and says what does not fit together when all are known. */
import type { Construct } from 'constructs';
import { nearest } from '../../../api/names';
import { daysBetween } from '../../checks/today';
import { ValidationError } from '../../checks/validation-error';
import { limitRules, MOST_RULES } from './limits';
import { GatewayTeam } from './team';
import { priceProblem, providerProblem, secretOf, teamProblem } from './team-checks';
import type { GatewayIdentityProviderOptions, GatewayModelPrice, GatewayTeamOptions } from './team-props';
import type { IdentityProviderSpec, KeySpec, ModelPrice, TeamSpec } from './team-spec';

/** A key must be made new within so many days. */
const LONGEST_DAYS = 366;
/** An end that is so near is told. */
const WARNING_DAYS = 7;
/** Of a SecurityPolicy. https://gateway.envoyproxy.io/docs/api/extension_types/#jwt */
const MOST_PROVIDERS = 16;

export interface LateFacts {
  /** The names by which the gateway serves models. */
  readonly models: readonly string[];
  /** The day of the synth. */
  readonly day: string;
}

export class GatewayTeams {
  private readonly teams: GatewayTeam[] = [];
  private readonly known: IdentityProviderSpec[] = [];
  private readonly priced = new Map<string, ModelPrice>();

  constructor(private readonly gateway: Construct, private readonly namespace: string) {}

  public get specs(): TeamSpec[] {
    return this.teams.map((team) => team._spec);
  }

  public get providers(): readonly IdentityProviderSpec[] {
    return this.known;
  }

  public get prices(): ModelPrice[] {
    return [...this.priced.values()];
  }

  public addTeam(name: string, options: GatewayTeamOptions): GatewayTeam {
    this.check(teamProblem(name, options, this.specs));
    const team = GatewayTeam._of(this.gateway, { name, options, namespace: this.namespace });
    this.teams.push(team);
    return team;
  }

  public addIdentityProvider(name: string, options: GatewayIdentityProviderOptions): void {
    this.check(providerProblem(name, options));
    const { issuer, audiences, jwksUri, teamClaim = 'team' } = options;
    const same = this.known.find((other) => other.name === name || other.issuer === issuer);
    this.check(same && `identity provider ${name} has the ${same.name === name ? 'name' : 'issuer'} of ${same.name}; add each provider once`);
    this.check(this.known.length < MOST_PROVIDERS ? undefined : `a gateway takes tokens of ${MOST_PROVIDERS} identity providers at most, and ${name} would be one more`);
    this.known.push({ name, issuer, audiences: [...audiences], jwksUri, teamClaim });
  }

  public addModelPrice(model: string, price: GatewayModelPrice): void {
    this.check(priceProblem(model, price));
    this.check(this.priced.has(model) ? `model ${model} has a price already; give it once` : undefined);
    this.priced.set(model, { model, input: price.inputPerMillion, output: price.outputPerMillion });
  }

  /** What is wrong when everything is declared. */
  public problems(late: LateFacts): string[] {
    const { specs } = this;
    return [
      ...specs.flatMap((team) => modelProblems(team, late.models)),
      ...foreignSecrets(specs),
      ...pricesProblems([...this.priced.keys()], late.models),
      ...specs.flatMap((team) => this.budgetProblems(team)),
      ...specs.flatMap((team) => team.keys.flatMap((key) => expiryProblems(team, key, late.day))),
      ...rulesProblems(specs),
    ];
  }

  /** What is about to be wrong. */
  public warnings(day: string): string[] {
    return this.specs.flatMap((team) => team.keys.flatMap((key) => {
      const days = daysBetween(day, key.expires);
      if (days < 0 || days > WARNING_DAYS) return [];
      return [`${ownerOf(team, key)} expires on ${key.expires}, ${inDays(days)}; ${renewal(team, key)}`];
    }));
  }

  private check(problem: string | undefined): void {
    if (problem) throw new ValidationError(this.gateway, problem);
  }

  private budgetProblems({ name, budget, models }: TeamSpec): string[] {
    if (budget === undefined) return [];
    const free = models.filter((model) => !this.priced.has(model));
    return free.map((model) => `team ${name} has a budget and may use ${model}, which has no price, so that it would be free; `
      + `call addModelPrice('${model}', { inputPerMillion: …, outputPerMillion: … })`);
  }
}

function modelProblems(team: TeamSpec, served: readonly string[]): string[] {
  const owners = [
    { owner: `team ${team.name}`, models: team.models },
    ...team.keys.map((key) => ({ owner: ownerOf(team, key), models: key.models ?? [] })),
  ];
  return owners.flatMap(({ owner, models }) => models.filter((model) => !served.includes(model))
    .map((model) => `${owner} is for ${model}, which no route serves; ${servingRemedy(model, served)}`));
}

/** Who writes the keys of another team could take its place. */
function foreignSecrets(teams: readonly TeamSpec[]): string[] {
  const owners = new Map(teams.map(({ name }) => [secretOf(name), name]));
  return teams.flatMap((team) => team.keys.flatMap((key) => {
    const owner = owners.get(key.secretName) ?? team.name;
    if (owner === team.name) return [];
    return [`${ownerOf(team, key)} is in Secret ${key.secretName}, which is that of team ${owner}; leave secret out, for ${secretOf(team.name)}`];
  }));
}

function pricesProblems(priced: readonly string[], served: readonly string[]): string[] {
  return priced.filter((model) => !served.includes(model))
    .map((model) => `a price is for ${model}, which no route serves; ${servingRemedy(model, served)}`);
}

function servingRemedy(model: string, served: readonly string[]): string {
  const similar = nearest(model, served);
  return similar ? `did you mean ${similar}?` : `serve it with serve(server, { name: '${model}' }), or take one of ${served.join(', ') || 'none'}`;
}

function expiryProblems(team: TeamSpec, key: KeySpec, day: string): string[] {
  const days = daysBetween(day, key.expires);
  if (days < 0) return [`${ownerOf(team, key)} has expired, on ${key.expires}; ${renewal(team, key)}, or take the key out of the code`];
  if (days <= LONGEST_DAYS) return [];
  return [`${ownerOf(team, key)} expires on ${key.expires}, ${inDays(days)}; `
    + `a key is good for ${LONGEST_DAYS} days at most, so that one that leaks ends: give an earlier day`];
}

function rulesProblems(teams: readonly TeamSpec[]): string[] {
  const { length } = limitRules(teams);
  if (length <= MOST_RULES) return [];
  return [`the limits of ${teams.length} teams and their keys are ${length} rules, but Envoy Gateway takes ${MOST_RULES} for a gateway; `
    + 'give limits to teams rather than to keys, or declare a second gateway, in a namespace of its own, for some of the teams'];
}

function ownerOf(team: TeamSpec, key: KeySpec): string {
  return `key ${key.id} of team ${team.name}`;
}

function renewal(team: TeamSpec, key: KeySpec): string {
  return `run \`substratus keys rotate ${team.name}/${key.id}\` and give a later day`;
}

function inDays(days: number): string {
  if (days === 0) return 'today';
  return days === 1 ? 'tomorrow' : `in ${days} days`;
}
