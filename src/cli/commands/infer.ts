import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_SERVER_PORT } from '../../api/resource';
import type { ServerResource, ServerSpec } from '../../api/resource';
import { podsServiceName } from '../../expand';
import { Chat } from '../clients/chat';
import type { Question } from '../clients/chat';
import { imageUrl } from '../clients/images';
import { unanswering } from '../clients/server-state';
import { connectOptions } from '../cluster/connect';
import type { ConnectOptions } from '../cluster/connect';
import { titleOf } from '../cluster/name';
import { findOfKind } from '../cluster/one';
import { portForward } from '../cluster/port-forward';
import type { CommandModule, Context } from '../command';
import { CliError, EXIT } from '../errors';

interface Options extends ConnectOptions {
  readonly system?: string;
  readonly model?: string;
  readonly image?: string[];
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly stdin?: boolean;
  readonly json?: boolean;
}

function define(command: Command): Command {
  return connectOptions(command
    .description('Asks a Server, and writes its answer as it comes. Without a prompt, stdin is the prompt.')
    .argument('<server>', 'the Server, such as chat')
    .argument('[prompt]', 'what to ask; - for stdin'))
    .option('--system <text>', 'what the model is told beforehand')
    .option('--model <name>', 'which of the models to ask, where it serves adapters, such as chat:sql (default: the first)')
    .option('--image <file or URL>', 'an image that the question is about; can be repeated', (value: string, all: string[] = []) => [...all, value])
    .option('--stdin', 'add what is piped in behind the prompt')
    .option('--max-tokens <number>', 'the longest answer', numberOf)
    .option('--temperature <number>', '0 for the likeliest words', numberOf)
    .option('--json', 'the answer as the server sends it, once it is complete');
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('it is not a number');
  return value;
}

const command: CommandModule<Options, [server: string, prompt?: string]> = {
  define,
  async run({ args: [name, given], options, context }) {
    const images = (options.image ?? []).map((image) => imageUrl(image, context.cwd));
    const prompt = await promptOf(given, options, context);
    const { kubectl, namespace, resource } = await findOfKind('Server', name, { options, context });
    const problem = unanswering(resource);
    if (problem !== undefined) throw new CliError(problem, EXIT.no);
    const port = (resource.spec as ServerSpec).port ?? DEFAULT_SERVER_PORT;
    context.terminal.progress(`connecting to ${titleOf(resource)}`);
    const forwarded = await portForward(kubectl, { namespace, service: podsServiceName(resource as ServerResource), port });
    try {
      const chat = new Chat({ url: forwarded.url, title: titleOf(resource), signal: context.signal });
      await answer(chat, { ...options, prompt, images }, context);
    } finally {
      forwarded.close();
    }
  },
};

export default command;

type Asked = Omit<Question, 'model'> & Pick<Options, 'model' | 'json'>;

async function answer(chat: Chat, { json = false, ...asked }: Asked, { terminal }: Context): Promise<void> {
  const model = asked.model ?? (await chat.models())[0] ?? '';
  const question = { ...asked, model };
  terminal.progress(`${model} thinks`);
  if (json) {
    terminal.printJson(await chat.answer(question));
    return;
  }
  await chat.stream(question, (text) => { if (text !== '') terminal.write(text); });
  terminal.write('\n');
}

async function promptOf(given: string | undefined, { stdin = false }: Options, context: Context): Promise<string> {
  const isPiped = given === undefined || given === '-';
  if (isPiped && context.stdin.isTTY) throw new CliError('a prompt is missing; give it behind the name of the Server, or by stdin');
  const piped = isPiped || stdin ? (await textOf(context.stdin)).trim() : '';
  const prompt = [isPiped ? '' : given, piped].filter((text) => text !== '').join('\n\n');
  if (prompt === '') throw new CliError('the prompt is empty; give it behind the name of the Server, or by stdin');
  return prompt;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const piece of stream.setEncoding('utf8')) text += String(piece);
  return text;
}
