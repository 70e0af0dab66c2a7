import { Cost, Preview } from '../../../../src';
import { stateAt } from '../../../../src/constructs/cost/state';
import { estimate } from '../../../../src/cost/estimate';
import { graphOf } from '../../../../src/graph/graph';
import { appOf, server } from '../../fixtures';
import { gatewayOf, namesIn } from './fixtures';
import type { Offered } from './fixtures';

function offered(): Offered {
  const all = gatewayOf();
  all.gateway.serve(server(all.team));
  all.gateway.addTeam('team-a', { models: ['chat'], tokensPerMonth: 1_000_000 }).addKey('ci', { expires: '2027-01-31' });
  return all;
}

test('a gateway costs its load balancer, and neither Redis nor the proxies anything of their own', () => {
  const { chart } = offered();
  const { standing } = Cost.of(appOf(chart));
  expect(JSON.stringify(standing.filter((item) => JSON.stringify(item).includes('model-gateway')))).toContain('Gateway model-gateway/models');
  expect(JSON.stringify(standing)).not.toMatch(/redis|EnvoyProxy/);
});

test('its objects are in the state of which pictures and costs are made, which do without them', () => {
  const state = stateAt(appOf(offered().chart));
  expect(estimate(state).clusters).toHaveLength(1);
  expect(graphOf(state).nodes.map(({ type }) => type)).toContain('Server');
});

test('a preview shows the Server as without a gateway, but for who reaches it', () => {
  const { chart } = offered();
  const kinds = Preview.of(appOf(chart)).children.map(({ manifest }) => (manifest as { kind: string }).kind);
  expect(kinds).toContain('Deployment');
  expect(kinds).not.toContain('AIGatewayRoute');
});

test('the same program writes the same bytes', () => {
  const [first, second] = [offered(), offered()];
  expect(JSON.stringify(second.chart.toJson())).toBe(JSON.stringify(first.chart.toJson()));
  expect(namesIn(first.chart)).toEqual([...new Set(namesIn(first.chart))]);
});
