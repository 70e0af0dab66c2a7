/** The files of our own programs, as a pod gets them. */
import type * as programTexts from './programs/texts';

/** Programs of ours: folders of `programs`. */
export type ProgramName = 'load' | 'train' | 'quantize' | 'gguf' | 'llama-cpp' | 'jupyter';

/** Where the pod has them. */
export const PROGRAM_DIRECTORY = '/opt/substratus';

/** The files of a program by name. Together far below the 1 MiB of a ConfigMap. Their texts are large, and most programs need none. */
export function programFiles(name: ProgramName): Readonly<Record<string, string>> {
  const { FILES, PROGRAMS } = require('./programs/texts') as typeof programTexts;
  const paths = PROGRAMS[name] ?? [];
  return Object.fromEntries(paths.map((path) => [path.slice(path.indexOf('/') + 1), FILES[path] ?? '']));
}

/** The command that installs what a program needs, and runs it. */
export function programCommand(program: ProgramName, ...args: readonly string[]): string[] {
  return ['sh', `${PROGRAM_DIRECTORY}/run.sh`, `${program}.py`, ...args];
}

/** Nobody in particular, as helpers: a program of ours needs no more. */
export const PROGRAM_USER = { uid: 65532, gid: 65532 } as const;
