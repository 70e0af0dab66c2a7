/** A machine with tools that only write down how they were called, and remember what they made. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the script needs beside them. */
const SHELL_TOOLS = ['cat', 'chmod', 'dirname', 'grep', 'mkdir', 'od', 'sh', 'sleep', 'touch', 'tr', 'base64'];

const toolsOf = (cluster: string): Record<string, string> => ({
  docker: `case "$1 $2" in
    'container inspect') [ -f registry ] ;;
    'run -d') touch registry ;;
    'network connect') touch connected ;;
    'inspect -f') if [ -f connected ]; then echo '{}'; else echo null; fi ;;
    'exec -i') cat >/dev/null ;;
  esac`,
  kind: `case "$1" in get) if [ -f cluster ]; then echo ${cluster}; fi ;; create) touch cluster ;; esac`,
  kubectl: `case "$*" in
    *'get namespace '*) for last; do :; done; [ -f "namespace-$last" ] ;;
    *'create namespace '*) for last; do :; done; touch "namespace-$last" ;;
    *'create secret '*) cat > secret ;;
    *.accessKeyId*) printf aWQ= ;;
    *.secretAccessKey*) base64 -w0 secret ;;
    *'get secret '*) [ -f secret ] ;;
    *'apply -f -') cat >> applied ;;
  esac`,
});

export class StandIns {
  public readonly directory = mkdtempSync(join(tmpdir(), 'kind-'));

  constructor(private readonly cluster: string) {}

  /** The calls of the tools, in order. */
  public run(script: string, { without }: { readonly without?: string } = {}): string[] {
    const bin = mkdtempSync(join(this.directory, 'bin-'));
    for (const tool of SHELL_TOOLS) symlinkSync(execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), join(bin, tool));
    for (const [name, body] of Object.entries(toolsOf(this.cluster))) {
      if (name === without) continue;
      writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> calls\n${body}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    writeFileSync(join(this.directory, 'up.sh'), script);
    writeFileSync(join(this.directory, 'calls'), '');
    execFileSync('/bin/sh', [join(this.directory, 'up.sh')], { cwd: '/', env: { PATH: bin }, stdio: 'pipe', encoding: 'utf8' });
    return this.read('calls').trim().split('\n');
  }

  /** What is in a file that a tool has written; nothing if none has. */
  public read(file: string): string {
    const at = join(this.directory, file);
    return existsSync(at) ? readFileSync(at, 'utf8') : '';
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
