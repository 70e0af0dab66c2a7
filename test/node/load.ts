/** A client that asks without end, each time in a new connection. */
import * as http from 'node:http';

const CLIENTS = 4;

export interface Outcome {
  readonly failed: readonly string[];
  /** Each answer once. */
  readonly answers: readonly string[];
}

export class LoadedClient {
  public readonly answers = new Set<string>();
  private readonly failed: string[] = [];
  private isStopping = false;
  private asking: Promise<unknown> = Promise.resolve();

  constructor(private readonly url: string) {}

  public start(): void {
    this.asking = Promise.all(Array.from({ length: CLIENTS }, () => this.askOn()));
  }

  /** Ends after the requests in flight; what has become of all. */
  public async stop(): Promise<Outcome> {
    this.isStopping = true;
    await this.asking;
    return { failed: this.failed, answers: [...this.answers].sort() };
  }

  private async askOn(): Promise<void> {
    while (!this.isStopping) await this.ask().then((answer) => this.answers.add(answer), (error: Error) => this.failed.push(error.message));
  }

  private ask(): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = http.get(this.url, { agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
        response.on('error', reject);
        response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`status ${response.statusCode}`))));
      });
      request.on('error', reject);
    });
  }
}
