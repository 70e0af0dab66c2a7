/** promtool on rules: what it says of them, and whether alerts are raised when they should be. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { RuleGroup } from '../../../src/constructs/serving/alert-rules';
import { temporary } from '../fixtures';

const INSTALLED = path.join(__dirname, '../../../.cache/promtool/promtool');

function onPath(): string | undefined {
  const { status } = spawnSync('promtool', ['--version'], { stdio: 'ignore' });
  return status === 0 ? 'promtool' : undefined;
}

/** Where it is; `undefined` where it could not be had (scripts/ensure-promtool.mjs). */
export const PROMTOOL = [process.env.PROMTOOL, INSTALLED].find((file) => file && fs.existsSync(file)) ?? onPath();

export interface Series {
  readonly series: string;
  /** In promtool's notation: `0+1x60` is from 0, one more each minute, 60 times. */
  readonly values: string;
}

export interface AlertCase {
  readonly series: readonly Series[];
  readonly alert: string;
  /** Such as `15m`. */
  readonly at: string;
  /** Labels of each alert that is raised then. */
  readonly raised: readonly Readonly<Record<string, string>>[];
}

/** What promtool finds wrong in rules. */
export function problemsOf(groups: readonly RuleGroup[]): string {
  const { status, stdout, stderr } = spawnSync(PROMTOOL ?? 'promtool', ['check', 'rules', written({ groups })], { encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

/** Fails where the alerts at a time are others; texts are not compared. */
export function expectAlerts(groups: readonly RuleGroup[], { series, alert, at, raised }: AlertCase): void {
  const bare = groups.map((group) => ({ ...group, rules: group.rules.map(({ annotations: _, ...rule }) => rule) }));
  const test = {
    rule_files: [written({ groups: bare })],
    evaluation_interval: '1m',
    tests: [{
      interval: '1m',
      input_series: series,
      alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: raised.map((labels) => ({ exp_labels: labels })) }],
    }],
  };
  execFileSync(PROMTOOL ?? 'promtool', ['test', 'rules', written(test)], { encoding: 'utf8', stdio: 'pipe' });
}

/** JSON is YAML. */
function written(content: object): string {
  const file = path.join(temporary(), 'rules.yaml');
  fs.writeFileSync(file, JSON.stringify(content));
  return file;
}
