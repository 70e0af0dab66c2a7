/**
 * Gateways: teams, keys, limits and the names of models, told as what they are and not as the objects of Envoy that they are written to.
 * Nothing restarts for any of them: Envoy takes its configuration while it runs.
 */
import { MODEL_HEADER, TEAMS_ANNOTATION } from '../../api/keys';
import type { KeyRecord, TeamRecord } from '../../api/keys';
import type { KubeObject } from '../../expand';
import { changesBetween, isSame } from '../changes';
import type { Effect, Subject } from '../effect';
import { effectOn } from '../effect';
import { paired } from '../pairs';
import type { Pair } from '../pairs';
import type { ClusterPair } from './context';
import { movedCounters } from './counters';
import type { MovedCounters } from './counters';
import { priceEffects, withoutPrices } from './prices';

/** What the teams of a gateway are written to besides the policy that is annotated with them, and which fields of it. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  SecurityPolicy: ['apiKeyAuth', 'authorization'], BackendTrafficPolicy: ['rateLimit'], GatewayConfig: ['globalLLMRequestCosts'],
};

interface GatewayTeams {
  readonly namespace: string;
  readonly name: string;
  readonly teams: readonly TeamRecord[];
}

interface Header {
  readonly name?: string;
  readonly value?: string;
}

interface Rule {
  readonly matches?: readonly { readonly headers?: readonly Header[] }[];
}

interface RouteSpec {
  readonly rules?: readonly Rule[];
}

export function gatewayEffects({ scope, from, to }: ClusterPair): Effect[] {
  const gateways = paired(gatewaysOf(from?.objects), gatewaysOf(to?.objects), ({ namespace, name }) => `${namespace}/${name}`);
  const pairsOf = (kind: string) => paired(objectsOf(kind, from?.objects), objectsOf(kind, to?.objects), ({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
  return [
    ...gateways.flatMap((pair) => teamEffects(pair, scope)),
    ...pairsOf('AIGatewayRoute').flatMap((pair) => routeEffects(pair, scope)),
    ...pairsOf('GatewayConfig').flatMap((pair) => priceEffects(pair, scope)),
  ];
}

/** An object on both sides without what is told otherwise: by the names of models, or by the teams of its gateway where those changed. */
export function withoutTold(pair: Pair<KubeObject>, { from, to }: ClusterPair): Pair<KubeObject> {
  const { from: before, to: after } = pair;
  if (!before || !after) return pair;
  if (after.kind === 'AIGatewayRoute') return { from: withoutNames(before), to: withoutNames(after) };
  const fields = WRITTEN[after.kind ?? ''];
  const isTold = fields && !isSame(teamsBeside(before, from?.objects), teamsBeside(after, to?.objects));
  if (isTold) return { from: withoutFields(before, fields), to: withoutFields(after, fields) };
  return after.kind === 'GatewayConfig' ? withoutPrices(pair) : pair;
}

function gatewaysOf(objects: readonly KubeObject[] = []): GatewayTeams[] {
  return objects.flatMap(({ kind, metadata: { namespace = '', name = '', annotations = {} } = {} }) => {
    const teams = kind === 'SecurityPolicy' ? recordsIn(annotations[TEAMS_ANNOTATION]) : undefined;
    return teams ? [{ namespace, name, teams }] : [];
  });
}

/** What is not ours is told as an object. */
function recordsIn(text: string | undefined): readonly TeamRecord[] | undefined {
  try {
    return text === undefined ? undefined : JSON.parse(text) as TeamRecord[];
  } catch {
    return undefined;
  }
}

/** The teams of the gateway whose object it is: it has the name of the policy, or begins with it. */
function teamsBeside({ metadata }: KubeObject, objects?: readonly KubeObject[]): readonly TeamRecord[] | undefined {
  const { namespace, name = '' } = metadata ?? {};
  return gatewaysOf(objects).find((gateway) => gateway.namespace === namespace && (name === gateway.name || name === `${gateway.name}-tokens`))?.teams;
}

