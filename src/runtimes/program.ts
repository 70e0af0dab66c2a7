/** The files of our own programs, as a pod gets them. */
import type * as programTexts from './programs/texts';

/** Programs of ours: folders of `programs`. */
export type ProgramName = 'load' | 'train' | 'quantize' | 'gguf' | 'llama-cpp' | 'jupyter';

/** Where the pod has them. */
export const PROGRAM_DIRECTORY = '/opt/substratus';

/** What a program installs, which may be in parts: `requirements-<part>.txt`. A pod has one lock. */
const LOCK = 'requirements.txt';
const LOCK_PART = /^requirements-.*\.txt$/;

type Files = Readonly<Record<string, string>>;

/** Chosen once: many resources run the same. */
const CHOSEN = new Map<string, Files>();

/**
 * The files of a program by name, or those of its files that a run needs. Their texts are large, and most resources need none. The same
 * choice is the same object.
 */
export function programFiles(name: ProgramName, needed?: readonly string[]): Files {
  const key = `${name} ${needed?.join(' ') ?? '*'}`;
  const files = CHOSEN.get(key) ?? chosenFiles(name, needed);
  CHOSEN.set(key, files);
  return files;
}

function chosenFiles(name: ProgramName, needed: readonly string[] | undefined): Files {
  const { FILES, PROGRAMS } = require('./programs/texts') as typeof programTexts;
  const all = (PROGRAMS[name] ?? []).map((path): [string, string] => [path.slice(path.indexOf('/') + 1), FILES[path] ?? '']);
  const chosen = all.filter(([file]) => needed?.includes(file) ?? true);
  const parts = chosen.filter(([file]) => LOCK_PART.test(file));
  const locks = all.some(([file]) => LOCK_PART.test(file)) ? [[LOCK, parts.map(([, text]) => text).join('')] as const] : [];
  return Object.fromEntries([...chosen.filter(([file]) => !LOCK_PART.test(file)), ...locks]);
}

/** The command that installs what a program needs, and runs it. */
export function programCommand(program: ProgramName, ...args: readonly string[]): string[] {
  return ['sh', `${PROGRAM_DIRECTORY}/run.sh`, `${program}.py`, ...args];
}

/** Nobody in particular, as helpers: a program of ours needs no more. */
export const PROGRAM_USER = { uid: 65532, gid: 65532 } as const;
