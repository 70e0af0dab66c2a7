import { errorText } from '../runtime/log';
import type { Log } from '../runtime/log';
import { ApiError } from './api-error';

/** What a reflector says in the log: when something changes, not each time that it is still so. */
export class ReflectorReport {
  private lastError = '';
  private isAbsent = false;
  private wasSilent = false;

  constructor(private readonly log: Log) {}

  public failed(error: unknown, failures: number): void {
    if (ApiError.isNotFound(error)) return this.absent();
    const text = errorText(error);
    const isDetail = text === this.lastError || ApiError.isGone(error);
    this.log[isDetail ? 'debug' : 'warn']('cannot list or watch', { error: text, failures });
    this.lastError = text;
  }

  public listed(objects: number): void {
    if (this.isAbsent) this.log.info('the type is served now');
    this.isAbsent = false;
    this.log.debug('listed', { objects });
  }

  /** A type of which nothing changes is silent over and over: that is said once. */
  public silent(): void {
    this.log[this.wasSilent ? 'debug' : 'info']('the watch was silent and is opened again');
    this.wasSilent = true;
  }

  public healthy(): void {
    if (this.lastError !== '') this.log.info('listing and watching again');
    this.lastError = '';
  }

  private absent(): void {
    if (!this.isAbsent) this.log.warn('the type is not served; trying again until it is');
    this.isAbsent = true;
  }
}
