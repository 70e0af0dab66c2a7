/** How a command ends when it cannot do what was asked. */

/** What the program returns to its shell; documented in docs/command-line.md. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** Done, and the answer is no: something is missing, does not fit, or differs. */
  no: 1,
  /** Asked wrongly: the command line, or a file that was read. */
  usage: 2,
  /** The cluster cannot be asked: no kubectl, no kubeconfig, not reachable, no rights, no CRDs. */
  cluster: 3,
  /** What was asked for does not exist. */
  notFound: 4,
  /** A defect of the program. */
  defect: 70,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

/** A message that says where, what and the remedy; in lower case and without a final period. It is shown without a stack trace. */
export class CliError extends Error {
  constructor(message: string, public readonly exitCode: number = EXIT.usage) {
    super(message);
    this.name = 'CliError';
  }
}
