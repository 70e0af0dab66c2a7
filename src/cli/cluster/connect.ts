/** The cluster of the kubeconfig, once it is sure that it is the one that is meant. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import type { PlatformSpec } from '../../api/platform';
import { DEFAULT_RECONCILER_NAMESPACE, PLATFORM_CONFIG_MAP, PLATFORM_FILE_NAME } from '../../api/reconciler';
import type { KubeObject } from '../../expand';
import { platformIn } from '../../state/documents';
import type { Context } from '../command';
import { CliError, EXIT } from '../errors';
import { Kubectl } from '../kubectl';
import { clusterOptions, contextOptions } from '../options';
import type { ClusterOptions } from '../options';

export interface ConnectOptions extends ClusterOptions {
  readonly anyCluster?: boolean;
}

/** `clusterOptions`, for a command that is run in the folder of an app. */
export function connectOptions(command: Command, namespace?: string): Command {
  return anyClusterOption(clusterOptions(command, namespace));
}

/** `contextOptions`, for a command that is run in the folder of an app. */
export function connectContextOptions(command: Command): Command {
  return anyClusterOption(contextOptions(command));
}

function anyClusterOption(command: Command): Command {
  return command.option('--any-cluster', 'even if the app in this folder was synthesized for another cluster');
}

/**
 * The cluster to ask.
 *
 * @throws CliError if the app in the current folder was synthesized for another cluster, as far as that can be told.
 */
export async function connect(options: ConnectOptions, context: Context): Promise<Kubectl> {
  const kubectl = new Kubectl(options, context);
  if (!options.anyCluster) await checkCluster(kubectl, synthesizedPlatforms(context.cwd));
  return kubectl;
}

async function checkCluster(kubectl: Kubectl, platforms: readonly PlatformSpec[]): Promise<void> {
  if (platforms.length === 0) return;
  const namespaces = [...new Set(platforms.map(({ reconcilerNamespace = DEFAULT_RECONCILER_NAMESPACE }) => reconcilerNamespace))];
  const read = await Promise.all(namespaces.map((namespace) => platformOf(kubectl, namespace)));
  const found = read.find((platform) => platform !== undefined);
  const problem = found && otherCluster(found, platforms);
  if (problem) throw new CliError(problem, EXIT.cluster);
}

/** Why the cluster of `found` is not one of those that an app was synthesized for; `undefined` if it is. */
export function otherCluster(found: PlatformSpec, synthesized: readonly PlatformSpec[]): string | undefined {
  const names = [...new Set(synthesized.map(({ clusterName }) => clusterName))];
  if (names.length === 0 || names.includes(found.clusterName)) return undefined;
  return `the kubeconfig leads to cluster ${found.clusterName}, and the app in this folder was synthesized for ${names.join(' and ')}; `
    + 'choose with --context, or add --any-cluster';
}

/** What the Reconciler of the cluster was given; `undefined` where it cannot be read. */
export async function platformOf(kubectl: Kubectl, namespace: string): Promise<PlatformSpec | undefined> {
  try {
    const found = await kubectl.find<{ readonly data?: Readonly<Record<string, string>> }>({ type: 'configmaps', name: PLATFORM_CONFIG_MAP, namespace });
    const text = found?.data?.[PLATFORM_FILE_NAME];
    return text === undefined ? undefined : JSON.parse(text) as PlatformSpec;
  } catch (error) {
    if (error instanceof CliError && /may not/.test(error.message)) return undefined; // of those who may see their namespace alone
    throw error;
  }
}

/** The platforms among the manifests of the app in a folder. To be quick, it looks for their ConfigMaps alone. */
export function synthesizedPlatforms(directory: string): readonly PlatformSpec[] {
  return manifestsOf(directory).flatMap((file) => platformsIn(fs.readFileSync(path.join(directory, file), 'utf8'), file));
}

/** The manifests that the app in a folder has written; none where there is no app. */
export function manifestsOf(directory: string): readonly string[] {
  const output = outputOf(directory);
  if (!fs.existsSync(path.join(directory, output))) return [];
  return fs.readdirSync(path.join(directory, output), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file)).sort().map((file) => path.join(output, file));
}

function outputOf(directory: string): string {
  const file = path.join(directory, 'cdk8s.yaml');
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  return /^output:\s*(\S+)/m.exec(text)?.[1] ?? 'dist';
}

/** Only the documents that mention it are parsed: definitions of kinds are large. */
function platformsIn(text: string, file: string): PlatformSpec[] {
  return text.split(/^---$/m).filter((document) => document.includes(`name: ${PLATFORM_CONFIG_MAP}`))
    .map((document) => platformIn(parse(document) as KubeObject, file))
    .filter((platform) => platform !== undefined);
}
