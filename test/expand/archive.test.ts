import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { PodSpec } from 'kubernetes-types/core/v1';
import type { Resource } from '../../src/api/resource';
import { gzip } from '../../src/constructs/archive/gzip';
import { tarOf } from '../../src/constructs/archive/tar';
import { temporary } from '../constructs/fixtures';
import { childrenOf, dataset, defined, envOf, jobOf, model, notebook, server, the, userContainer } from './fixtures';
import { runScript, shells } from './shell';

const SHA = 'a'.repeat(64);
const ARCHIVE = { configMapName: 'code-1', digest: `sha256:${SHA}` };

interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly template?: { readonly spec?: PodSpec } };
}

function podOf(resource: Resource): PodSpec {
  const objects = childrenOf(resource).map(({ object }) => object as Workload);
  const workload = objects.find(({ kind, metadata }) => kind === 'Deployment' || (kind === 'Job' && metadata.name.includes('-run')));
  return defined(workload?.spec?.template?.spec);
}

test.each([model({ code: ARCHIVE }), dataset({ code: ARCHIVE }), server({ code: ARCHIVE }), notebook({ code: ARCHIVE })])('$kind has the files of code read-only at /content/src', (resource) => {
  const pod = podOf(resource);
  const [program] = pod.containers;
  expect(program?.volumeMounts).toContainEqual({ name: 'code', mountPath: '/content/src', readOnly: true });
  const unpack = the(pod.initContainers ?? [], 'code');
  expect(unpack.volumeMounts).toEqual([{ name: 'code-archive', mountPath: '/archive', readOnly: true }, { name: 'code', mountPath: '/content/src' }]);
  expect(envOf(unpack)).toEqual({ ARCHIVE_CONFIG_MAP: 'code-1', ARCHIVE_SHA256: SHA });
  expect(pod.volumes).toContainEqual({ name: 'code-archive', configMap: { name: 'code-1', items: [{ key: 'archive.tar.gz', path: 'archive.tar.gz' }] } });
});

test('an image is built from an archive, and tagged by its digest', () => {
  const build = (digest: string) => model({ build: { archive: { configMapName: 'build-1', digest } } });
  const pod = defined(jobOf('build', build(`sha256:${SHA}`)).spec?.template.spec);
  const builder = the(pod.containers, 'builder');
  expect(builder.command?.[2]).toContain('--local context=/tmp/context --local dockerfile=/tmp/context');
  expect(builder.volumeMounts).toContainEqual({ name: 'archive', mountPath: '/archive', readOnly: true });
  const images = [SHA, SHA, 'b'.repeat(64)].map((sha) => userContainer(build(`sha256:${sha}`)).image);
  expect(images[0]).toMatch(/^registry\.example\.com\/acme\/team-a:[0-9a-z]{26}$/);
  expect(images[1]).toBe(images[0]);
  expect(images[2]).not.toBe(images[0]);
});

test.each<[string, object]>([
  ['build.git and build.archive are both set; leave one of them out', { git: { url: 'https://example.com/r.git' }, archive: ARCHIVE }],
  ['build names no source; set build.git.url or build.archive, or set image instead of build', {}],
])('%s', (message, build) => {
  expect(() => childrenOf(model({ build }))).toThrow(message);
});

test('a mount of an author at the same place is an error', () => {
  const pod = { volumes: [{ name: 'mine', emptyDir: {} }], volumeMounts: [{ name: 'mine', mountPath: '/content/src' }] };
  expect(() => childrenOf(model({ code: ARCHIVE, pod }))).toThrow(/\/content\/src/);
});

describe('the script that unpacks', () => {
  const entries = [
    { path: 'bin/run.sh', content: Buffer.from('#!/bin/sh\n'), isExecutable: true },
    { path: 'a.py', content: Buffer.from('x') },
    { path: 'bin/up', content: Buffer.alloc(0), target: '../a.py' },
  ];
  const archive = gzip(tarOf(entries));
  const digest = createHash('sha256').update(archive).digest('hex');

  const script = the(podOf(model({ code: ARCHIVE })).initContainers ?? [], 'code').command?.[2] ?? '';

  /** With its two folders elsewhere. */
  function unpack(sha: string, shell: string) {
    const root = temporary();
    for (const folder of ['archive', 'src']) fs.mkdirSync(path.join(root, folder));
    fs.writeFileSync(path.join(root, 'archive/archive.tar.gz'), archive);
    const { status, output } = runScript({
      script: script.replaceAll('/archive/', `${root}/archive/`).replaceAll('/content/src', `${root}/src`),
      path: shell,
      env: { ARCHIVE_CONFIG_MAP: 'code-1', ARCHIVE_SHA256: sha },
    });
    return { root, status, output };
  }

  test.each(shells())('keeps modes and links: $name', (shell) => {
    const { root, status, output } = unpack(digest, shell.path);
    expect(`${status}${output}`).toBe('0');
    expect(execFileSync('find', [`${root}/src`, '-mindepth', '1', '-printf', '%P %M %l\n'], { encoding: 'utf8' }).trim().split('\n').sort()).toEqual([
      'a.py -rw-r--r-- ', 'bin drwxr-xr-x ', 'bin/run.sh -rwxr-xr-x ', 'bin/up lrwxrwxrwx ../a.py',
    ]);
  });

  test.each(shells())('refuses an archive that is another: $name', (shell) => {
    const { root, status, output } = unpack(SHA, shell.path);
    expect(output).toBe(`ConfigMap code-1 has another archive than the spec says (sha256:${SHA}); apply the ConfigMap of the manifests again\n`);
    expect([status, fs.readdirSync(`${root}/src`)]).toEqual([1, []]);
  });
});
