import { estimate } from '../../src/cost/estimate';
import { blockCosts } from '../../src/graph/cost';

function costOf(config: object): string | undefined {
  const pool = { autoscaling: { total_min_node_count: 0, total_max_node_count: 2 }, node_config: { machine_type: 'g2-standard-4', ...config } };
  const terraform = { provider: { google: [{ region: 'us-central1' }] }, resource: { google_container_node_pool: { l4: pool } } };
  return blockCosts(estimate({ clusters: [], stacks: [{ name: 'gcp', terraform }] }), [{ stack: 'gcp', address: 'google_container_node_pool.l4' } as never]).cost;
}

test('a node has the price of its capacity, and none on flex-start', () => {
  expect([costOf({}), costOf({ spot: true }), costOf({ flex_start: true })]).toEqual(['$0.707/h each', '$0.397/h each', undefined]);
});
