/** What is written of every example on every cloud: made and read back once, for all that is asked of it. */
import { parity } from './parity';
import { rights } from './rights';
import { everythingWritten } from './synthesized';
import { validity } from './validity';

const ALL = everythingWritten();

describe('parity', () => parity(ALL));
describe('rights of the reconciler', () => rights(ALL));
describe('validity', () => validity(ALL));
