import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { infracostProblems } from '../schemas/infracost';
import { substratus } from './run';

const EXAMPLE = path.join(__dirname, '../../examples/multi-cloud/expected');
const FILES = [path.join(EXAMPLE, 'gcp.yaml'), path.join(EXAMPLE, 'gcp.tf.json')];
const HEADER = 'cloud,region,machine,gpu,gpus,on_demand_usd_hour,spot_usd_hour,source,date';

describe('substratus cost', () => {
  test('shows what was synthesized, on both sides', async () => {
    const { exitCode, stdout, stderr } = await substratus(['cost', ...FILES]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Stack gcp \(Google Cloud, us-central1\): a month of 730 hours, in US dollars\n/);
    expect(stdout).toMatch(/total +411\.34 +5,140\.41\n/);
    expect(stdout).toMatch(/Server team-a\/chat +a g2-standard-4 in small +0\.707 +0\.707 +0\.397\n/);
  });

  test('gives figures as JSON', async () => {
    const { stdout } = await substratus(['cost', ...FILES, '--output', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ currency: 'USD', stacks: [{ name: 'gcp', total: { unknown: { min: 0, max: 0 } } }], clusters: [{ region: 'us-central1' }] });
  });

  test('gives what readers of Infracost take', async () => {
    const output = async (...more: string[]) => JSON.parse((await substratus(['cost', ...FILES, '--output', 'infracost', ...more])).stdout) as { totalMonthlyCost: string };
    const [min, max] = [await output(), await output('--max-nodes')];
    expect(infracostProblems(min)).toEqual([]);
    expect([Number(min.totalMonthlyCost), Number(max.totalMonthlyCost)].map(Math.round)).toEqual([411, 5140]);
  });

  test('takes prices and assumptions', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'prices-'));
    fs.writeFileSync(path.join(directory, 'own.csv'), `${HEADER}\ngcp,us-central1,g2-standard-4,nvidia-l4,1,0.5,,contract 17,2026-11-01\n`);
    const { stdout } = await substratus(['cost', ...FILES, '--prices', 'own.csv', '--assume', 'bucketGb=2000', '--assume', 'egressGb=0'], { cwd: directory });
    expect(stdout).toMatch(/Server team-a\/chat +a g2-standard-4 in small +0\.500/);
    expect(stdout).toContain('2000 GB in each bucket, 50 GB in each registry, 500 GB through NAT, 0 GB to the internet');
  });

  test('takes what follows an assumption as a path', async () => {
    const { stdout } = await substratus(['cost', '--assume', 'bucketGb=2000', ...FILES]);
    expect(stdout).toContain('2000 GB in each bucket');
  });

  test.each([
    [['--assume', 'monthlyHours=0', '--output', 'infracost'], 'error: assumption monthlyHours is 0; give more than 0 and at most 744, which are the hours of 31 days\n'],
    [['--prices', 'none.csv'], 'error: none.csv cannot be read (ENOENT); give the path of a price file\n'],
    [['--assume', 'bucketGb'], 'error: --assume is bucketGb; write a name and a number, for example bucketGb=2000\n'],
    [['--assume', 'bucketGb=much'], 'error: --assume is bucketGb=much; write a name and a number, for example bucketGb=2000\n'],
    [['--assume', 'bucket=1'], 'error: assumption bucket does not exist; did you mean bucketGb? There are monthlyHours, bucketGb, registryGb, natGb, egressGb, logsGb\n'],
  ])('refuses %j', async (args, message) => {
    expect(await substratus(['cost', ...FILES, ...args])).toEqual({ exitCode: 2, stdout: '', stderr: message });
  });

  test('names line, column and remedy of a price file that is wrong', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'prices-'));
    const refused = async (text: string) => {
      fs.writeFileSync(path.join(directory, 'own.csv'), text);
      return substratus(['cost', ...FILES, '--prices', 'own.csv'], { cwd: directory });
    };
    expect(await refused(`${HEADER}\ngcp,us-central1,g2-standart-4,nvidia-l4,1,0.5,,,\n`)).toMatchObject({
      exitCode: 2,
      stderr: "error: own.csv:2: machine is 'g2-standart-4', which Google Cloud is not known to have, and which no pool here has; "
        + 'did you mean g2-standard-4? Or leave the row out until a pool has it\n',
    });
    expect(await refused(`${HEADER.replace('gpus,', '')}\n`)).toMatchObject({
      exitCode: 2, stderr: `error: own.csv:1: there is no column gpus; the first line must have ${HEADER}\n`,
    });
  });
});
