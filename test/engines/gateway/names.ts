/** Names of Services, as the DNS of a cluster knows them: each has an address of this machine to itself. */
import * as fs from 'node:fs';

export class Names {
  private readonly addresses = new Map<string, string>();
  /** So that two stages do not share addresses. */
  private readonly block = 1 + (process.pid % 250);

  /** @param file like /etc/hosts; programs read it again when they look up a name */
  constructor(public readonly file: string) {
    this.write();
  }

  /** The address of a Service, which is given to it when it is first asked for. */
  public addressOf(service: string, namespace: string): string {
    const key = `${service}.${namespace}`;
    const known = this.addresses.get(key);
    if (known) return known;
    const number = this.addresses.size + 1;
    const address = `127.${this.block}.${Math.floor(number / 250)}.${(number % 250) + 1}`;
    this.addresses.set(key, address);
    this.write();
    return address;
  }

  private write(): void {
    const lines = [...this.addresses].map(([name, address]) => {
      const short = name.startsWith('envoy-gateway.') ? ' envoy-gateway' : ''; // by which the rate limit service knows it
      return `${address} ${name} ${name}.svc ${name}.svc.cluster.local ${name}.svc.cluster.local.${short}`;
    });
    fs.writeFileSync(this.file, ['127.0.0.1 localhost', ...lines, ''].join('\n'));
  }
}
