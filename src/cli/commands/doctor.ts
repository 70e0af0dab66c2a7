import * as fs from 'node:fs';
import * as path from 'node:path';
import { PLATFORM_CONFIG_MAP } from '../../api/reconciler';
import { wrapped } from '../../state/columns';
import type { ClusterState } from '../../state/state';
import { manifestsOf } from '../cluster/connect';
import type { CommandModule, Context } from '../command';
import type { Check, CheckState, Declared } from '../doctor/check';
import { checksOf } from '../doctor/checks';
import { gatherFacts } from '../doctor/facts';
import { EXIT } from '../errors';
import { Kubectl } from '../kubectl';
import { clusterOptions, outputOption } from '../options';
import type { ClusterOptions, OutputOptions } from '../options';
import { readState } from '../read-state';
import type { Colours, Terminal } from '../terminal';

const MARKS: Readonly<Record<CheckState, string>> = { ok: '✓', missing: '✗', warning: '!', optional: '·', unknown: '?' };

const command: CommandModule<ClusterOptions & OutputOptions> = {
  define: (definition) => outputOption(clusterOptions(definition
    .description('Whether a cluster has what the app in this folder needs: definitions, reconciler, GPUs, workspaces, and engines of others; '
      + 'what is missing, and the line that adds it. Exit code 1 if something is.'))),
  async run({ options, context }) {
    const { terminal } = context;
    const clusters = synthesized(context);
    terminal.progress('asking the cluster …');
    const kubectl = new Kubectl(options, context);
    const facts = await gatherFacts(kubectl, clusters.length === 1 ? clusters[0]?.platform : undefined);
    const cluster = clusters.find(({ platform }) => platform?.clusterName === facts.platform?.clusterName) ?? clusters[0];
    const checks = checksOf(facts, declaredBy(cluster, context));
    if (options.output === 'json') terminal.printJson(checks);
    else terminal.print(checksText(checks, terminal));
    return checks.some(({ state }) => state === 'missing') ? EXIT.no : EXIT.ok;
  },
};

export default command;

/** What the app in this folder has written, if there is one. */
function synthesized({ cwd }: Context): readonly ClusterState[] {
  const manifests = manifestsOf(cwd);
  return manifests.length === 0 ? [] : readState(manifests, { directory: cwd }).clusters.filter(({ platform }) => platform !== undefined);
}

function declaredBy(cluster: ClusterState | undefined, { cwd, version }: Context): Declared {
  const groups = new Map((cluster?.objects ?? []).map(({ apiVersion = '', kind, metadata }) => [
    apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '', `${kind} ${metadata?.name}`,
  ]));
  return { platform: cluster?.platform, groups, version, systemFile: cluster && systemFileIn(cwd) };
}

/** The manifest of the reconciler, as the user has it. */
function systemFileIn(cwd: string): string | undefined {
  return manifestsOf(cwd).find((file) => fs.readFileSync(path.join(cwd, file), 'utf8').includes(`name: ${PLATFORM_CONFIG_MAP}`));
}

/** A line for each, and below it what helps, in one piece so that it can be copied. */
function checksText(checks: readonly Check[], { colours, width }: Terminal): string {
  const label = Math.max(...checks.map(({ name }) => name.length)) + 4;
  return checks.flatMap(({ name, message, remedy, state }) => {
    const [first = '', ...rest] = wrapped(message, width - label);
    return [
      `${paintOf(state, colours)(MARKS[state])} ${name.padEnd(label - 2)}${first}`,
      ...rest.map((line) => `${' '.repeat(label)}${line}`),
      ...remedy === undefined ? [] : [`${' '.repeat(label)}${state === 'optional' ? colours.dim(remedy) : colours.cyan(remedy)}`],
    ];
  }).join('\n');
}

function paintOf(state: CheckState, { green, red, yellow, dim }: Colours): (text: string) => string {
  return { ok: green, missing: red, warning: yellow, optional: dim, unknown: yellow }[state];
}
