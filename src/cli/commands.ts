/** All commands, in the order of the help. A command's file is loaded when it is called. */
import type { CommandModule } from './command';

export interface CommandEntry {
  readonly name: string;
  /** The heading below which the help lists it. */
  readonly group: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  readonly load: () => { readonly default: CommandModule };
}

type Loaded = ReturnType<CommandEntry['load']>;

/** The headings, in their order. A new command goes below the one that fits. */
export const GROUP = {
  before: 'Before anything is applied:',
  cluster: 'In the cluster:',
  clients: 'Work with it:',
  program: 'This program:',
};

export const COMMANDS: readonly CommandEntry[] = [
  { name: 'facts', group: GROUP.before, summary: 'asks the hub what a model is, and writes it down for review', load: () => require('./commands/facts') as Loaded },
  { name: 'fit', group: GROUP.before, summary: 'whether what was synthesized fits its GPUs, with the numbers', load: () => require('./commands/fit') as Loaded },
  { name: 'diff', group: GROUP.before, summary: 'what a change does: what trains again, rolls, is replaced or deleted', load: () => require('./commands/diff') as Loaded },
  { name: 'cost', group: GROUP.before, summary: 'what it costs: a month of the cloud, an hour and a run of each resource', load: () => require('./commands/cost') as Loaded },
  { name: 'graph', group: GROUP.before, summary: 'a picture of the stack: one page for a browser, or Mermaid, dot, JSON', load: () => require('./commands/graph') as Loaded },
  { name: 'images', group: GROUP.before, summary: 'every image that is needed, to mirror them', load: () => require('./commands/images') as Loaded },
  { name: 'status', group: GROUP.cluster, summary: 'kinds, whether they are ready and why not, who waits for whom', load: () => require('./commands/status') as Loaded },
  { name: 'logs', group: GROUP.cluster, summary: 'what the programs print, step by step', load: () => require('./commands/logs') as Loaded },
  { name: 'events', group: GROUP.cluster, summary: 'what happened to resources and to what runs for them', load: () => require('./commands/events') as Loaded },
  { name: 'retry', group: GROUP.cluster, summary: 'repeats the step that has failed', load: () => require('./commands/retry') as Loaded },
  { name: 'suspend', group: GROUP.cluster, summary: 'stops what runs, and keeps disks', load: () => require('./commands/suspend') as Loaded },
  { name: 'resume', group: GROUP.cluster, summary: 'goes on, and wakes a notebook that sleeps', load: () => require('./commands/resume') as Loaded },
  { name: 'lineage', group: GROUP.cluster, summary: 'what a Model was made of, down to revisions and digests', load: () => require('./commands/lineage') as Loaded },
  { name: 'doctor', group: GROUP.cluster, summary: 'what a cluster lacks, and the line that adds it', load: () => require('./commands/doctor') as Loaded },
  { name: 'keys', group: GROUP.cluster, summary: 'makes, replaces, ends and lists the keys of a gateway', load: () => require('./commands/keys') as Loaded },
  { name: 'usage', group: GROUP.cluster, summary: 'tokens and requests of each team and model', load: () => require('./commands/usage') as Loaded },
  { name: 'infer', group: GROUP.clients, summary: 'asks a server, and writes its answer as it comes', load: () => require('./commands/infer') as Loaded },
  { name: 'open', group: GROUP.clients, summary: 'opens a notebook in the browser', load: () => require('./commands/open') as Loaded },
  { name: 'sync', group: GROUP.clients, summary: 'keeps a folder and a notebook the same, both ways', load: () => require('./commands/sync') as Loaded },
  { name: 'completion', group: GROUP.program, summary: 'completes commands and options in bash, zsh and fish', load: () => require('./commands/completion') as Loaded },
];
