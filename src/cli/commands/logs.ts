import { Option } from 'commander';
import type { ConnectOptions } from '../cluster/connect';
import { LogReader } from '../cluster/log-reader';
import type { LogLine, LogOptions } from '../cluster/log-reader';
import { titleOf } from '../cluster/name';
import { findOne, oneResource } from '../cluster/one';
import { LOG_STEPS, roleOf } from '../cluster/pods';
import type { LogStep } from '../cluster/pods';
import { conditionOf } from '../cluster/stored';
import type { Stored } from '../cluster/stored';
import type { CommandModule } from '../command';
import { CliError, EXIT } from '../errors';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';

interface Options extends ConnectOptions, OutputOptions, Omit<LogOptions, 'role'> {
  readonly step?: LogStep;
}

const command: CommandModule<Options, [name: string]> = {
  define: (definition) => outputOption(oneResource(definition
    .description('What the program of a resource prints: of the step that goes on or failed, else of that which --step names. '
      + 'With --follow it goes on from step to step, until the resource is Ready or has to be helped.'))
    .addOption(new Option('--step <step>', 'which step').choices([...LOG_STEPS]))
    .option('-f, --follow', 'go on as it is printed')
    .option('-p, --previous', 'of the container before it was restarted')
    .option('--all', 'of earlier attempts too, as far as their pods are there')
    .option('--tail <lines>', 'the last lines alone')
    .option('--since <duration>', 'what is not older, such as 10m')
    .option('--timestamps', 'with the time of each line')),
  async run({ args: [name], options, context }) {
    const { kubectl, resource } = await findOne(name, options, context);
    const role = options.step && roleOf(resource.kind, options.step);
    const reader = new LogReader(kubectl, resource, { ...options, role });
    const { terminal } = context;
    const onLine = (line: LogLine, isOneOfMany: boolean): void => {
      if (options.output === 'json') terminal.print(JSON.stringify(line));
      else terminal.print(isOneOfMany ? `${terminal.colours.dim(`[${line.pod}]`)} ${line.line}` : line.line);
    };
    if (options.follow) return reader.follow(context, onLine);
    const pods = await reader.pods();
    if (pods.length === 0) throw new CliError(noPods(resource, options.step), EXIT.notFound);
    await reader.read(pods, onLine);
  },
};

export default command;

function noPods(resource: Stored, step?: LogStep): string {
  const { reason = 'no status yet', message = '' } = conditionOf(resource, 'Ready') ?? {};
  return `${titleOf(resource)} has no pods ${step === undefined ? '' : `of step ${step} `}whose output could be read; it is ${reason}${message ? `: ${message}` : ''}`;
}
