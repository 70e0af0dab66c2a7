import { assumptionsWith, DEFAULT_ASSUMPTIONS } from '../../cost/assumptions';
import type { Assumptions } from '../../cost/assumptions';
import { estimate } from '../../cost/estimate';
import { figuresOf } from '../../cost/figures';
import { infracost } from '../../cost/infracost';
import { costTable } from '../../cost/table';
import type { CommandModule } from '../command';
import { CliError } from '../errors';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';
import { pricesFor } from '../prices';
import { readState } from '../read-state';

interface Options extends OutputOptions<'text' | 'json' | 'infracost'> {
  readonly prices?: string;
  readonly assume?: readonly string[];
  readonly maxNodes?: boolean;
}

const FORMATS = ['text', 'json', 'infracost'];
const ASSUMED = Object.entries(DEFAULT_ASSUMPTIONS).map(([name, value]) => `${name}=${value}`).join(', ');

const command: CommandModule<Options, [paths: readonly string[]]> = {
  define: (definition) => outputOption(definition, FORMATS)
    .description('What was synthesized costs: the cloud by the month, with as few nodes as there can be and as many, and what runs on it by the hour\n'
      + 'and by the run. From a dated table of list prices; nothing is looked up, and what has no price is unknown.')
    .argument('[paths...]', 'folders and files that were synthesized (default: what cdk8s.yaml and cdktf.json say)')
    .option('--prices <file>', 'prices that win over those of the table: a file with its columns')
    .option('--assume <name=value>', `an amount a month that nothing declares; can be repeated (default: ${ASSUMED})`, repeated)
    .option('--max-nodes', 'with --output infracost: as many nodes as there can be, instead of as few'),
  run: ({ args: [paths], options, context: { cwd, terminal } }) => {
    const state = readState(paths, { directory: cwd });
    const result = estimate(state, { prices: pricesFor(state, options.prices, cwd), assumptions: assumptionsIn(options.assume ?? []) });
    if (options.output === 'json') terminal.printJson(figuresOf(result));
    else if (options.output === 'infracost') terminal.printJson(infracost(result, options.maxNodes ? 'max' : 'min'));
    else terminal.write(costTable(result));
    return Promise.resolve();
  },
};

function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function assumptionsIn(given: readonly string[]): Partial<Assumptions> {
  const entries = given.map((text): [string, number] => {
    const [name = '', value, ...more] = text.split('=');
    const amount = value === undefined || value.trim() === '' || more.length > 0 ? Number.NaN : Number(value);
    if (Number.isNaN(amount)) throw new CliError(`--assume is ${text}; write a name and a number, for example bucketGb=2000`);
    return [name, amount];
  });
  return assumptionsWith(Object.fromEntries(entries));
}

export default command;
