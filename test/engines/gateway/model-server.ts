/** What answers in place of models: OpenAI's chat, whole or as a stream, with a count of its tokens; it keeps what it was asked. */
import * as http from 'node:http';

export interface ModelRequest {
  readonly headers: http.IncomingHttpHeaders;
  readonly path: string;
  readonly body: { readonly model?: string; readonly stream?: boolean; readonly max_tokens?: number };
}

/** Tokens of every prompt; those of the answer are `max_tokens`. */
export const PROMPT_TOKENS = 10;
const DEFAULT_TOKENS = 20;

export class ModelServer {
  public readonly requests: ModelRequest[] = [];
  /** Whether it keeps what it was asked. */
  public keepsRequests = true;
  /** Between two tokens of a stream, and before an answer. */
  public pauseMs = 0;
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  public async start(host: string, port: number): Promise<void> {
    this.server.requestTimeout = 0;
    await new Promise<void>((resolve, reject) => this.server.on('error', reject).listen(port, host, resolve));
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = (text ? JSON.parse(text) : {}) as ModelRequest['body'];
    if (this.keepsRequests) this.requests.push({ headers: request.headers, path: request.url ?? '', body });
    const tokens = body.max_tokens ?? DEFAULT_TOKENS;
    if (body.stream) return this.stream(response, body.model ?? '', tokens);
    await pause(this.pauseMs);
    const message = { role: 'assistant', content: 'word '.repeat(tokens).trim() };
    send(response, { id: 'chat-1', object: 'chat.completion', created: 1, model: body.model, choices: [{ index: 0, message, finish_reason: 'stop' }], usage: usageOf(tokens) });
  }

  private async stream(response: http.ServerResponse, model: string, tokens: number): Promise<void> {
    const write = (part: object) => response.write(`data: ${JSON.stringify({ id: 'chat-1', object: 'chat.completion.chunk', created: 1, model, ...part })}\n\n`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let token = 0; token < tokens && !response.destroyed; token += 1) {
      write({ choices: [{ index: 0, delta: { content: 'word ' }, finish_reason: null }] });
      await pause(this.pauseMs);
    }
    write({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    write({ choices: [], usage: usageOf(tokens) });
    response.end('data: [DONE]\n\n');
  }
}

function usageOf(tokens: number): object {
  return { prompt_tokens: PROMPT_TOKENS, completion_tokens: tokens, total_tokens: PROMPT_TOKENS + tokens };
}

function send(response: http.ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function pause(milliseconds: number): Promise<void> | undefined {
  return milliseconds > 0 ? new Promise((resolve) => setTimeout(resolve, milliseconds)) : undefined;
}
