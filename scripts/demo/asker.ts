/** A client that asks a Server one question after the other, by the API of OpenAI, and keeps what it hears. */
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 100;
const TIMEOUT_MS = 60_000;
const TOKENS = 24;

export interface Question {
  /** Of the Server, as a client in the cluster has it. */
  readonly url: string;
  readonly model: string;
  readonly words: string;
}

export class Asker {
  /** Each answer when it was heard first. */
  public readonly answers: string[] = [];
  public readonly failures: string[] = [];
  public count = 0;
  private isStopping = false;
  private asking: Promise<void> = Promise.resolve();

  constructor(private readonly question: Question) {}

  public start(): void {
    this.asking = this.askOn();
  }

  public async stop(): Promise<void> {
    this.isStopping = true;
    await this.asking;
  }

  public async ask(): Promise<string> {
    const { url, model, words } = this.question;
    const body = { model, messages: [{ role: 'user', content: words }], temperature: 0, max_tokens: TOKENS };
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`status ${response.status}: ${await response.text()}`);
    const { choices: [choice] } = await response.json() as Completion;
    return choice?.message.content ?? '';
  }

  private async askOn(): Promise<void> {
    while (!this.isStopping) {
      this.count += 1;
      await this.ask().then((answer) => this.note(answer), (error: Error) => this.failures.push(error.message));
      await sleep(PAUSE_MS);
    }
  }

  private note(answer: string): void {
    if (!this.answers.includes(answer)) this.answers.push(answer);
  }
}

interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
}
