/** The table of prices: where it is from, and what a user's own may be. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pricesModule } from '../../scripts/prices';
import { csvRows } from '../../src/cost/csv';
import type { UsedNames } from '../../src/cost/price-checks';
import { PriceTable } from '../../src/cost/price-table';

const CATALOG = path.join(__dirname, '../../src/catalog');
const HEADER = 'cloud,region,machine,gpu,gpus,on_demand_usd_hour,spot_usd_hour,source,date';
const [, ...ROWS] = csvRows(fs.readFileSync(path.join(CATALOG, 'prices.csv'), 'utf8')).map(({ cells }) => cells);

test('the module of the prices is made from the table', () => {
  expect(fs.readFileSync(path.join(CATALOG, 'price-text.ts'), 'utf8')).toBe(pricesModule());
});

test('the table has all rows of its sources', () => {
  const count = (cloud: string, withGpu: boolean): number => ROWS.filter(([name, , , gpu]) => name === cloud && (gpu !== '') === withGpu).length;
  /* 360, 56 and 518 of the first reading; 5 machines of AWS, and those without GPU, of a second one. */
  expect(['gcp', 'aws', 'azure'].map((cloud) => [cloud, count(cloud, true), count(cloud, false)]))
    .toEqual([['gcp', 360, 22], ['aws', 61, 53], ['azure', 518, 28]]);
  expect(PriceTable.builtIn().size).toBe(ROWS.length);
});

test('every row says where and when it is from', () => {
  expect(ROWS.filter(([, , , , , , , source = '', date = '']) => !/^[\w-]+\/[\w-]+@[0-9a-f]{7,9} [\w.-]+$/.test(source) || !/^(\d{4}-\d{2}-\d{2}|undated)$/.test(date)))
    .toEqual([]);
});

test.each([
  ['a3-highgpu-8g', [88.49, 126.6434], [10.2055, 51.2187]],
  ['a3-megagpu-8g', [92.9376, 119.9746], [22.8588, 53.6715]],
  ['Standard_ND96isr_H100_v5', [98.32, 186.608], []],
])('%s costs %j an hour, by region', (machine, onDemand, spot) => {
  const rows = ROWS.filter(([, , name]) => name === machine);
  const range = (column: number): number[] => {
    const prices = rows.map((row) => row[column]).filter((text) => text !== '').map(Number);
    return prices.length > 0 ? [Math.min(...prices), Math.max(...prices)] : [];
  };
  expect([range(5), range(6)]).toEqual([onDemand, spot]);
});

test('a region has its own price, and a machine that a region does not have has none', () => {
  const prices = PriceTable.builtIn();
  const find = (region: string) => prices.find({ cloud: 'gcp', region, machine: 'a3-highgpu-8g' })?.onDemand;
  expect([find('us-central1'), find('asia-northeast1'), find('europe-west2')]).toEqual([88.49, 126.6434, undefined]);
});

test('GPUs that are attached to a machine are not in the price of the machine alone', () => {
  const prices = PriceTable.builtIn().with(`${HEADER}\ngcp,us-central1,n1-standard-8,,0,0.38,,own,2026-11\n`, 'own.csv');
  const machine = { cloud: 'gcp', region: 'us-central1', machine: 'n1-standard-8' };
  expect([prices.find({ ...machine, gpus: 0 })?.onDemand, prices.find({ ...machine, gpus: 1 })]).toEqual([0.38, undefined]);
});

