import * as fs from 'node:fs';
import * as path from 'node:path';
import type { FactsEntry } from '../../sizing/facts-file';
import { withEntry } from '../../sizing/facts-file';
import type { CommandModule, Context } from '../command';
import { CliError } from '../errors';
import { Hub } from '../hub/hub';
import { repositoryFacts } from '../hub/repository-facts';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';

interface Options extends OutputOptions {
  readonly revision: string;
  readonly file: string;
  readonly parameters?: string;
}

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
const PUBLIC = 'https://huggingface.co';

const command: CommandModule<Options, [repository: string]> = {
  define: (definition) => outputOption(definition
    .description('Asks the Hugging Face Hub once what a model is, and writes that to a file beside the app, for review in git: ModelFacts.fromFile reads it. '
      + 'HF_ENDPOINT is a mirror of the hub, HF_TOKEN a token for what is gated or private.')
    .argument('<repository>', 'such as Qwen/Qwen3-8B')
    .option('--revision <name>', 'commit, tag or branch', 'main')
    .option('-f, --file <path>', 'the file, to which the facts are added', 'model-facts.json')
    .option('--parameters <count>', 'how many weights the model has, where neither its files nor its config.json say')),
  async run({ args: [repository], options, context, context: { terminal } }) {
    if (!REPOSITORY.test(repository)) throw new CliError(`'${repository}' is not the name of a repository; give owner and name, such as Qwen/Qwen3-8B`);
    const facts = await askedFor(repository, options, context);
    const isNew = write(facts, options, context);
    if (options.output === 'json') terminal.printJson(facts);
    else terminal.print(textOf(facts));
    const { file } = options;
    terminal.note(isNew ? `written to ${file}; read it with ModelFacts.fromFile('${file}', '${repository}')` : `${file} has them already`);
  },
};

export default command;

async function askedFor(repo: string, options: Options, { env, signal, terminal }: Context): Promise<FactsEntry> {
  const parameters = countOf(options);
  const hub = new Hub({ endpoint: env.HF_ENDPOINT ?? PUBLIC, signal, ...(env.HF_TOKEN !== undefined && env.HF_TOKEN !== '' && { token: env.HF_TOKEN }) });
  terminal.progress(`asking for ${repo}`);
  const info = await hub.info({ repo, revision: options.revision });
  const config = await hub.config({ repo, revision: info.sha });
  try {
    return repositoryFacts({ repo, info, config, ...(parameters !== undefined && { parameters }) });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CliError(`the facts of ${repo} at ${info.sha.slice(0, 12)} cannot be told: ${error.message}`);
  }
}

function countOf({ parameters }: Options): number | undefined {
  if (parameters === undefined) return undefined;
  const count = Number(parameters);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new CliError(`--parameters is '${parameters}'; give a whole number, such as 8190735360 or 8.19e9`);
}

/** Whether the file had to be changed. */
function write(facts: FactsEntry, { file }: Options, { cwd }: Context): boolean {
  const absolute = path.resolve(cwd, file);
  try {
    const before = fs.existsSync(absolute) ? fs.readFileSync(absolute, 'utf8') : undefined;
    const text = withEntry(before, facts);
    if (text === before) return false;
    fs.writeFileSync(absolute, text);
    return true;
  } catch (error) {
    if (error instanceof TypeError) throw new CliError(`${file}: ${error.message}, or name another with --file`);
    throw new CliError(`${file} cannot be written (${error instanceof Error ? error.message : String(error)}); name another with --file`);
  }
}

function textOf({ name, revision = '', parameters, activeParameters, weights, weightBytes, contextLength, licence, gated }: FactsEntry): string {
  const active = activeParameters === undefined ? '' : `, of which ${counted(activeParameters)} compute a token`;
  return [
    `${name} at ${revision.slice(0, 12)}`,
    `  ${counted(parameters)} parameters in ${weights}, ${(weightBytes / 2 ** 30).toFixed(1)} GiB${active}`,
    `  made for ${contextLength} tokens`,
    `  licence: ${licence ?? 'not said'}${gated ? ', to be accepted on its page' : ''}`,
  ].join('\n');
}

function counted(count: number): string {
  return count < 1e9 ? `${(count / 1e6).toPrecision(3)} million` : `${(count / 1e9).toPrecision(3)} billion`;
}
