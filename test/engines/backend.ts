/** What answers in place of the pods. It refuses a request that comes while none of them is ready: nobody should have sent it one. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pod } from 'kubernetes-types/core/v1';
import type { Client } from '../cluster/client';

export class Backend {
  /** Requests that came too early. */
  public early = 0;
  /** What it answers as JSON; otherwise it says what it was asked. */
  public json?: object;
  /** How long an answer takes. */
  public delayMs = 0;
  /** How many parts of an answer are streamed, one each second; with 0 it comes at once. */
  public parts = 0;
  private readonly server = http.createServer((request, response) => {
    this.answer(request, response).catch((error: Error) => response.destroy(error));
  });

  constructor(private readonly client: Client, private readonly pods: { readonly namespace: string; readonly server: string }) {}

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  public async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    request.resume();
    const isReady = await this.isReady();
    if (!isReady) this.early += 1;
    await pause(this.delayMs);
    if (this.parts > 0 && isReady) return this.stream(response);
    response.writeHead(isReady ? 200 : 599, { 'content-type': this.json ? 'application/json' : 'text/plain' })
      .end(this.json ? JSON.stringify(this.json) : `${request.method} ${request.url}`);
  }

  /** As OpenAI's API streams tokens. */
  private async stream(response: http.ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let part = 1; part <= this.parts && !response.destroyed; part += 1) {
      response.write(`data: ${part}\n\n`);
      await pause(1000);
    }
    response.end('data: [DONE]\n\n');
  }

  private async isReady(): Promise<boolean> {
    const { namespace, server } = this.pods;
    const pods = await this.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, labels: { server } });
    return pods.some(({ status }) => status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True'));
  }
}
