/** Ready-made programs, by name. The one door of this folder. */
import { nearest } from '../api/names';
import type { Kind, RuntimeSpec } from '../api/resource';
import { ENGINES } from './engines/engines';
import { LOADERS } from './loaders/loaders';
import { QUANTIZERS } from './quantizers/quantizers';
import { KINDS_OF_ROLE } from './runtime';
import type { Role, Runtime } from './runtime';
import { TRAINERS } from './trainers/trainers';
import { WORKBENCHES } from './workbenches/workbenches';

export { formatProblem } from './formats';
export { paramsProblem, settingsOf, wireParams } from './param';
export type { Param, ParamTable, Setting, Settings } from './param';
export { JUPYTER_COMMAND, JUPYTER_PORT } from './workbenches/jupyter-command';
export { PROGRAM_DIRECTORY, programFiles } from './program';
export type { ProgramName } from './program';
export { taskOf } from './engines/tasks';
export type { ModelTask } from './engines/tasks';
export { chooseQuantizer } from './quantizers/auto';
export type { AutoAnswer, AutoQuestion } from './quantizers/auto';
export { KINDS_OF_ROLE } from './runtime';
export type { ModelFacts, ModelFormat, Role, Runtime, RuntimeContainer, RuntimeContext, RuntimeGroup, RuntimeStep } from './runtime';

/** All of them, by role. */
export const RUNTIMES: readonly Runtime[] = [...LOADERS, ...TRAINERS, ...QUANTIZERS, ...ENGINES, ...WORKBENCHES];

export function runtimeNamed(name: string): Runtime | undefined {
  return RUNTIMES.find((runtime) => runtime.name === name);
}

/** Why a kind cannot run it, and what to write instead; `undefined` if it can. */
export function runtimeProblem(kind: Kind, { name, version = 1 }: RuntimeSpec): string | undefined {
  const runtime = runtimeNamed(name);
  const fitting = RUNTIMES.filter(({ role }) => KINDS_OF_ROLE[role].includes(kind)).map((each) => each.name);
  if (!runtime) return `runtime is ${name}, which does not exist; ${suggestion(name, fitting)}`;
  if (!fitting.includes(name)) return `runtime is ${name}, ${article(runtime.role)}, which a ${kind} cannot run; use one of ${fitting.join(', ')}`;
  if (version <= runtime.version) return undefined;
  return `runtime ${name} has version ${version}, but this release knows ${runtime.version} at most; upgrade cdk-substratus and its reconciler`;
}

function suggestion(name: string, fitting: readonly string[]): string {
  const similar = nearest(name, [...fitting]);
  return similar ? `did you mean ${similar}?` : `use one of ${fitting.join(', ')}`;
}

function article(role: Role): string {
  return role === 'engine' ? 'an engine' : `a ${role}`;
}
