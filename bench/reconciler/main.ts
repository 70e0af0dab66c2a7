/**
 * `npm run bench:reconciler`: the reconciler on a real API server, against its budgets.
 *
 *   npm run bench:reconciler -- --resources 1000    less, for a quick look; the budgets are those of 10,000
 *   npm run bench:reconciler -- --update            writes the figures into README.md
 *   npm run bench:reconciler -- --profile out       CPU profiles of the reconciler, in that directory
 */
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { platformOn } from '../../examples/platforms';
import { bare } from './bare';
import { loadOf } from './load';
import { converge, fanOut, follow, relist, restart } from './phases';
import type { Figures } from './phases';
import { exceeded, report, writeReadme } from './report';
import { speedMs } from './speed';
import { Stage } from './stage';
import { Subject } from './subject';

const DEFAULT_RESOURCES = '10000';
const SAMPLING_MS = 5000;

interface Wanted {
  readonly resources: number;
  readonly profile?: string;
}

/** The reconciler and its baseline, in one run, and what the one is of the other. */
async function compare(wanted: Wanted): Promise<Figures> {
  told('the bare writer');
  const baseline = await bare(loadOf(wanted.resources));
  const figures: Figures = { ...baseline, ...await measure(wanted) };
  const ratio = (of: string, to: string): number => (figures[of] ?? Number.NaN) / (figures[to] ?? Number.NaN);
  return {
    ...figures,
    timeRatio: ratio('secondsToReady', 'bareSeconds'),
    fanOutRatio: ratio('fanOutSeconds', 'bareFanOutSeconds'),
    cpuPercent: 100 * ratio('cpuMsPerReconcile', 'referenceMs'),
  };
}

async function measure({ resources, profile }: Wanted): Promise<Figures> {
  const load = loadOf(resources);
  const stage = await Stage.start();
  try {
    const nodeOptions = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profile)}`];
    const subject = await Subject.of(stage.cluster, { platform: platformOn('local').toJson() as object, nodeOptions });
    const phases: [string, () => Promise<Figures>][] = [
      [`${load.resources.length} resources with ${load.children} children`, () => converge(stage, subject, load)],
      ['restart', () => restart(subject, load)],
      ['one Model, one Server', () => follow(stage, subject, load)],
      ['one Model, many Servers', () => fanOut(stage, subject, load)],
      ['410', () => relist(stage, subject)],
    ];
    const figures: Record<string, number> = {};
    for (const [what, phase] of phases) {
      told(what);
      const { found, referenceMs } = await timed(phase);
      figures.referenceMs ??= referenceMs;
      console.error(Object.entries(found).map(([name, value]) => `         ${name} ${value.toFixed(2)}`).join('\n'));
      Object.assign(figures, found);
    }
    return { ...figures, peakMebibytes: subject.peakMebibytes };
  } finally {
    await stage.stop();
  }
}

/** What a phase finds, and the mean of the reference work meanwhile: a shared machine changes its speed within a phase. */
async function timed(phase: () => Promise<Figures>): Promise<{ readonly found: Figures; readonly referenceMs: number }> {
  const samples = [speedMs()];
  const sampling = setInterval(() => samples.push(speedMs()), SAMPLING_MS);
  try {
    const found = await phase();
    return { found, referenceMs: [...samples, speedMs()].reduce((sum, sample) => sum + sample, 0) / (samples.length + 1) };
  } finally {
    clearInterval(sampling);
  }
}

function told(what: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${what} (load ${load1()})`);
}

function load1(): string {
  return (os.loadavg()[0] ?? 0).toFixed(1);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { resources: { type: 'string', default: DEFAULT_RESOURCES }, update: { type: 'boolean' }, profile: { type: 'string' } },
  });
  const resources = Number(values.resources);
  if (!Number.isInteger(resources) || resources < 10 || resources % 10 !== 0) {
    throw new Error(`--resources is ${values.resources}; it must be a multiple of 10`);
  }
  const before = load1();
  const figures = await compare({ resources, profile: values.profile });
  const conditions = `${resources.toLocaleString('en')} resources; ${os.cpus().length} cores, load ${before} to ${load1()}; Node ${process.versions.node}`;
  console.log(report(figures, conditions));
  if (values.update) writeReadme(figures, conditions);
  process.exitCode = exceeded(figures).length > 0 ? 1 : 0;
}

main().catch((error: Error) => {
  console.error(error.stack ?? error.message);
  process.exitCode = 1;
});
