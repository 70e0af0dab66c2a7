/** Asks the Hugging Face Hub, or a mirror of it, for what it says of a model. */
import { CliError, EXIT } from '../errors';

/** What the hub says of a repository, as far as it is read here. https://huggingface.co/docs/hub/api */
export interface RepositoryInfo {
  /** The commit. */
  readonly sha: string;
  readonly gated?: boolean | string;
  readonly tags?: readonly string[];
  readonly cardData?: { readonly license?: unknown; readonly license_name?: unknown };
  readonly siblings: readonly { readonly rfilename: string; readonly size?: number }[];
  /** How many numbers the files have, by their types. */
  readonly safetensors?: { readonly parameters?: Readonly<Record<string, number>>; readonly total?: number };
}

export interface HubOptions {
  /** Of the hub or of a mirror. */
  readonly endpoint: string;
  readonly token?: string;
  readonly signal: AbortSignal;
}

export interface Revision {
  readonly repo: string;
  /** Commit, tag or branch. */
  readonly revision: string;
}

const TIMEOUT_MS = 30_000;

export class Hub {
  private readonly endpoint: string;

  constructor(private readonly options: HubOptions) {
    const { endpoint } = options;
    if (!/^https?:\/\/[^\s/]/.test(endpoint)) throw new CliError(`HF_ENDPOINT is '${endpoint}', which is not the URL of a hub; give for example https://huggingface.co`);
    this.endpoint = endpoint.replace(/\/+$/, '');
  }

  /** What the hub says of a model at a revision. */
  public async info({ repo, revision }: Revision): Promise<RepositoryInfo> {
    const value = await this.json(`/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`, { repo, revision });
    const { sha, siblings } = value as Partial<RepositoryInfo>;
    if (typeof sha !== 'string' || !Array.isArray(siblings)) throw this.noHub('its answer has no commit');
    return value as RepositoryInfo;
  }

  /** The `config.json` of a model. */
  public async config({ repo, revision }: Revision): Promise<unknown> {
    return this.json(`/${repo}/resolve/${encodeURIComponent(revision)}/config.json`, { repo, revision });
  }

  private async json(path: string, asked: Revision): Promise<unknown> {
    const response = await this.get(path);
    if (!response.ok) throw this.refusal(response, asked);
    try {
      return await response.json();
    } catch {
      throw this.noHub('its answer is not JSON');
    }
  }

  private async get(path: string): Promise<Response> {
    const { token, signal } = this.options;
    try {
      return await fetch(`${this.endpoint}${path}`, {
        headers: { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new CliError(`${this.endpoint} cannot be reached (${causeOf(error)}); see the network, or set HF_ENDPOINT to a mirror that can be`);
    }
  }

  private refusal(response: Response, { repo, revision }: Revision): CliError {
    const { status, headers } = response;
    const page = `${this.endpoint}/${repo}`;
    const hasToken = this.options.token !== undefined;
    switch (headers.get('x-error-code')) {
      case 'GatedRepo': return new CliError(hasToken
        ? `${repo} is gated, and the account of HF_TOKEN may not read it; accept its licence on ${page}`
        : `${repo} is gated; accept its licence on ${page}, and set HF_TOKEN to a token of that account`);
      case 'RevisionNotFound': return new CliError(`${repo} has no revision ${revision}; give a commit, tag or branch of ${page}`, EXIT.notFound);
      case 'EntryNotFound': return new CliError(`${repo} has no config.json, so it is not a model of transformers; give its facts by ModelFacts.fromNumbers`);
      case 'RepoNotFound': return new CliError(`${this.endpoint} has no model ${repo}, or it is private; correct the name${hasToken ? '' : ', or set HF_TOKEN'}`, EXIT.notFound);
      default:
    }
    if (status === 401 && hasToken) return new CliError(`${this.endpoint} does not take HF_TOKEN; give a token that is valid`);
    if (status === 404) return this.noHub(`it answers ${status} to ${new URL(response.url).pathname}`);
    return new CliError(`${this.endpoint} answers ${status} for ${repo}; try again later`);
  }

  private noHub(what: string): CliError {
    return new CliError(`${this.endpoint} does not answer as the hub does: ${what}; see that HF_ENDPOINT is a mirror of it, and the proxy`);
  }
}

/** `ENOTFOUND`, or what there is of a message. The error of fetch only says that it failed, and its cause why. */
function causeOf(error: unknown): string {
  const { name, message, cause } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  return name === 'TimeoutError' ? `no answer in ${TIMEOUT_MS / 1000} seconds` : cause?.code ?? cause?.message ?? message;
}
