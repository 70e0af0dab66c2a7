/** A client that asks without end, each time in a new connection. */
import * as http from 'node:http';

const CLIENTS = 4;
/** Characters of the body of an error. */
const MOST = 200;

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

  /** @param body what is posted, as JSON; without it the URL is got */
  constructor(private readonly url: string, private readonly body?: object) {}

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
      const text = this.body && JSON.stringify(this.body);
      const options = { agent: false, method: text ? 'POST' : 'GET', headers: { 'content-type': 'application/json' } };
      const request = http.request(this.url, options, (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (chunk: string) => { answer += chunk; });
        response.on('error', reject);
        response.on('end', () => (response.statusCode === 200 ? resolve(answer) : reject(new Error(`status ${response.statusCode}: ${answer.slice(0, MOST)}`))));
      });
      request.on('error', reject);
      request.end(text);
    });
  }
}
