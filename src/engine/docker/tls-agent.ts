import { Agent, type AgentOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import { TsfigError } from '../../model/errors.js';
import type { TlsFiles } from './locate-engine.js';

/**
 * Connections with TLS. Throws `engine-unreachable` for files that are no certificate or no key, or that do not belong
 * together: here, where it can be said which files they are.
 */
export function makeTlsAgent(options: AgentOptions, { ca, cert, key, folder, isVerified }: TlsFiles): Agent {
  try {
    createSecureContext({ ca, cert, key });
  } catch (error) {
    const names = Object.entries({ ca, cert, key }).flatMap(([name, text]) => (text ? [`${name}.pem`] : []));
    throw new TsfigError('engine-unreachable', `cannot use ${names.join(', ')} of ${folder}: ${reasonOf(error)}`, {
      hint: 'cert.pem and key.pem must belong together, and a key must have no passphrase',
      cause: error,
    });
  }
  return new Agent({ ...options, ca, cert, key, rejectUnauthorized: isVerified });
}

/** `error:05800074:x509 certificate routines::key values mismatch` → `key values mismatch` (OpenSSL 3). */
const reasonOf = (error: unknown): string => (error as Error).message.replace(/^error:.*:/, '');
