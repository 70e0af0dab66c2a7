/** A client of OpenAI's API, which asks one question after the other and streams the answers. */
import * as http from 'node:http';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly key?: string;
}

/** One question at one endpoint, in milliseconds. */
export interface Sample {
  /** Which of the endpoints. */
  readonly side: number;
  readonly firstToken: number;
  readonly whole: number;
}

const QUESTION = { stream: true, max_tokens: 32, messages: [{ role: 'user', content: 'Say something about gateways, please. '.repeat(20) }] };

export class Client {
  private readonly agent = new http.Agent({ keepAlive: true });

  constructor(private readonly endpoints: readonly Endpoint[], private readonly model: string) {}

  /** Asks all endpoints in turn until the end. Fails at the first answer that is not as it should be. */
  public async run(end: number): Promise<Sample[]> {
    const samples: Sample[] = [];
    while (Date.now() < end) {
      for (const [side, endpoint] of this.endpoints.entries()) samples.push({ side, ...await this.ask(endpoint) });
    }
    this.agent.destroy();
    return samples;
  }

  private ask({ host, port, key }: Endpoint): Promise<Omit<Sample, 'side'>> {
    const body = JSON.stringify({ model: this.model, ...QUESTION });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...(key && { authorization: `Bearer ${key}` }) };
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      const request = http.request({ host, port, agent: this.agent, path: '/v1/chat/completions', method: 'POST', headers }, (answer) => {
        let [text, firstToken] = ['', 0];
        answer.on('data', (chunk) => {
          firstToken ||= performance.now() - begun;
          text += String(chunk);
        });
        answer.on('error', reject).on('end', () => {
          if (answer.statusCode !== 200 || !text.includes('[DONE]')) reject(new Error(`${answer.statusCode}: ${text.slice(0, 200)}`));
          else resolve({ firstToken, whole: performance.now() - begun });
        });
      });
      request.on('error', reject).end(body);
    });
  }
}
