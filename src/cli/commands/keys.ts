import { Argument } from 'commander';
import { connect, connectOptions } from '../cluster/connect';
import type { ConnectOptions } from '../cluster/connect';
import type { CommandModule, Context } from '../command';
import { CliError } from '../errors';
import { created, nameOf, pathOf, placeOf, revoked, rotated } from '../keys/actions';
import type { Change, NewKey } from '../keys/actions';
import { declaredGateways, declaredKey, teamsNamed } from '../keys/declared';
import type { DeclaredGateway, DeclaredKey } from '../keys/declared';
import { givenKeyProblem, newKey } from '../keys/key';
import { readSecrets, withoutKeys, writeSecret } from '../keys/secrets';
import { expiredRows, keyRows } from '../keys/states';
import type { KeyRow } from '../keys/states';
import { keysText } from '../keys/view';
import type { Kubectl } from '../kubectl';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';

interface Options extends ConnectOptions, OutputOptions {
  readonly old?: boolean;
  readonly expired?: boolean;
  readonly stdin?: boolean;
  readonly dryRun?: boolean;
}

interface Call {
  readonly kubectl: Kubectl;
  readonly gateways: readonly DeclaredGateway[];
  readonly options: Options;
  readonly context: Context;
}

const ACTIONS = {
  list: listKeys,
  create: (call: Call, name?: string) => makeKey(call, { name, make: created, words: createdWords }),
  rotate: (call: Call, name?: string) => makeKey(call, { name, make: rotated, words: rotatedWords }),
  revoke: (call: Call, name?: string) => (call.options.expired ? revokeExpired(call) : revokeKey(call, name)),
};

const command: CommandModule<Options, [action: keyof typeof ACTIONS, name?: string]> = {
  define: (definition) => outputOption(connectOptions(definition
    .description('Keys of the teams of a ModelGateway: makes, replaces and ends those that code declares with addKey, and lists them. A key is shown once, '
      + 'when it is made; it is written to its Secret alone. Teams and Secrets are those of the app in this folder, else those of the cluster.')
    .addArgument(new Argument('<action>', 'list; create; rotate: a second key, with both good until the older one is revoked; revoke').choices(Object.keys(ACTIONS)))
    .argument('[team/key]', 'the key, such as team-a/ci; of list, a team or nothing')
    .option('--old', 'of revoke: only the older one of two keys that take turns')
    .option('--expired', 'of revoke: every key that has ended, to be run each day')
    .option('--stdin', 'of create and rotate: the key comes on stdin instead of being made')
    .option('--dry-run', 'says what would be done, and does nothing'), 'only gateways of this namespace (default: of all namespaces)'))
    .usage('[options] <list|create|rotate|revoke> [team/key]'),
  async run({ args: [action, name], options, context }) {
    checkOptions(action, name, options);
    const kubectl = await connect(options, context);
    const { namespace } = options;
    const gateways = await declaredGateways({ kubectl, directory: context.cwd, ...(namespace !== undefined && { namespace }) });
    await ACTIONS[action]({ kubectl, gateways, options, context }, name);
  },
};

export default command;

function checkOptions(action: keyof typeof ACTIONS, name: string | undefined, { old, expired, stdin }: Options): void {
  const misplaced = [
    ...action !== 'revoke' ? [old && '--old', expired && '--expired'] : [],
    ...action === 'list' || action === 'revoke' ? [stdin && '--stdin'] : [],
  ].find((option) => option);
  if (misplaced) throw new CliError(`${misplaced} does not go with ${action}; see substratus keys --help`);
  if (expired && (old || name !== undefined)) throw new CliError('--expired is for every key that has ended; leave the key and --old out');
  if (action !== 'list' && !expired && name === undefined) throw new CliError(`which key to ${action} is missing; write it as <team>/<key>, such as team-a/ci`);
}

async function listKeys({ kubectl, gateways, options, context: { terminal, now } }: Call, team?: string): Promise<void> {
  if (team !== undefined) teamsNamed(team, gateways);
  const rows = (await allRows(kubectl, gateways, now())).filter((row) => team === undefined || row.team === team);
  if (options.output === 'json') terminal.printJson(rows);
  else if (rows.length === 0) terminal.note(`no keys${team === undefined ? '' : ` of team ${team}`}; declare one with addKey(…) of a team`);
  else terminal.print(keysText(rows, terminal));
}

