/** What a policy scanner finds, and what of it is accepted. */
import * as fs from 'node:fs';
import * as path from 'node:path';

/** The one list of accepted findings: the table in it is read. */
export const ACCEPTED_FILE = path.join(__dirname, '../../docs/decisions/0015-accepted-findings.md');

export interface Finding {
  /** The scanner's name of the rule. */
  readonly rule: string;
  readonly title: string;
  /** Name of the stack. */
  readonly stack: string;
  /** Of Terraform, as far as the scanner says which. */
  readonly resource: string;
}

export interface Accepted {
  readonly rule: string;
  /** Names of stacks; none: all of them. */
  readonly stacks: readonly string[];
}

/** Rows of the table: rule, stacks, and then words for people. */
export function acceptedIn(markdown: string): Accepted[] {
  const rows = markdown.split('\n').flatMap((line) => (line.startsWith('| ') ? [line.split('|').slice(1, -1).map((cell) => cell.trim())] : []));
  return rows.slice(1).map(([rule = '', stacks = '', ...words]) => {
    if (words.length !== 2 || words.includes('')) throw new Error(`accepted finding ${rule} has no reason; say what it asks for and why not`);
    return { rule, stacks: stacks === 'all' ? [] : stacks.split(', ') };
  });
}

export function readAccepted(): Accepted[] {
  return acceptedIn(fs.readFileSync(ACCEPTED_FILE, 'utf8'));
}

export function isAccepted({ rule, stack }: Finding, accepted: readonly Accepted[]): boolean {
  return accepted.some((each) => each.rule === rule && (each.stacks.length === 0 || each.stacks.includes(stack)));
}
