import type { EngineAddress } from './address.js';
import type { LocatedEngine, TlsFiles } from './locate-engine.js';

/** What a failure of a connection has: a code of Node's or OpenSSL's, or `ESSH`, or the status of a refusal. */
interface ConnectionFailure {
  readonly code?: unknown;
  readonly message?: unknown;
  /** Of ssh. */
  readonly exitCode?: unknown;
}

/** What to do about an engine that cannot be connected to; undefined when there is nothing better to say than always. */
export function connectionHint({ address, tls }: LocatedEngine, failure: unknown): string | undefined {
  const { code, message, exitCode } = (failure ?? {}) as ConnectionFailure;
  const text = String(message);
  switch (address.protocol) {
    case 'ssh':
      return code === 'ESSH' ? sshHint(address, text, exitCode) : undefined;
    case 'https':
      return tls && tlsHint(String(code), text, tls);
    case 'http':
      return wantsTls(address, String(code), text) ? PLAIN_HINT : undefined;
  }
}

function sshHint({ host = '', port, username }: EngineAddress, text: string, exitCode: unknown): string {
  const user = username === undefined ? '' : `${username}@`;
  const call = `ssh${port === undefined ? '' : ` -p ${port}`} ${user}${host}`;
  if (exitCode === 127) return `install the docker command on ${host}, where "${call} docker version" finds it`;
  if (/host key/i.test(text)) return `make sure that it is the right host, and connect once by hand: ${call}`;
  return `this must work without a question: ${call} docker version`;
}

const PLAIN_HINT =
  'it speaks TLS: set DOCKER_TLS_VERIFY=1, and let DOCKER_CERT_PATH name the folder of ca.pem, cert.pem and key.pem';

/** Go's server says so in words, others hang up or answer in TLS. */
const wantsTls = ({ port }: EngineAddress, code: string, text: string): boolean =>
  /HTTP request (?:was sent )?to (?:an )?HTTPS/i.test(text) ||
  (port === TLS_PORT && (code === 'ECONNRESET' || code.startsWith('HPE_')));

/** Where engines with TLS listen by custom. */
const TLS_PORT = 2376;

function tlsHint(code: string, text: string, { folder, cert }: TlsFiles): string | undefined {
  if (UNTRUSTED.test(code))
    return `${folder}/ca.pem must hold the certificate of the authority that signed the engine's`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'reach the engine by a name or an address that its certificate has';
  if (code === 'CERT_HAS_EXPIRED') return 'give the engine a new certificate';
  if (/wrong version number|packet length too long/i.test(text)) {
    return 'it does not speak TLS there: unset DOCKER_TLS_VERIFY and DOCKER_TLS, or name its port for TLS';
  }
  // With TLS 1.3 the engine refuses after the connection stands, with an alert or just by hanging up.
  if (!/alert/i.test(text) && code !== 'ECONNRESET' && code !== 'EPIPE') return undefined;
  return cert === undefined
    ? `it may want a certificate of yours: put cert.pem and key.pem into ${folder}, or let DOCKER_CERT_PATH name their folder`
    : `it may not trust ${folder}/cert.pem: is that signed by the authority that the engine knows?`;
}

const UNTRUSTED = /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_SELF_SIGNED|CERT_SIGNATURE|CERT_UNTRUSTED|INVALID_CA)/;