function teamEffects({ from, to }: Pair<GatewayTeams>, scope: string): Effect[] {
  const namespace = (to ?? from)?.namespace;
  const subject = (kind: string, name: string): Subject => ({ scope, side: 'kubernetes', kind, ...(namespace !== undefined && { namespace }), name });
  const moved = movedCounters(from?.teams ?? [], to?.teams ?? []);
  return paired(from?.teams ?? [], to?.teams ?? [], ({ name }) => name).flatMap((pair) => {
    const { name } = (pair.to ?? pair.from) as TeamRecord;
    const keys = paired(pair.from?.keys ?? [], pair.to?.keys ?? [], ({ id }) => id);
    return [...oneTeam(pair, subject('Team', name), moved.get(name)), ...keys.flatMap((key) => oneKey(key, subject('Key', `${name}/${(key.to ?? key.from)?.id}`)))];
  });
}

function oneTeam({ from, to }: Pair<TeamRecord>, subject: Subject, moved: MovedCounters | undefined): Effect[] {
  if (!from) return [effectOn(subject, ['created', 'is let in'], { notes: [moved?.note] })];
  if (!to) return [effectOn(subject, ['deleted', 'is not let in any more, from when it is applied'])];
  const changes = changesBetween(withoutKeys(from), withoutKeys(to));
  if (changes.length === 0 && moved === undefined) return [];
  const words = changes.length === 0 && moved ? moved.words : 'changes, and nothing restarts';
  return [effectOn(subject, ['changed', words], { changes, notes: [moved?.note] })];
}

function oneKey({ from, to }: Pair<KeyRecord>, subject: Subject): Effect[] {
  if (!from && to) return [effectOn(subject, ['created', 'is let in, from when its Secret has it'])];
  if (!to) return [effectOn(subject, ['deleted', 'is turned away, from when it is applied'])];
  const changes = changesBetween(from, to).map(({ field, ...values }) => ({ field: FIELDS[field] ?? field, ...values }));
  return changes.length === 0 ? [] : [effectOn(subject, ['changed', 'changes, and nothing restarts'], { changes })];
}

/** As `addKey` calls them. */
const FIELDS: Readonly<Record<string, string>> = { secret: 'secret.name', client: 'secret.key' };

function routeEffects({ from, to }: Pair<KubeObject>, scope: string): Effect[] {
  if (!from || !to) return []; // told as an object
  const [before, after] = [namesIn(from), namesIn(to)];
  if (isSame(before, after)) return [];
  const { namespace, name = '' } = to.metadata ?? {};
  const gone = before.filter((each) => !after.includes(each));
  const subject: Subject = { scope, side: 'kubernetes', kind: 'AIGatewayRoute', ...(namespace !== undefined && { namespace }), name };
  return [effectOn(subject, ['changed', 'is asked for by other names, and nothing restarts'], {
    changes: [{ field: 'names', from: before, to: after }],
    notes: [gone.length > 0 ? `requests for ${gone.join(', ')} are not answered any more` : undefined],
  })];
}

function objectsOf(wanted: string, objects: readonly KubeObject[] = []): KubeObject[] {
  return objects.filter(({ kind }) => kind === wanted);
}

function namesIn(route: KubeObject): string[] {
  const { rules = [] } = specOf(route) as RouteSpec;
  const headers = rules.flatMap(({ matches = [] }) => matches.flatMap((match) => match.headers ?? []));
  return headers.flatMap(({ name, value }) => (name === MODEL_HEADER && value !== undefined ? [value] : []));
}

function withoutNames(route: KubeObject): KubeObject {
  const { rules = [], ...spec } = specOf(route) as RouteSpec;
  return { ...route, spec: { ...spec, rules: rules.map(({ matches: _, ...rule }) => rule) } } as KubeObject;
}

function withoutFields(object: KubeObject, fields: readonly string[]): KubeObject {
  const { [TEAMS_ANNOTATION]: _, ...annotations } = object.metadata?.annotations ?? {};
  const spec = Object.fromEntries(Object.entries(specOf(object)).filter(([field]) => !fields.includes(field)));
  return { ...object, metadata: { ...object.metadata, annotations }, spec } as KubeObject;
}

function withoutKeys({ keys: _, ...team }: TeamRecord): object {
  return team;
}

function specOf(object: KubeObject): object {
  return (object as { readonly spec?: object }).spec ?? {};
}
