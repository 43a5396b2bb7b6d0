import { describe, expect, it } from 'vitest';
import { load, project, said, service, web } from './read.js';

describe('loadProject', () => {
  it('reads a project, with every default filled in', () => {
    const { services, ...rest } = project('web: {image: nginx}');
    expect(rest).toEqual({ name: 'shop', file: '/shop/fig.yml', directory: '/shop', volumes: new Map() });
    expect(services.get('web')).toEqual({
      name: 'web',
      at: { file: 'fig.yml', line: 1, column: 1 },
      source: { ref: 'nginx', build: null },
      needs: [],
      ...{
        command: null,
        entrypoint: null,
        environment: {},
        links: [],
        externalLinks: [],
        linkEnv: 'all',
        once: false,
      },
      ...{
        ports: [],
        expose: [],
        mounts: [],
        volumesFrom: [],
        volumeDriver: null,
        tmpfs: {},
        net: { kind: 'project' },
      },
      ...{ dns: [], dnsSearch: [], extraHosts: [], hostname: null, domainname: null, macAddress: null },
      ...{ workingDir: null, user: null, tty: false, stdinOpen: false, privileged: false, readOnly: false, init: null },
      ...{ capAdd: [], capDrop: [], securityOpt: [], devices: [], ulimits: [], memLimit: null, memswapLimit: null },
      ...{ cpuShares: null, cpuset: null, cgroupParent: null, pid: null, ipc: null, logDriver: null, logOpt: {} },
      ...{ labels: {}, restart: { name: 'no', maxRetries: 0 }, healthcheck: null, stopSignal: null, stopGrace: null },
      containerName: null,
    });
  });

  it('keeps services in the order of the file', () => {
    expect([...project('b: {image: x}\na: {image: x}\n10: {image: x}').services.keys()]).toEqual(['b', 'a', '10']);
  });

  it('takes an empty key as one that is not written', () => {
    expect(web('ports:', 'links: null', 'environment: ~', 'command:')).toEqual(web());
  });

  it('tells every problem of a file in one run, in the order of the file', () => {
    expect(said('web:\n  image: nginx\n  ports: [99999]\n  links: [bd]\ndb:\n  imag: postgres\n')).toEqual([
      '3:11 port 99999 is not between 1 and 65535 (write "8080:80", "80", "127.0.0.1:8080:80" or "8080:80/udp")',
      '4:11 there is no service "bd" (a container of another project takes "external_links")',
      '5:1 the service "db" has neither "image" nor "build" (write "image: NAME", or "build: DIRECTORY")',
      '6:3 a service has no key "imag" (did you mean "image"?)',
    ]);
  });

  it('gives the line itself with a problem', () => {
    const { result, sourceLine } = load('web:\r\n  image: NGINX\r\n');
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'bad-image', source: '  image: NGINX' }] });
    expect([sourceLine(1), sourceLine(3), sourceLine(4)]).toEqual(['web:', '', null]);
  });

  it('gives the needs of a file that is wrong', () => {
    const { needs } = load('a: {image: X, links: [b]}\nb: {image: x, volumes_from: [a, other], net: "container:a"}');
    expect([...needs].map(([name, list]) => [name, ...list.map(({ on, because }) => `${on} ${because}`)])).toEqual([
      ['a', 'b links'],
      ['b', 'a volumes_from', 'a net'],
    ]);
  });

  it('is safe with names that every object has', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const { services } = project(
      names
        .map((name) => `${name}: {image: x, environment: {${name}: y}, links: [__proto__]}`)
        .join('\n')
        .replace(', links: [__proto__]', ''),
    );
    expect([...services.keys()]).toEqual(names);
    expect([...services.values()].map(({ environment }) => Object.entries(environment)[0])).toEqual(
      names.map((name) => [name, 'y']),
    );
    expect(said('web: {image: x, toString: 1, __proto__: 2}')).toHaveLength(2);
    expect(Object.keys(service('web: {image: x, environment: [toString, constructor]}').environment)).toEqual([]);
  });
});

describe('files that are no fig.yml', () => {
  it.each([
    ['an empty file', '', '1:1 the file is empty'],
    ['only comments', '# nothing\n', '1:1 the file is empty'],
    ['an empty mapping', '{}', '1:1 the file has no services'],
    ['a list', '- a\n', '1:1 the file must be a mapping, not a list'],
    ['a text', 'hello\n', '1:1 the file must be a mapping, not text'],
    ['a service that is text', 'web: nginx', '1:1 the service "web" must be a mapping, not text'],
    ['a service that is empty', 'web:', '1:1 the service "web" must be a mapping, not empty'],
    ['a compose file', 'version: "3"\nservices:\n  web: {image: x}\n', '2:1 this is a compose file'],
    [
      'a version',
      'version: "3"\nweb: {image: x}',
      '1:1 the service "version" must be a mapping, not text (fig.yml has no version',
    ],
    ['an odd name', 'web/x: {image: x}', '1:1 "web/x" is not the name of a service'],
    ['NUL bytes', 'web:\0', '1:1 this is not a text file'],
    ['UTF-16', Buffer.from('\ufeffweb:', 'utf16le'), '1:1 this is not a text file (it is UTF-16: save it as UTF-8)'],
    ['Latin 1', Buffer.from('web:\n  image: caf\xe9\n', 'latin1'), '2:13 this is not UTF-8'],
    ['10 MB', Buffer.alloc(10_000_000, '- a\n'), '1:1 the file is too large: 10.0 MB (at most 4.00 MB are read)'],
  ])('%s', (_, text, expected) => {
    const problems = said(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it('reads a service that is called services', () => {
    expect([...project('services: {image: x}').services.keys()]).toEqual(['services']);
  });

  it('accepts a byte order mark', () => {
    expect([...project('\ufeffweb: {image: x}').services.keys()]).toEqual(['web']);
  });
});

describe('big files', () => {
  const many = (count: number): string =>
    Array.from({ length: count }, (_, i) => `s${i}:\n  image: x\n  links: [s${i === 0 ? 1 : (i - 1) >> 1}]\n`).join('');

  it('reads 10,000 services', () => {
    const { result, needs } = load(many(10_000));
    expect(result.ok).toBe(true);
    expect(needs.size).toBe(10_000);
  }, 60_000);

  it('tells at most a thousand problems', () => {
    expect(
      said(Array.from({ length: 5000 }, (_, i) => `s${i}: {image: x, links: [none${i}]}`).join('\n')),
    ).toHaveLength(1000);
  });
});
