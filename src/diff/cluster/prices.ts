/** Prices of models, read back from the formula that the cost of a request is computed by (constructs/serving/gateway/costs). */
import type { KubeObject } from '../../expand';
import { changesBetween, isSame } from '../changes';
import type { Effect } from '../effect';
import { effectOn } from '../effect';
import type { Pair } from '../pairs';

/** In the formula, prices for a million tokens have no decimal places. */
const PRICE_STEPS = 1_000_000;
const TERM = /model in (\[[^\]]*\]) \? input_tokens \* (\d+)u \+ output_tokens \* (\d+)u/g;

interface Cost {
  readonly cel?: string;
}

interface ConfigSpec {
  readonly globalLLMRequestCosts?: readonly Cost[];
}

interface Price {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
}

/** Where both sides have prices. Those that come with a first budget, and go with the last one, are told by that. */
export function priceEffects({ from, to }: Pair<KubeObject>, scope: string): Effect[] {
  const [before, after] = [from && pricesIn(from), to && pricesIn(to)];
  if (!before || !after || !to || isSame(before, after)) return [];
  const { namespace, name = '' } = to.metadata ?? {};
  const subject = { scope, side: 'kubernetes' as const, kind: 'GatewayConfig', ...(namespace !== undefined && { namespace }), name };
  return [effectOn(subject, ['changed', 'has other prices, and nothing restarts'], { changes: changesBetween(before, after) })];
}

/** Without the formulas, where their prices are told. */
export function withoutPrices(pair: Pair<KubeObject>): Pair<KubeObject> {
  const { from, to } = pair;
  if (!from || !to || !pricesIn(from) || !pricesIn(to)) return pair;
  return { from: withoutFormulas(from), to: withoutFormulas(to) };
}

/** By `price of <model>`; `undefined` where there are none. */
function pricesIn(config: KubeObject): Readonly<Record<string, Price>> | undefined {
  const formulas = costsOf(config).flatMap(({ cel }) => (cel === undefined ? [] : [cel]));
  const prices = formulas.flatMap((formula) => [...formula.matchAll(TERM)].flatMap(([, models = '[]', input, output]) => (
    (JSON.parse(models) as string[]).map((model) => [`price of ${model}`, { inputPerMillion: priceOf(input), outputPerMillion: priceOf(output) }] as const))));
  return prices.length > 0 ? Object.fromEntries(prices) : undefined;
}

function priceOf(steps: string | undefined): number {
  return Number(steps) / PRICE_STEPS;
}

/** What else is in a formula than prices is the unit of money, which is that of the largest budget. */
function withoutFormulas(config: KubeObject): KubeObject {
  const { spec } = config as { readonly spec?: ConfigSpec };
  return { ...config, spec: { ...spec, globalLLMRequestCosts: costsOf(config).map(({ cel: _, ...cost }) => cost) } } as KubeObject;
}

function costsOf(config: KubeObject): readonly Cost[] {
  return (config as { readonly spec?: ConfigSpec }).spec?.globalLLMRequestCosts ?? [];
}
