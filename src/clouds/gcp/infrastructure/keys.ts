/** Keys of Cloud KMS. */
import type { Construct } from 'constructs';
import type { GcpLocation } from '../../infrastructure';
import { KmsCryptoKeyIamMember } from '../resources';

const KEY = /^projects\/[^/]+\/locations\/([^/]+)\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/;

/** @throws Error if it is not the full name of a key, or of another region than what it encrypts. */
export function checkKey(encryptionKey: string, { region }: GcpLocation, what: 'bucket' | 'cluster'): void {
  const [, location] = KEY.exec(encryptionKey) ?? [];
  if (location === undefined) {
    throw new Error(`encryptionKey is ${encryptionKey}; give the full name of a key, projects/<project>/locations/${region}/keyRings/<ring>/cryptoKeys/<key>`);
  }
  if (location !== region) throw new Error(`encryptionKey is in ${location} and the ${what} in ${region}; give a key of the ${what}'s region`);
}

interface Use {
  /** Full name of the key. */
  readonly key: string;
  readonly member: string;
}

/** Lets a service of Google's encrypt and decrypt with a key. */
export function useOfKey(scope: Construct, id: string, { key, member }: Use): KmsCryptoKeyIamMember {
  return new KmsCryptoKeyIamMember(scope, id, { cryptoKeyId: key, role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter', member });
}
