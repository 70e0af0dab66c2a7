import { isTeamName } from '../../api/keys';
import { connect, connectContextOptions } from '../cluster/connect';
import type { ConnectOptions } from '../cluster/connect';
import { portForward } from '../cluster/port-forward';
import type { CommandModule, Context } from '../command';
import { CliError } from '../errors';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';
import { query } from '../usage/prometheus';
import { usageQueries, usageRows } from '../usage/usage';
import type { UsageRow } from '../usage/usage';
import { usageText } from '../usage/view';

interface Options extends ConnectOptions, OutputOptions {
  readonly team?: string;
  readonly model?: string;
  readonly since: string;
  readonly keys?: boolean;
  readonly url?: string;
  readonly service: string;
}

const SINCE = /^[1-9]\d*[mhdw]$/;
const SERVICE = /^([a-z0-9-]+)\/([a-z0-9-]+):(\d+)$/;

const command: CommandModule<Options> = {
  define: (definition) => outputOption(connectContextOptions(definition
    .description('Tokens and requests of each team and model of a ModelGateway, from the metrics that Prometheus has of Envoy AI Gateway. They are close, '
      + 'and not a bill: Prometheus knows what it has seen, and for as long as it keeps it.')
    .option('--team <name>', 'only this team')
    .option('--model <name>', 'only this model')
    .option('--since <time>', 'how far back, such as 12h, 7d or 4w', '30d')
    .option('--keys', 'a line for each key')
    .option('--url <address>', 'of Prometheus, such as http://localhost:9090 (default: through the cluster)')
    .option('--service <namespace/name:port>', 'of Prometheus in the cluster', 'monitoring/prometheus-operated:9090'))),
  async run({ options, context }) {
    checkOptions(options);
    const rows = options.url === undefined ? await throughCluster(options, context) : await asked(options, { context, url: options.url });
    const { terminal } = context;
    if (options.output === 'json') terminal.printJson(rows);
    else if (rows.length > 0) terminal.print(usageText(rows, terminal));
    else terminal.note(nothing(options));
  },
};

export default command;

function checkOptions({ team, since, url, service }: Options): void {
  if (team !== undefined && !isTeamName(team)) throw new CliError(`--team ${team} is not the name of a team; see substratus keys list`);
  if (!SINCE.test(since)) throw new CliError(`--since ${since} is not a time; write for example 12h, 7d or 4w`);
  if (url !== undefined && !/^https?:\/\/\S+$/.test(url)) throw new CliError(`--url ${url} is not an address; write for example http://localhost:9090`);
  if (!SERVICE.test(service)) throw new CliError(`--service ${service} is not a Service; write it as namespace/name:port, such as monitoring/prometheus-operated:9090`);
}

interface Asking {
  readonly context: Context;
  readonly url: string;
}

async function throughCluster(options: Options, context: Context): Promise<UsageRow[]> {
  const [, namespace = '', service = '', port = ''] = SERVICE.exec(options.service) ?? [];
  const forwarded = await portForward(await connect(options, context), { namespace, service, port: Number(port) });
  try {
    return await asked(options, { context, url: forwarded.url });
  } finally {
    forwarded.close();
  }
}

async function asked({ team, model, since, keys }: Options, { context: { signal }, url }: Asking): Promise<UsageRow[]> {
  const queries = usageQueries(since, team);
  const [tokens, requests] = await Promise.all([query({ url, signal }, queries.tokens), query({ url, signal }, queries.requests)]);
  return usageRows({ tokens, requests }, { ...(model !== undefined && { model }), ...(keys && { isByKey: true }) });
}

function nothing({ team, model, since }: Options): string {
  const whose = [team === undefined ? '' : ` of team ${team}`, model === undefined ? '' : ` for model ${model}`].join('');
  return `no tokens${whose} were counted in ${since}; where there were requests, Prometheus does not read the metrics of the gateway's pods: see docs/monitoring.md`;
}