describe('a price file', () => {
  const row = 'gcp,us-central1,g2-standard-4,nvidia-l4,1,0.5,0.3,contract 17,2026-11-01';
  const l4 = { cloud: 'gcp', region: 'us-central1', machine: 'g2-standard-4', gpus: 1 };
  const withFile = (text: string, used?: UsedNames) => PriceTable.builtIn().with(text, 'own.csv', used);
  const messageOf = (text: string): string => {
    try {
      withFile(text);
    } catch (error) {
      return (error as Error).message;
    }
    return 'no error';
  };

  test('wins over the table, row by row', () => {
    const prices = withFile(`${HEADER}\n${row}\n`);
    expect(prices.find(l4)).toEqual({ key: expect.anything(), line: 2, onDemand: 0.5, spot: 0.3, source: 'contract 17', date: '2026-11-01' });
    expect(prices.find({ ...l4, machine: 'g2-standard-8' })?.onDemand).toBe(0.8536);
    expect(prices.size).toBe(PriceTable.builtIn().size);
  });

  test('leaves to the table what it does not say', () => {
    expect(withFile(`${HEADER}\ngcp,us-central1,g2-standard-4,nvidia-l4,1,0.5,,,\n`).find(l4)).toMatchObject({
      onDemand: 0.5, spot: 0.3973, source: 'own.csv', date: 'undated', spotOrigin: { source: expect.not.stringContaining('own.csv') as string },
    });
    const { source, date, onDemand } = PriceTable.builtIn().find(l4) ?? {};
    expect(withFile(`${HEADER}\n${row.replace(',0.5,0.3,', ',,,')}\n`).find(l4)).toMatchObject({ onDemand, spot: 0.3973, source, date });
    expect(withFile(`${HEADER}\n${row.replace(',0.5,0.3,', ',,0.2,')}\n`).find(l4))
      .toMatchObject({ onDemand, spot: 0.2, source, date, spotOrigin: { source: 'contract 17', date: '2026-11-01' } });
  });

  test('with a spot price above that on demand has no discount', () => {
    expect(withFile(`${HEADER}\n${row.replace(',0.3,', ',0.9,')}\n`).find(l4)).toMatchObject({ onDemand: 0.5, spot: 0.5 });
  });

  test('may be what a spreadsheet writes', () => {
    const quoted = `\ufeff# ours\r\n${HEADER}\r\n\r\n${row.replace('contract 17', '"contract 17, ""renewed"""')}\r\n`;
    expect(withFile(quoted).find(l4)).toMatchObject({ onDemand: 0.5, source: 'contract 17, "renewed"' });
  });

  test('may have a machine that nothing knows but a pool has', () => {
    const text = `${HEADER}\ngcp,us-central1,z9-standard-4,,0,0.5,,,\n`;
    expect(withFile(text, { machines: new Set(['z9-standard-4']), regions: new Set() }).find({ ...l4, machine: 'z9-standard-4', gpus: 0 })?.onDemand).toBe(0.5);
  });

  test('may have a region that nothing knows but a stack is in', () => {
    const text = `${HEADER}\ngcp,us-moon1,g2-standard-4,nvidia-l4,1,0.5,,,\n`;
    expect(withFile(text, { machines: new Set(), regions: new Set(['us-moon1']) }).find({ ...l4, region: 'us-moon1' })?.onDemand).toBe(0.5);
  });

  test('may have an empty first cell in a row with quotes', () => {
    const [{ cells } = { cells: [] }] = csvRows(',gcp,"us-central1" ,"contract, 1", "say ""no""",,2026-11-01,\n');
    expect(cells).toEqual(['', 'gcp', 'us-central1', 'contract, 1', 'say "no"', '', '2026-11-01', '']);
  });

  test.each([
    ['', 'own.csv: the file is empty; its first line must be cloud,region,machine,gpu,gpus,on_demand_usd_hour,spot_usd_hour,source,date'],
    [`${HEADER.replace('on_demand_usd_hour', 'on_demand_usd')}\n`, "own.csv:1: there is no column on_demand_usd_hour, but 'on_demand_usd'; "
      + 'the first line must have cloud,region,machine,gpu,gpus,on_demand_usd_hour,spot_usd_hour,source,date'],
    [`${HEADER}\n${row.replace('g2-standard-4', 'g2-standart-4')}\n`, "own.csv:2: machine is 'g2-standart-4', which Google Cloud is not known to have, and which no pool here has; "
      + 'did you mean g2-standard-4? Or leave the row out until a pool has it'],
    [`${HEADER}\n${row.replace('0.5', '-0.5')}\n`, 'own.csv:2: on_demand_usd_hour is -0.5, which is negative; '
      + 'give US dollars an hour, 0 or more, for example 0.7068, or leave it empty if it is not known'],
    [`${HEADER}\n${row.replace(',0.3,', ',cheap,')}\n`, "own.csv:2: spot_usd_hour is 'cheap', which is not a number; "
      + 'give US dollars an hour, 0 or more, for example 0.7068, or leave it empty if it is not known'],
    [`${HEADER}\n\n${row}\n${row}\n`, 'own.csv:4: g2-standard-4 in us-central1 with gpus 1 is in line 3 already; leave one of them out'],
    [`${HEADER}\n${row.replace('gcp', 'gcloud')}\n`, "own.csv:2: cloud is 'gcloud'; use one of gcp, aws, azure, local, on-premises"],
    [`${HEADER}\n${row.replace('us-central1', '')}\n`, 'own.csv:2: region is empty; name it'],
    [`${HEADER}\n${row.replace(',1,', ',1.5,')}\n`, 'own.csv:2: gpus is 1.5; give a whole number, 0 or more'],
    [`${HEADER}\n${row.replace('us-central1', 'us-centrall')}\n`, "own.csv:2: region is 'us-centrall', of which the table has no machine, and in which nothing here is; "
      + 'did you mean us-central1? Or leave the row out until something is there'],
    [`${HEADER}\n${row.replace(',1,', ',,')}\n`, 'own.csv:2: gpus is 0, but g2-standard-4 has 1; give 1'],
    [`${HEADER}\n${row.replace('contract 17', '"contract" 17')}\n`, "own.csv:2: something follows the closing quote of 'contract'; write a quote in a cell as two"],
    [`${HEADER}\n\n${row.replace('contract 17', '"contract 17')}\n`, 'own.csv:3: a quote is not closed in its line; close it, or write a quote in a cell as two'],
    [`${HEADER}\n${row},more\n`, 'own.csv:2: the row has 10 cells and the first line 9; write a comma for each column, also where a cell is empty'],
  ])('that is wrong is refused: %j', (text, message) => {
    expect(messageOf(text)).toBe(message);
  });
});
