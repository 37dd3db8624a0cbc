import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** A certificate with its chain, and its key, both PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  /** Last moment at which the certificate is valid, in milliseconds since 1970. */
  readonly validUntilMs: number;
}

/** Reads a certificate and its key; rejects with a sentence that names the file which is missing, unreadable or not the other's. */
export async function readTlsIdentity(files: {
  readonly certFile: string;
  readonly keyFile: string;
}): Promise<TlsIdentity> {
  const { certFile, keyFile } = files;
  const cert = await readText(certFile, 'certificate');
  const key = await readText(keyFile, 'key');
  const certificate = madeFrom(`${certFile} holds no certificate`, () => new X509Certificate(cert));
  const privateKey = madeFrom(`${keyFile} holds no private key that can be read without a passphrase`, () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new Error(`The key in ${keyFile} does not belong to the certificate in ${certFile}.`);
  return { cert, key, validUntilMs: Date.parse(certificate.validTo) };
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The ${what} cannot be read: ${reason}.`);
  }
}

function madeFrom<Made>(otherwise: string, make: () => Made): Made {
  try {
    return make();
  } catch {
    throw new Error(`${otherwise}.`);
  }
}