async function allRows(kubectl: Kubectl, gateways: readonly DeclaredGateway[], nowMs: number): Promise<KeyRow[]> {
  const shelves = await Promise.all(gateways.map(async (gateway) => ({ gateway, secrets: await readSecrets(kubectl, gateway) })));
  return shelves.flatMap((shelf) => keyRows(shelf, nowMs));
}

interface Making {
  readonly name?: string;
  readonly make: (declared: DeclaredKey, made: NewKey) => Change;
  readonly words: (declared: DeclaredKey, change: Change) => string;
}

async function makeKey({ kubectl, gateways, options, context }: Call, { name = '', make, words }: Making): Promise<void> {
  const declared = declaredKey(name, gateways);
  const { team, key, gateway } = declared;
  const { terminal, now } = context;
  const value = options.stdin ? await givenKey(context) : newKey(team.name);
  const change = make(declared, { value, nowMs: now(), secrets: await readSecrets(kubectl, gateway) });
  if (!options.dryRun) await writeSecret(kubectl, change.secret);
  const shown = options.dryRun || options.stdin ? undefined : value;
  if (options.output === 'json') {
    const { id, secret, expires } = key;
    const { client, other: alsoGood } = change;
    const where = { client, namespace: gateway.namespace, secret };
    terminal.printJson({ team: team.name, key: id, ...where, alsoGood, expires, isChanged: !options.dryRun, value: shown });
    return;
  }
  if (shown !== undefined) terminal.print(shown);
  terminal.note(`${options.dryRun ? 'would be done: ' : ''}${words(declared, change)}${shown === undefined ? '' : '; this is the only time that it is shown'}`);
}

function createdWords(declared: DeclaredKey, { client }: Change): string {
  return `${nameOf(declared)} is client ${client} in Secret ${placeOf(declared)}, good until ${declared.key.expires}`;
}

function rotatedWords(declared: DeclaredKey, { client, other }: Change): string {
  return `${nameOf(declared)} is client ${client} in Secret ${placeOf(declared)}; the one before, ${other}, is good too until `
    + `\`substratus keys revoke ${pathOf(declared)} --old\``;
}

async function revokeKey({ kubectl, gateways, options, context: { terminal } }: Call, name = ''): Promise<void> {
  const declared = declaredKey(name, gateways);
  const { secret, clients } = revoked(declared, await readSecrets(kubectl, declared.gateway), options);
  if (!options.dryRun) await writeSecret(kubectl, secret);
  const { team, key, gateway: { namespace } } = declared;
  const done = options.dryRun ? 'would be removed' : 'is removed';
  if (options.output === 'json') terminal.printJson({ team: team.name, key: key.id, clients, namespace, secret: key.secret, isChanged: !options.dryRun });
  else terminal.print(`${clients.join(' and ')} of ${nameOf(declared)} ${done} from Secret ${placeOf(declared)}`);
}

/** Of each Secret at once. */
async function revokeExpired({ kubectl, gateways, options, context: { terminal, now } }: Call): Promise<void> {
  const ended: KeyRow[] = [];
  for (const gateway of gateways) {
    const secrets = await readSecrets(kubectl, gateway);
    const rows = expiredRows(keyRows({ gateway, secrets }, now()), now());
    for (const [name, secret] of secrets) {
      const clients = rows.filter((row) => row.secret === name).map(({ client }) => client);
      if (clients.length > 0 && !options.dryRun) await writeSecret(kubectl, withoutKeys(secret, clients));
    }
    ended.push(...rows);
  }
  const done = options.dryRun ? 'would be removed' : 'is removed';
  if (options.output === 'json') terminal.printJson(ended.map((row) => ({ ...row, isChanged: !options.dryRun })));
  else if (ended.length === 0) terminal.note('no key has ended');
  else terminal.print(ended.map(({ client, expires, namespace, secret }) => `${client}, which ended on ${expires}, ${done} from Secret ${namespace}/${secret}`).join('\n'));
}

/** A line break at its end is not part of it. */
async function givenKey({ stdin }: Context): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of stdin) pieces.push(String(piece));
  const value = pieces.join('').replace(/\r?\n$/, '');
  const problem = givenKeyProblem(value);
  if (problem) throw new CliError(problem);
  return value;
}
