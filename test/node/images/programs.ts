/** Programs of users, as small as can be: what a test needs of a loader, a trainer, a server and a notebook. */
import type { Image } from './image';
import { programImage } from './light';

/** Serves what the model's files say, on 8080. Lets requests end before it does. */
const SERVE = `
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const words = readFileSync('/content/model/model.txt', 'utf8').trim();
const server = createServer((request, response) => setTimeout(() => response.end(words), 20));
server.listen(8080);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

/** Answers as Jupyter does, as much as the reconciler and the probes ask. */
const NOTEBOOK = `
const { createServer } = require('node:http');
const token = process.env.JUPYTER_TOKEN;
createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://notebook');
  const isAllowed = pathname === '/api' || request.headers.authorization === 'token ' + token;
  response.writeHead(isAllowed ? 200 : 403, { 'content-type': 'application/json' });
  response.end(JSON.stringify(pathname === '/api' ? { version: '2.0.0' } : []));
}).listen(8888);
process.on('SIGTERM', () => process.exit(0));
`;

/** The programs under /programs; a shell and its tools are there too. */
export const PROGRAMS = programImage('docker.io/acme/programs:1', {
  'programs/serve.js': SERVE,
  'programs/notebook.js': NOTEBOOK,
});

/** The same, of an image with a user of its own. */
export const PROGRAMS_OF_A_USER: Image = { ...PROGRAMS, name: 'docker.io/acme/programs:1-user', user: '1234' };
