/** A stack as it can be planned with no cloud, no credentials and no network, and otherwise as it is deployed. */
import { isIn } from './plugins';
import type { Plugin, Provider } from './plugins';
import type { Diagnostic } from './terraform';

export type Block = Record<string, unknown>;

export interface Stack {
  readonly terraform: { backend?: Block; readonly required_providers: Record<string, { source: string; version: string }> };
  readonly provider: Record<string, Block[]>;
  readonly resource: Record<string, Record<string, Block>>;
}

/** What a provider takes instead of credentials. Azure's has to log in before it plans. */
const WITHOUT_CREDENTIALS: Readonly<Record<Provider, Block | undefined>> = {
  google: { access_token: 'none' },
  aws: {
    access_key: 'none',
    secret_key: 'none',
    skip_credentials_validation: true,
    skip_metadata_api_check: 'true',
    skip_requesting_account_id: true,
    /* They are compared with what the credentials are for. */
    allowed_account_ids: undefined,
  },
  azurerm: undefined,
};

export function canPlan({ provider }: Pick<Plugin, 'provider'>): boolean {
  return WITHOUT_CREDENTIALS[provider] !== undefined;
}

export function providerOf({ terraform }: Stack): string | undefined {
  return Object.keys(terraform.required_providers)[0];
}

export interface Offline {
  readonly stack: Stack;
  readonly version: string;
  /** Whether the plugin is none of those that the stack takes. */
  readonly isOutOfRange: boolean;
}

/** Takes the newest plugin in the stack's range, else the newest. */
export function offline(json: string, { provider, source, versions }: Plugin): Offline {
  const stack = JSON.parse(json) as Stack;
  const range = stack.terraform.required_providers[provider]?.version ?? '';
  const fitting = versions.find((version) => isIn(range, version));
  const version = fitting ?? versions[0] ?? '';
  stack.terraform.required_providers[provider] = { source, version: fitting === undefined ? version : range };
  delete stack.terraform.backend;
  stack.provider[provider] = (stack.provider[provider] ?? []).map((block) => ({ ...block, ...WITHOUT_CREDENTIALS[provider] }));
  return { stack, version, isOutOfRange: fitting === undefined };
}

/** Takes out the arguments that a plugin older than the stack's range does not know yet, and says which. */
export function leaveOut(stack: Stack, diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.flatMap(({ summary, detail, snippet }) => {
    const [, argument] = /^No argument or block type is named "(.+?)"/.exec(detail) ?? [];
    const [, type = '', id = ''] = /^resource\.(.+)\.(.+)$/.exec(snippet?.context ?? '') ?? [];
    const block = stack.resource[type]?.[id];
    if (summary !== 'Extraneous JSON object property' || argument === undefined || !block) return [];
    delete block[argument];
    return [`${type}.${argument}`];
  });
}

/** How many resources a stack has. */
export function countOf({ resource }: Stack): number {
  return Object.values(resource).reduce((sum, blocks) => sum + Object.keys(blocks).length, 0);
}
