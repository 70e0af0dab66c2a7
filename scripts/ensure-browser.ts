/** Makes a browser and Graphviz be there for the tests of pictures (test/browser, test/graph), or says why they are not. */
import { spawnSync } from 'node:child_process';
import { findBrowser } from '../test/browser/browser';
import { installPackages } from './apt';

const say = (line: string): void => console.error(`browser: ${line}`);

function main(): void {
  const missing = [
    ...(findBrowser() === undefined ? ['chromium'] : []),
    ...(spawnSync('dot', ['-V']).status === 0 ? [] : ['graphviz']),
  ];
  const reason = installPackages(missing, say);
  if (reason) say(`${reason}; the tests that need them are skipped. Set CHROMIUM to the program of a browser to run those in a browser`);
}

main();
