/** What the examples cost, added up by hand: prices as in the table, amounts as in the example. */
import { App } from 'cdk8s';
import { App as TerraformApp } from 'cdktf';
import { TERRAFORM_EXAMPLES } from '../../scripts/examples';
import { Cost } from '../../src/constructs/cost/cost';

const HOURS = 730;
const CONTROL_PLANE = 0.1 * HOURS;
const sum = (...parts: readonly number[]): number => parts.reduce((total, part) => total + part, 0);

function costOf(name: string, cloud: string): Cost {
  const kubernetes = new App();
  TERRAFORM_EXAMPLES.find((example) => example.name === name)?.declareBoth(kubernetes, new TerraformApp(), cloud);
  return Cost.of(kubernetes);
}

function expectTotals(cost: Cost, min: number, max: number): void {
  expect(cost.monthlyAtMinNodes).toBeCloseTo(min, 6);
  expect(cost.monthlyAtMaxNodes).toBeCloseTo(max, 6);
}

test('gcp-l4: a month of it', () => {
  const cost = costOf('gcp-l4', 'gcp');
  const gateway = (nodes: number): number => nodes * 0.0014 * HOURS + 500 * 0.045 + 100 * 0.12; /* data through it, and to the internet */
  const system = (nodes: number): number => nodes * (0.169 * HOURS + 200 * 0.1);
  const same = sum(CONTROL_PLANE, 500 * 0.02 /* bucket */, 0.06 /* key */);
  const others = sum(
    4 * (0.338 * HOURS + 100 * 0.1), /* loaders */
    4 * (0.7068 * HOURS + 200 * 0.1), /* l4 */
    8 * (2.2496 * HOURS + 200 * 0.1 + 4 * 375 * 0.08), /* l4-spot, with four local disks */
  );
  expectTotals(cost, same + system(2) + gateway(2), same + system(5) + gateway(5 + 4 + 4 + 8) + others);
  expect(cost.unknownItems).toBe(0);
});

test('aws-h100: a month of it, without the capacity block', () => {
  const cost = costOf('aws-h100', 'aws');
  const disk = (gib: number): number => gib * 0.08 + (250 - 125) * 0.04; /* gp3, and its throughput */
  const system = (nodes: number): number => nodes * (0.2016 * HOURS + disk(100));
  const same = sum(
    CONTROL_PLANE,
    3 * 0.045 * HOURS + 500 * 0.045, /* NAT gateways, and the data through them */
    3 * 0.005 * HOURS, /* their addresses */
    100 * 0.09, /* to the internet */
    500 * 0.023, /* bucket */
    50 * 0.1, /* registry */
    1, /* key */
    50 * 0.5, /* logs */
  );
  const h100 = sum(1 * (55.04 * HOURS + disk(200)), 2 * disk(200) /* of the block, whose machines have no price */);
  expectTotals(cost, same + system(2), same + system(3 * 3) + h100); /* three in each of three zones */
  expect(cost.unknownItems).toBe(1);
  expect(cost.standing.filter(({ hasUnknownPrice }) => hasUnknownPrice).map(({ description }) => description)).toEqual(['nodes ml-h100-block']);
});

test('azure-a100-spot: a month of it, without the spot nodes', () => {
  const cost = costOf('azure-a100-spot', 'azure');
  const same = sum(
    CONTROL_PLANE,
    0.045 * HOURS + 500 * 0.045 + 100 * 0.087, /* gateway, data through it, and to the internet */
    0.005 * HOURS, /* its address */
    500 * 0.023, /* bucket */
    50 * 2.3, /* logs */
    0.5, /* private DNS zone */
    0.01 * HOURS, /* private endpoint */
    20 * 0.075, /* disk of the notebook */
  );
  const most = sum(
    5 * (0.226 * HOURS + 19.71), /* general, with a disk of 128 GiB */
    1 * (3.673 * HOURS + 38.02), /* a100-parts: 200 GiB are paid for as 256 */
    4 * 38.02, /* disks of a100-spot */
  );
  expectTotals(cost, same + 2 * 0.226 * HOURS, same + 5 * 0.226 * HOURS + most);
  expect(cost.unknownItems).toBe(1);
});

test('multi-cloud: a month of each cloud', () => {
  const system = 2 * 0.169 * HOURS + 2 * 200 * 0.1;
  expect(costOf('multi-cloud', 'gcp').monthlyAtMinNodes)
    .toBeCloseTo(sum(CONTROL_PLANE, system, 2 * 0.0014 * HOURS + 500 * 0.045 + 100 * 0.12, 500 * 0.02, 50 * 0.1, 0.06, 20 * 0.1), 6);
  const awsNodes = 2 * (0.2016 * HOURS + 100 * 0.08 + 125 * 0.04);
  expect(costOf('multi-cloud', 'aws').monthlyAtMinNodes).toBeCloseTo(sum(
    CONTROL_PLANE, awsNodes, 2 * 0.045 * HOURS + 500 * 0.045, 2 * 0.005 * HOURS, 100 * 0.09, 500 * 0.023, 50 * 0.1, 1, 50 * 0.5, 20 * 0.08,
  ), 6);
  const gateway = sum(0.045 * HOURS, 500 * 0.045, 100 * 0.087, 0.005 * HOURS);
  const azure = sum(CONTROL_PLANE, 2 * 0.226 * HOURS, gateway, 500 * 0.023, 50 /* registry */);
  const closed = sum(50 * 2.3, 2 * 0.5, 2 * 0.01 * HOURS, 20 * 0.075); /* logs, and what keeps store and registry private */
  expect(costOf('multi-cloud', 'azure').monthlyAtMinNodes).toBeCloseTo(azure + closed, 6);
});

test('what runs takes its part of a node', () => {
  const running = costOf('gcp-l4', 'gcp').running;
  const of = (kind: string) => running.find(({ resource }) => resource.startsWith(kind));
  expect(of('Server research/chat')).toMatchObject({ hourlyMin: 0.7068, hourlyMax: 0.7068, hourlyOnDemand: 0.7068, hourlySpot: 0.3973 });
  expect(of('Model research/qwen-chats')).toMatchObject({ hourlyMin: 2.2496, hourlyOnDemand: 4.0017, hourlySpot: 2.2496 });
});

test('half of a GPU that is partitioned costs half of its node', () => {
  const notebook = costOf('azure-a100-spot', 'azure').running.find(({ resource }) => resource === 'Notebook research/lab');
  expect(notebook?.hourlyMin).toBeCloseTo(3.673 / 2, 6);
  expect(notebook?.hourlySpot).toBeUndefined();
});
