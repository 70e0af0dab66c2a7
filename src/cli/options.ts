/** Options that several commands have, so that they are called the same everywhere. */
import { Option } from 'commander';
import type { Command } from 'commander';

export interface ClusterOptions {
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
}

export interface OutputOptions<Format extends string = 'text' | 'json'> {
  readonly output: Format;
}

/** For a command that asks a cluster; `namespace` says what `-n` selects, where it is not the namespace that the command works in. */
export function clusterOptions(command: Command, namespace = 'the namespace (default: that of the kubeconfig\'s context)'): Command {
  return contextOptions(command.option('-n, --namespace <name>', namespace));
}

/** For a command that asks a cluster, and no namespace of it. */
export function contextOptions(command: Command): Command {
  return command
    .option('--context <name>', 'the context of the kubeconfig (default: the current one)')
    .option('--kubeconfig <file>', 'the kubeconfig (default: $KUBECONFIG, else ~/.kube/config)');
}

/** For a command that reads; the first format is the default. */
export function outputOption(command: Command, formats: readonly string[] = ['text', 'json']): Command {
  return command.addOption(new Option('-o, --output <format>', 'how the result is written').choices([...formats]).default(formats[0]));
}
