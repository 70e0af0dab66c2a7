interface Status {
  readonly reason?: string;
  readonly message?: string;
}

/** What the API server has answered instead of what was asked for. */
export class ApiError extends Error {
  /** `NotFound`, `Invalid`, `Forbidden` and the like; empty where the server gives none. */
  public readonly reason: string;

  constructor(request: string, public readonly status: number, body: string) {
    const { reason = '', message = body } = parsed(body);
    super(`${request}: ${status} ${reason} ${message}`);
    this.reason = reason;
  }
}

function parsed(body: string): Status {
  try {
    return JSON.parse(body) as Status;
  } catch {
    return {};
  }
}
