/** What answers in place of a replica of vLLM: its metrics, and chats that say who answered. */
import * as http from 'node:http';

/** What a replica tells of itself. */
export interface Load {
  readonly waiting: number;
  readonly running: number;
  /** From 0 to 1. */
  readonly cache: number;
}

export const IDLE: Load = { waiting: 0, running: 0, cache: 0 };

export class Replica {
  public load = IDLE;
  /** How many chats it has answered. */
  public chats = 0;
  /** How often its metrics were read. */
  public reads = 0;
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  constructor(public readonly host: string, public readonly port: number) {}

  public async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => this.server.on('error', reject).listen(this.port, this.host, resolve));
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    if (request.url === '/metrics') {
      this.reads += 1;
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(this.metrics());
      return;
    }
    let text = '';
    for await (const chunk of request) text += String(chunk);
    this.chats += 1;
    const { model, stream } = JSON.parse(text) as { readonly model: string; readonly stream?: boolean };
    response.setHeader('x-replica', this.host);
    if (stream) response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${JSON.stringify({ model, choices: [] })}\n\ndata: [DONE]\n\n`);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ model, choices: [{ message: { role: 'assistant', content: 'yes' } }] }));
  }

  /** As vLLM 0.31 names them. */
  private metrics(): string {
    const { waiting, running, cache } = this.load;
    return [
      ...gauge('num_requests_waiting', '{model_name="chat"}', waiting), ...gauge('num_requests_running', '{model_name="chat"}', running),
      ...gauge('kv_cache_usage_perc', '{model_name="chat"}', cache), ...gauge('cache_config_info', '{block_size="16",num_gpu_blocks="20000"}', 1), '',
    ].join('\n');
  }
}

function gauge(name: string, labels: string, value: number): string[] {
  return [`# TYPE vllm:${name} gauge`, `vllm:${name}${labels} ${value}`];
}
