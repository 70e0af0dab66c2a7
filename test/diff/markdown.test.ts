import { diffOf } from '../../src/diff/diff';
import { markdownOf } from '../../src/diff/markdown';
import type { State } from '../../src/state/state';

const holding = (cluster: string, ...names: string[]): State => ({
  clusters: [{ name: cluster, resources: [], objects: names.map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })) }], stacks: [],
});

test('a name cannot begin a paragraph, nor call anybody', () => {
  const name = 'a\n\n@octocat please approve\u0000\r\n# Done';
  for (const names of [[name], [name, 'other']]) {
    const text = markdownOf(diffOf(holding(name), holding(name, ...names)));
    expect(text.split('\n').filter((line) => line !== '' && !/^(<!-- |\*\*Effects|### cluster |- )/.test(line))).toEqual([]);
    expect(text.replace(/`[^`]*`/g, '')).not.toContain('@');
    expect(text).toContain('### cluster a &#64;octocat please approve # Done');
  }
});
