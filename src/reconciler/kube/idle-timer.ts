import type { Clock } from '../clock';

/** Notices that nothing was heard for too long. */
export class IdleTimer {
  private cancel?: () => void;
  private expired = false;

  constructor(private readonly options: { readonly clock: Clock; readonly limitMs: number; readonly onIdle: () => void }) {}

  /** Whether it went so far. */
  public get hasExpired(): boolean {
    return this.expired;
  }

  /** Something was heard: counts from now. */
  public restart(): void {
    const { clock, limitMs, onIdle } = this.options;
    this.stop();
    this.cancel = clock.after(limitMs, () => {
      this.expired = true;
      onIdle();
    });
  }

  public stop(): void {
    this.cancel?.();
  }
}
