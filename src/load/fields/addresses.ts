import { readItems, readNamed, readOneOrMore } from '../scalars.js';
import type { Reader } from '../field-context.js';
import { quoted } from '../words.js';

const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);

/** An IPv4 or IPv6 address, without brackets. */
export const isIp = (text: string): boolean =>
  IPV4.test(text) || (/^[0-9a-f:.]{2,45}$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`));

/** Reads `dns:`. */
export const readDns: Reader<readonly string[]> = (value, reading) =>
  readOneOrMore(value, reading)?.flatMap(({ text, at }) =>
    isIp(text) ? text : (reading.problems.error('bad-value', `${quoted(text)} is not an IP address`, at) ?? []),
  );

/** Reads `extra_hosts:` into `HOST:IP`: a mapping, or a list of `HOST:IP` split at the first colon. */
export const readExtraHosts: Reader<readonly string[]> = (value, reading) => {
  const pairs =
    value.kind === 'map'
      ? readNamed(value, reading)?.map(({ value: { name, text }, at }) => ({ host: name, ip: text ?? '', at }))
      : readItems(value, reading)?.map(({ text, at }) => {
          const cut = text.search(/[:=]/);
          return cut === -1 ? { host: text, ip: '', at } : { host: text.slice(0, cut), ip: text.slice(cut + 1), at };
        });
  return pairs?.flatMap(({ host, ip, at }) => {
    const address = ip.trim().replace(/^\[(.*)\]$/, '$1');
    const name = host.trim();
    if (name !== '' && !/\s/.test(name) && (isIp(address) || address === 'host-gateway')) return `${name}:${address}`;
    const message = `${quoted(`${host}:${ip}`)} is not a host with an IP address`;
    return reading.problems.error('bad-value', message, at, 'write "somehost:162.242.195.82"') ?? [];
  });
};
