/**
 * `npm run scan`: runs the policy scanners that are on the PATH over the stacks of all examples, and over stacks with every option.
 * Fails on a finding of high severity that is not accepted (docs/decisions/0015), and where there is no scanner at all.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { everyOption } from '../../test/terraform/every-option';
import { synthesizedStacks, TERRAFORM_EXAMPLES, terraformStacks } from '../examples';
import { ACCEPTED_FILE, isAccepted, readAccepted } from './finding';
import type { Finding } from './finding';
import { hcl } from './hcl';
import { SCANNERS } from './scanners';
import type { Scanner } from './scanners';

/** A stack that no scanner may find nothing in: it would see nothing in ours either. */
const CANARY = 'canary';
const EVERYBODY = ['0.0.0.0/0'];
const OPEN_TO_ALL = {
  resource: {
    aws_security_group: {
      open: {
        description: 'open',
        ingress: [{ description: 'all', from_port: 22, to_port: 22, protocol: 'tcp', cidr_blocks: EVERYBODY }],
      },
    },
  },
};

function writeStacks(folder: string): number {
  const stacks = [
    ...TERRAFORM_EXAMPLES.flatMap((example) => [...terraformStacks(example)].map(([stack, json]) => [`${example.name}-${stack}`, json] as const)),
    ...synthesizedStacks(everyOption),
  ];
  for (const [name, json] of [...stacks, [CANARY, JSON.stringify(OPEN_TO_ALL)] as const]) {
    fs.mkdirSync(path.join(folder, name));
    fs.writeFileSync(path.join(folder, name, 'main.tf'), hcl(json));
  }
  return stacks.length;
}

/** What a scanner finds; nothing where it is not on the PATH. */
function findings({ name, args, read }: Scanner, folder: string): Finding[] | undefined {
  const { error, stdout, stderr } = spawnSync(name, args(folder), { encoding: 'utf8', maxBuffer: 1e9 });
  if (error) return undefined;
  const found = stdout.trim() === '' ? [] : read(stdout);
  if (!found.some(({ stack }) => stack === CANARY)) throw new Error(`${name} finds nothing in a stack that is open to all, so that it sees none of ours: ${stderr}`);
  return found.filter(({ stack }) => stack !== CANARY);
}

function scan(folder: string): void {
  const stacks = writeStacks(folder);
  const accepted = readAccepted();
  const missing: string[] = [];
  for (const scanner of SCANNERS) {
    const found = findings(scanner, folder);
    if (!found) {
      missing.push(scanner.name);
      continue;
    }
    const fresh = found.filter((finding) => !isAccepted(finding, accepted));
    const lines = fresh.map(({ rule, title, stack, resource }) => `${rule}  ${stack}  ${resource}  ${title}`);
    for (const line of new Set(lines)) console.log(line);
    console.log(`${scanner.name}: ${stacks} stacks, ${fresh.length} new findings of high severity, ${found.length - fresh.length} accepted`);
    if (fresh.length > 0) process.exitCode = 1;
  }
  if (missing.length > 0) console.log(`not on the PATH, and not run: ${missing.join(', ')}`);
  if (missing.length === SCANNERS.length) process.exitCode = 1;
  if (process.exitCode === 1) console.log(`Fix what is new, or give it a row with its reason in ${path.relative(process.cwd(), ACCEPTED_FILE)}`);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scan-'));
try {
  scan(folder);
} finally {
  fs.rmSync(folder, { recursive: true });
}
