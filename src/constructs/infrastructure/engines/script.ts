/** The same as a script of Helm's own lines, for clusters without GitOps. Pure. */
import { definitionsLine, helmLine, inferenceExtensionLine } from '../../../catalog/engine-install';
import type { ChartRelease, Installation } from './releases';

export interface ScriptFile {
  readonly name: string;
  readonly script?: string;
  readonly values?: object;
}

/** `install.sh`, and beside it the values of the charts that have any. */
export function installScript(installation: Installation, clusterName: string): ScriptFile[] {
  const { charts, inferenceExtension } = installation;
  const lines = [
    ...(inferenceExtension ? [`${inferenceExtensionLine()} --force-conflicts`] : []),
    ...charts.flatMap(chartLines),
  ];
  return [
    { name: 'install.sh', script: `${header(clusterName)}${lines.map((line) => `${line}\n`).join('')}` },
    ...charts.filter(hasValues).map(({ chart: { release }, values }) => ({ name: `${release}.yaml`, values })),
  ];
}

/** Definitions that Helm would install once and leave as they are come before, by the API server's own merging. */
function chartLines({ chart, definitions, values, ...rest }: ChartRelease): string[] {
  const { definitionsApart = false, release } = chart;
  const apart = definitionsApart && definitions ? [definitionsLine(chart)] : [];
  const more = [
    ...(definitionsApart ? ['--skip-crds'] : []),
    ...(hasValues({ chart, definitions, values, ...rest }) ? ['--values', `"$here/${release}.yaml"`] : []),
    '--wait --timeout 15m',
  ];
  return [...apart, helmLine(chart, more)];
}

function hasValues({ values }: ChartRelease): boolean {
  return Object.keys(values).length > 0;
}

function header(clusterName: string): string {
  return [
    '#!/bin/sh',
    `# Installs the engines of cluster ${clusterName}, or brings them to these versions. It can be run again at any time.`,
    '# Needs helm 3.8 or newer and kubectl, and a kubeconfig that leads to the cluster.',
    'set -eu',
    'here=$(cd "$(dirname "$0")" && pwd)',
    '',
    '',
  ].join('\n');
}
