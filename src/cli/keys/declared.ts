/** The teams and keys that the code declares: by the annotation of the SecurityPolicy of each gateway. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { TEAMS_ANNOTATION } from '../../api/keys';
import type { KeyRecord, TeamRecord } from '../../api/keys';
import { nearest } from '../../api/names';
import { manifestsOf } from '../cluster/connect';
import { CliError, EXIT } from '../errors';
import type { Kubectl } from '../kubectl';

const POLICIES = 'securitypolicies.gateway.envoyproxy.io';

export interface DeclaredGateway {
  readonly name: string;
  readonly namespace: string;
  readonly teams: readonly TeamRecord[];
}

/** A key and where it is declared. */
export interface DeclaredKey {
  readonly gateway: DeclaredGateway;
  readonly team: TeamRecord;
  readonly key: KeyRecord;
}

interface Policy {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly annotations?: Readonly<Record<string, string>> };
}

interface Where {
  readonly kubectl: Kubectl;
  /** The folder of the app. */
  readonly directory: string;
  /** Only gateways in it. */
  readonly namespace?: string;
}

/**
 * Those of the app in the folder, where it has any, for its keys are made before or after it is applied; else those of the cluster.
 *
 * @throws CliError if there are none.
 */
export async function declaredGateways({ kubectl, directory, namespace }: Where): Promise<DeclaredGateway[]> {
  const synthesized = manifestsOf(directory).flatMap((file) => policiesIn(fs.readFileSync(path.join(directory, file), 'utf8')));
  const policies = synthesized.length > 0 ? synthesized : await kubectl.list<Policy>(POLICIES, { allNamespaces: true });
  const gateways = policies.flatMap(gatewayOf).filter((gateway) => namespace === undefined || gateway.namespace === namespace);
  if (gateways.length > 0) return gateways;
  const where = synthesized.length > 0 ? 'the manifests of this folder' : 'the cluster';
  throw new CliError(`no gateway with teams is in ${where}${namespace === undefined ? '' : `, namespace ${namespace}`}; `
    + 'declare one with new ModelGateway(…) and addTeam(…), and synthesize or apply it', EXIT.notFound);
}

/** The key of `team/key`. */
export function declaredKey(name: string, gateways: readonly DeclaredGateway[]): DeclaredKey {
  const [teamName = '', keyName = '', ...more] = name.split('/');
  if (teamName === '' || keyName === '' || more.length > 0) throw new CliError(`${name} is not a key; write it as <team>/<key>, such as team-a/ci`);
  const found = teamsNamed(teamName, gateways);
  const keys = found.flatMap(({ gateway, team }) => team.keys.filter(({ id }) => id === keyName).map((key) => ({ gateway, team, key })));
  const [only, ...others] = keys;
  if (!only) throw missingKey(teamName, keyName, found.flatMap(({ team }) => team.keys.map(({ id }) => id)));
  if (others.length === 0) return only;
  const namespaces = keys.map(({ gateway }) => gateway.namespace).join(' and ');
  throw new CliError(`several gateways have a key ${name}, in namespaces ${namespaces}; choose one with --namespace`);
}

/** The team of each gateway that has it. */
export function teamsNamed(name: string, gateways: readonly DeclaredGateway[]): Pick<DeclaredKey, 'gateway' | 'team'>[] {
  const all = gateways.flatMap((gateway) => gateway.teams.map((team) => ({ gateway, team })));
  const found = all.filter(({ team }) => team.name === name);
  if (found.length > 0) return found;
  const names = [...new Set(all.map(({ team }) => team.name))];
  const similar = nearest(name, names);
  throw new CliError(`there is no team ${name}; ${similar ? `did you mean ${similar}?` : `use one of ${names.join(', ') || 'none'}`}`, EXIT.notFound);
}

function missingKey(team: string, key: string, ids: readonly string[]): CliError {
  const similar = nearest(key, ids);
  return new CliError(`team ${team} has no key ${key}; ${similar ? `did you mean ${similar}?` : 'declare it with addKey(…) of the team, and synthesize'}`, EXIT.notFound);
}

/** Only the documents that mention it are parsed: manifests are large. */
function policiesIn(text: string): Policy[] {
  const documents = text.split(/^---$/m).filter((document) => document.includes(TEAMS_ANNOTATION));
  return documents.map((document) => parse(document) as Policy).filter((policy) => policy?.kind === 'SecurityPolicy');
}

function gatewayOf({ metadata: { name = '', namespace = 'default', annotations = {} } = {} }: Policy): DeclaredGateway[] {
  const text = annotations[TEAMS_ANNOTATION];
  if (text === undefined) return [];
  try {
    return [{ name, namespace, teams: JSON.parse(text) as TeamRecord[] }];
  } catch {
    throw new CliError(`annotation ${TEAMS_ANNOTATION} of SecurityPolicy ${namespace}/${name} is not JSON; synthesize and apply the gateway again`);
  }
}
