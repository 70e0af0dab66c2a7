/** Asks the API server's own code what it says of our CustomResourceDefinitions (test/crds). Needs Go; the first build takes minutes. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { customResourceDefinitions } from '../src/api/crds';

const PROGRAM = path.resolve(__dirname, '../test/crds');
const DEFINITIONS = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'crds-')), 'crds.json');

fs.writeFileSync(DEFINITIONS, JSON.stringify(customResourceDefinitions()));
const { status, error } = spawnSync('go', ['run', '.', DEFINITIONS, 'cases.json'], { cwd: PROGRAM, stdio: 'inherit' });
fs.rmSync(path.dirname(DEFINITIONS), { recursive: true });
if (error) console.error(`go cannot be run (${error.message}); install Go to check the definitions`);
process.exitCode = status ?? 1;
