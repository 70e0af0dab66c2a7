/** A conversation with a server that speaks OpenAI's API, as vLLM, llama.cpp and many others do. */
import { CliError, EXIT } from '../errors';
import { eventsOf } from './sse';

export interface Question {
  readonly prompt: string;
  readonly system?: string;
  /** URLs of images, `data:` ones too. */
  readonly images?: readonly string[];
  readonly model: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
}

interface Connection {
  /** Without a path. */
  readonly url: string;
  /** As in errors, such as `Server team-a/chat`. */
  readonly title: string;
  readonly signal: AbortSignal;
}

interface Models {
  readonly data?: readonly { readonly id: string }[];
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null; readonly reasoning_content?: string | null } }[];
  readonly error?: { readonly message?: string };
}

const COMPLETIONS = '/v1/chat/completions';
/** Of an answer that is not understood, in an error. */
const LONGEST_PIECE = 100;

export class Chat {
  constructor(private readonly connection: Connection) {}

  /** What it serves, the first by default. */
  public async models(): Promise<string[]> {
    const { data = [] } = this.parsed<Models>(await (await this.ask('/v1/models')).text(), '/v1/models');
    return data.map(({ id }) => id);
  }

  /** The answer as the server sends it. */
  public async answer(question: Question): Promise<unknown> {
    return this.parsed(await (await this.ask(COMPLETIONS, bodyOf(question, false))).text(), COMPLETIONS);
  }

  /** Hands over each piece of the answer as it comes. */
  public async stream(question: Question, onText: (text: string) => void): Promise<void> {
    const { body } = await this.ask(COMPLETIONS, bodyOf(question, true));
    if (!body) return;
    for await (const data of eventsOf(body as unknown as AsyncIterable<Uint8Array>)) {
      const { choices = [], error } = this.parsed<Chunk>(data, COMPLETIONS);
      if (error) throw new CliError(`${this.connection.title} broke off: ${error.message ?? 'it does not say why'}`, EXIT.no);
      onText(choices[0]?.delta?.content ?? '');
    }
  }

  /** A proxy in between may answer with a page of its own. */
  private parsed<T extends object>(text: string, path: string): T {
    try {
      const value = JSON.parse(text) as T | null;
      if (typeof value === 'object' && value !== null) return value;
    } catch { /* not JSON */ }
    throw new CliError(`${this.connection.title} answers ${JSON.stringify(text.slice(0, LONGEST_PIECE))} at ${path}, which is not JSON of OpenAI's API; `
      + 'ask the Server without a proxy in between, and see substratus logs', EXIT.no);
  }

  private async ask(path: string, body?: object): Promise<Response> {
    const { url, title, signal } = this.connection;
    const init = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { ...init, signal }).catch((error: Error & { readonly cause?: Error }) => {
      throw new CliError(`${title} broke off the connection: ${error.cause?.message ?? error.message}; see substratus logs`, EXIT.no);
    });
    if (response.ok) return response;
    throw new CliError(`${title} answers ${response.status} at ${path}: ${errorIn(await response.text())}${hintFor(response.status)}`, EXIT.no);
  }
}

function bodyOf({ prompt, system, images = [], model, maxTokens, temperature }: Question, stream: boolean): object {
  const parts = images.map((url) => ({ type: 'image_url', image_url: { url } }));
  const content = parts.length > 0 ? [{ type: 'text', text: prompt }, ...parts] : prompt;
  return {
    model,
    messages: [...system === undefined ? [] : [{ role: 'system', content: system }], { role: 'user', content }],
    stream,
    ...maxTokens !== undefined && { max_tokens: maxTokens },
    ...temperature !== undefined && { temperature },
  };
}

interface Refusal {
  readonly error?: { readonly message?: string } | string;
  readonly message?: string;
  readonly detail?: unknown;
}

/** Longer ones are pages of a proxy. */
const LONGEST_MESSAGE = 500;

function errorIn(text: string): string {
  try {
    const { error, message, detail } = JSON.parse(text) as Refusal;
    const found = typeof error === 'string' ? error : error?.message ?? message ?? detail;
    if (found !== undefined) return typeof found === 'string' ? found : JSON.stringify(found);
  } catch { /* not JSON */ }
  return text.trim().slice(0, LONGEST_MESSAGE) || 'without a message';
}

function hintFor(status: number): string {
  return status === 404 || status === 405 ? '; infer needs a server that speaks OpenAI\'s API for chat, as the engines vllm and llamaCpp do' : '';
}
