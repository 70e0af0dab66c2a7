import { TransportError } from './api-error';

/**
 * What the API server has sent.
 *
 * @throws TransportError if it is not JSON.
 */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new TransportError(`the API server sent what is not JSON, of ${bytes.length} bytes`, error);
  }
}
