import { StateError } from '../state/state-error';

/** A price file, or an assumption, is not what it must be. */
export class PriceError extends StateError {
  constructor(message: string) {
    super(message);
    this.name = 'PriceError';
  }
}
