/** What a policy scanner finds, and what of it is accepted. */
import * as fs from 'node:fs';
import * as path from 'node:path';

/** The one list of accepted findings: the tables in it are read. */
export const ACCEPTED_FILE = path.join(__dirname, '../../docs/decisions/0015-accepted-findings.md');

export interface Finding {
  /** The scanner's name of the rule. */
  readonly rule: string;
  readonly title: string;
  /** Name of the stack. */
  readonly stack: string;
  /** Its address in Terraform. */
  readonly resource: string;
}

export interface Accepted {
  readonly rule: string;
  /** Parts of names of stacks or resources; if absent, it is accepted everywhere. */
  readonly where: readonly string[];
}

/** Rows of the tables: rule, where, and then words for people. */
export function acceptedIn(markdown: string): Accepted[] {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Finding |'));
  return rows.map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim())).map(([rule = '', where = '', ...words]) => {
    if (words.length !== 2 || words.includes('')) throw new Error(`accepted finding ${rule} has no reason; say what it asks for and why not`);
    return { rule, where: where === 'all' ? [] : where.split(', ') };
  });
}

export function readAccepted(): Accepted[] {
  return acceptedIn(fs.readFileSync(ACCEPTED_FILE, 'utf8'));
}

export function isAccepted({ rule, stack, resource }: Finding, accepted: readonly Accepted[]): boolean {
  const address = `${stack}/${resource}`;
  return accepted.some((each) => each.rule === rule && (each.where.length === 0 || each.where.some((part) => address.includes(part))));
}
