/** A port of this machine that leads to a Service, by `kubectl port-forward`. */
import type { Kubectl } from '../kubectl';
import { translated } from '../kubectl-error';

export interface ForwardOptions {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /**
   * Port of this machine.
   *
   * @default - one that is free
   */
  readonly localPort?: number;
}

export interface Forwarded {
  readonly port: number;
  readonly url: string;
  /** Resolves when it ends, as it does with the pod. */
  readonly ended: Promise<void>;
  readonly close: () => void;
}

/** For people and their browsers alone. */
const ADDRESS = '127.0.0.1';

/** Resolves when it can be used. */
export function portForward(kubectl: Kubectl, { namespace, service, port, localPort }: ForwardOptions): Promise<Forwarded> {
  const args = ['port-forward', '--namespace', namespace, '--address', ADDRESS, `service/${service}`, `${localPort ?? ''}:${port}`];
  const child = kubectl.spawn(args, ['ignore', 'pipe', 'pipe']);
  let [said, complained] = ['', ''];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { complained += text; });
  const ended = new Promise<void>((resolve) => { child.on('close', () => resolve()); });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => { if (error.name !== 'AbortError') reject(error); });
    child.on('close', () => reject(translated(complained, args)));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve({ port: Number(found), url: `http://${ADDRESS}:${found}`, ended, close: () => { child.kill(); } });
    });
  });
}
