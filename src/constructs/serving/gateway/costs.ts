/**
 * What a request costs, in tokens and in money: what Envoy AI Gateway writes down for the limits, as `GatewayConfig.globalLLMRequestCosts`.
 * Pure.
 *
 * Limits and costs are whole numbers, so money is counted in small units, the smallest in which the budget is still a limit that Envoy
 * Gateway takes. The cost of a request is rounded up to one of them.
 */
import type { ModelPrice, TeamSpec } from './team-spec';

/** Of a limit. https://gateway.envoyproxy.io/docs/api/extension_types/#ratelimitvalue */
export const LARGEST_LIMIT = 4_294_967_295;
/** The number of tokens of a request, of question and answer. */
export const TOKENS_KEY = 'llm_total_token';

/** Of a unit of money: so many are one of the currency, and so many digits has that number. */
const UNITS = [1_000_000, 100_000, 10_000];
/** Prices have six decimal places, and are for a million tokens. */
const PRICE_STEPS = 1_000_000;
const TOKENS_OF_PRICE = 1_000_000;

/** The largest budget that can be counted. */
export const LARGEST_BUDGET = Math.floor(LARGEST_LIMIT / 10_000);

export interface RequestCost {
  readonly metadataKey: string;
  readonly type: 'InputToken' | 'OutputToken' | 'TotalToken' | 'CEL';
  readonly cel?: string;
}

/** All that the limits of `teams` refer to, and the tokens of question and answer, for logs. */
export function requestCosts(teams: readonly TeamSpec[], prices: readonly ModelPrice[]): RequestCost[] {
  const units = new Set(teams.flatMap(({ budget }) => (budget === undefined ? [] : [moneyUnit(budget)])));
  return [
    { metadataKey: 'llm_input_token', type: 'InputToken' },
    { metadataKey: 'llm_output_token', type: 'OutputToken' },
    { metadataKey: TOKENS_KEY, type: 'TotalToken' },
    ...UNITS.filter((unit) => units.has(unit)).map((unit) => ({ metadataKey: keyOf(unit), type: 'CEL' as const, cel: priceOf(prices, unit) })),
  ];
}

/** How much of the currency's smallest countable unit is one of it, for a budget. */
export function moneyUnit(budget: number): number {
  return UNITS.find((unit) => Math.round(budget * unit) <= LARGEST_LIMIT) ?? 10_000;
}

/** Where the cost of a request is for a budget. */
export function costKey(budget: number): string {
  return keyOf(moneyUnit(budget));
}

function keyOf(unit: number): string {
  return `llm_cost_e${Math.round(Math.log10(unit))}`;
}

/** https://aigateway.envoyproxy.io/docs/capabilities/traffic/usage-based-ratelimiting: tokens are unsigned, and `model` is what the client asked for. */
function priceOf(prices: readonly ModelPrice[], unit: number): string {
  const divisor = PRICE_STEPS * (TOKENS_OF_PRICE / unit);
  const groups = new Map<string, string[]>();
  for (const { model, input, output } of prices) {
    const cost = `input_tokens * ${steps(input)}u + output_tokens * ${steps(output)}u`;
    groups.set(cost, [...groups.get(cost) ?? [], model]);
  }
  const terms = [...groups].map(([cost, models]) => `(model in ${JSON.stringify(models)} ? ${cost} : 0u)`);
  return `(${[...terms, `${divisor - 1}u`].join(' + ')}) / ${divisor}u`;
}

function steps(price: number): number {
  return Math.round(price * PRICE_STEPS);
}
