import { describe, expect, it } from 'vitest';
import type { PublishedPort } from '../../../src/model/project.js';
import { said, saidOf, service, web } from './read.js';

const port = ({ hostIp, hostPort, containerPort, protocol }: PublishedPort): string =>
  `${hostIp ?? '*'} ${hostPort ?? '?'} ${containerPort}/${protocol}`;

describe('ports', () => {
  it.each([
    ['3000', ['* ? 3000/tcp']],
    ['"8000/udp"', ['* ? 8000/udp']],
    ['49100:22', ['* 49100 22/tcp']],
    ['"53:53/UDP"', ['* 53 53/udp']],
    ['"127.0.0.1:8001:8001"', ['127.0.0.1 8001 8001/tcp']],
    ['"127.0.0.1::2000"', ['127.0.0.1 ? 2000/tcp']],
    ['"[::1]:80:81"', ['::1 80 81/tcp']],
    ['"[::1]::81/sctp"', ['::1 ? 81/sctp']],
    ['"3000-3001"', ['* ? 3000/tcp', '* ? 3001/tcp']],
    ['"127.0.0.1:3000-3001:8000-8001"', ['127.0.0.1 3000 8000/tcp', '127.0.0.1 3001 8001/tcp']],
  ])('%s', (written, expected) => {
    expect(web(`ports: [${written}]`).ports.map(port)).toEqual(expected);
  });

  it.each([
    ['99999', 'port 99999 is not between 1 and 65535'],
    ['0', 'port 0 is not between 1 and 65535'],
    ['"80:80:80:80"', '"80:80:80:80" is not a port'],
    ['"3000-3002:80-81"', 'the ranges of "3000-3002:80-81" differ in length'],
    ['"81-80"', 'the range "81-80" runs backwards'],
    ['http', '"http" is not a port'],
    ['"80:"', '"80:" is not a port'],
    ['-1', '"-1" is not a port'],
    ['8.5', '"8.5" is not a port'],
    ['"80/xyz"', '"xyz" is not a protocol'],
    ['"localhost:80:80"', '"localhost" is not an IP address'],
    ['"300.0.0.1:80:80"', '"300.0.0.1" is not an IP address'],
    ['"[::g]:80:80"', '"::g" is not an IP address'],
    ['"::1:80:80"', '"::1:80:80" is not a port'],
    ['{target: 80}', 'must be text, not a mapping'],
    ['[80]', 'must be text, not a list'],
    ['~', 'an entry of "ports" is empty'],
    ['80: 81', 'a colon and a space make a mapping: write "80:81"'],
  ])('refuses %s', (written, expected) => {
    expect(saidOf(`ports: [${written}]`)).toEqual([expect.stringContaining(expected)]);
  });

  it('refuses what is no list', () => {
    expect(saidOf('ports: 80')).toEqual([
      '3:10 "ports" must be a list, not text (write "- 80" on a line of its own below "ports:")',
    ]);
    expect(saidOf('ports: {80: 80}')).toEqual(['3:10 "ports" must be a list, not a mapping']);
  });

  it('is bounded', () => {
    const text = Array.from({ length: 100 }, (_, i) => `s${i}: {image: x, ports: ["1-65535"]}`).join('\n');
    expect(said(text)).toContainEqual(expect.stringContaining('the port ranges of this file are too many'));
  });
});

describe('expose', () => {
  it('takes ports, ranges and the last part of an entry with a colon, each once', () => {
    const ports = web('expose: [80, "8000-8001/udp", "9:80"]').expose.map(
      ({ port, protocol }) => `${port}/${protocol}`,
    );
    expect(ports).toEqual(['80/tcp', '8000/udp', '8001/udp']);
  });
});

describe('volumes', () => {
  it.each([
    ['/data/', { kind: 'anonymous', target: '/data' }],
    ['./a:/b', { kind: 'bind', source: '/shop/a', target: '/b', mode: 'rw' }],
    ['.:/b', { kind: 'bind', source: '/shop', target: '/b', mode: 'rw' }],
    ['../a/:/b:ro', { kind: 'bind', source: '/a', target: '/b', mode: 'ro' }],
    ['cache/:/b', { kind: 'bind', source: '/shop/cache', target: '/b', mode: 'rw' }],
    ['/a:/b:ro,z', { kind: 'bind', source: '/a', target: '/b', mode: 'ro,z' }],
    ['~/a:/b', { kind: 'bind', source: '/home/me/a', target: '/b', mode: 'rw' }],
    ['data:/b:nocopy', { kind: 'volume', volume: 'data', target: '/b', mode: 'nocopy' }],
  ])('%s', (written, expected) => {
    expect(service(`web: {image: x, volumes: ["${written}"]}`).mounts).toEqual([expected]);
  });

  it.each([
    ['a:/b:ro:x', '"a:/b:ro:x" is not a volume'],
    ['data', 'the path in the container, "data", is not absolute'],
    ['./a:b', 'the path in the container, "b", is not absolute'],
    ['a:/b:rx', '"rx" is not a mode of a volume'],
    ['a:/b:ro,rw', 'a volume cannot be both ro and rw'],
    ['a:/', 'nothing can be mounted over the root'],
    ['a b:/c', '"a b" is not the name of a volume'],
    ['~joe/a:/b', 'cannot tell whose home "~joe/a" is'],
    [':/b', '":/b" is not a volume'],
    ['/b:', '"/b:" is not a volume'],
  ])('refuses %s', (written, expected) => {
    expect(saidOf(`volumes: ["${written}"]`)).toEqual([expect.stringContaining(expected)]);
  });

  it('needs HOME for ~', () => {
    expect(said('web: {image: x, volumes: ["~/a:/b"]}', { environment: {} })).toEqual([
      '1:27 "~/a" needs HOME, which is not set (write the whole path)',
    ]);
  });
});

describe('tmpfs', () => {
  it('takes one or a list', () => {
    expect(web('tmpfs: /run').tmpfs).toEqual({ '/run': '' });
    expect(web('tmpfs: [/run, "/tmp:size=1m,mode=1777"]').tmpfs).toEqual({ '/run': '', '/tmp': 'size=1m,mode=1777' });
  });
});

describe('environment', () => {
  const over = { environment: { HOST: 'h', SET: 'outside' } };

  it.each([
    '{A: 1, B: true, C: "True", D: False, E: yes, F: "", HOST: , NONE: , SET: inside, G: x=y}',
    '[A=1, B=true, C=True, D=false, E=yes, F=, HOST, NONE, SET=inside, G=x=y]',
  ])('%s', (written) => {
    expect(service(`web: {image: x, environment: ${written}}`, over).environment).toEqual({
      ...{ A: '1', B: 'true', C: 'True', D: 'false', E: 'yes', F: '', HOST: 'h', SET: 'inside', G: 'x=y' },
    });
  });

  it.each([
    ['[A: 1]', 'a colon and a space make a mapping: write "A=1"'],
    ['["=x"]', '"=x" has no name (write NAME=value)'],
    ['{A B: x}', '"A B" is not the name of a variable'],
    ['{A=1: x}', '"A=1" is not the name of a variable'],
    ['{A: [x]}', 'the value of "A" must be text'],
    ['A=1', '"environment" must be a mapping or a list'],
  ])('refuses %s', (written, expected) => {
    expect(saidOf(`environment: ${written}`)).toEqual([expect.stringContaining(expected)]);
  });
});

describe('labels', () => {
  it('are a mapping or a list', () => {
    expect(web('labels: {a: 1, b: }').labels).toEqual({ a: '1', b: '' });
    expect(web('labels: [a=1, b]').labels).toEqual({ a: '1', b: '' });
  });

  it("may not be tsfig's own", () => {
    expect(saidOf('labels: [com.docker.compose.project=x, tsfig.fields=y]')).toHaveLength(2);
  });
});

describe('command and entrypoint', () => {
  it.each([
    ['echo "a b" \'c d\' e\\ f', ['echo', 'a b', 'c d', 'e f']],
    ['sh -c "echo $$HOME"', ['sh', '-c', 'echo $HOME']],
    ['[echo, 1, true]', ['echo', '1', 'true']],
    ['[]', []],
    ['""', []],
  ])('%s', (written, expected) => {
    expect(web(`command: ${written}`, `entrypoint: ${written}`)).toMatchObject({
      command: expected,
      entrypoint: expected,
    });
  });

  it('refuses quotes that are not closed', () => {
    expect(saidOf("command: echo 'a")).toEqual([
      '3:12 "echo \'a" has a quote that is not closed (or write a list of words)',
    ]);
  });
});

describe('image', () => {
  const hex = 'a'.repeat(64);

  it.each([
    'nginx',
    'nginx:1.27',
    'library/nginx',
    'host:5000/a/b_c:T_1',
    'localhost/x',
    `x@sha256:${hex}`,
    `a.b/c:d@sha256:${hex}`,
    '"nginx:${TAG}"',
  ])('%s', (image) => {
    expect(service(`web: {image: ${image.startsWith('"') ? image : `"${image}"`}}`).source.build).toBeNull();
  });

  it.each([
    ['Nginx', 'names of images are in lower case: write "nginx"'],
    ['"nginx latest"', '"nginx latest" is not the name of an image'],
    ['"ng inx"', 'without spaces: write "nginx"'],
    ['"nginx:"', '"nginx:" is not the name of an image'],
    ['https://x/y', 'is not the name of an image'],
    ['""', '"image" is empty'],
    ['[nginx]', '"image" must be text, not a list'],
  ])('refuses %s', (image, expected) => {
    expect(said(`web: {image: ${image}}`)).toEqual([expect.stringContaining(expected)]);
  });
});

describe('build', () => {
  it('takes a directory, a URL or a mapping', () => {
    const plain = { remote: false, dockerfile: 'Dockerfile', args: {}, target: null };
    const source = (build: object) => ({ ref: 'shop_web', build: { ...plain, ...build } });
    expect(service('Web: {build: ./docker/}').source).toEqual(source({ context: '/shop/docker' }));
    expect(service('web: {build: ., dockerfile: a/../b}').source).toEqual(
      source({ context: '/shop', dockerfile: 'b' }),
    );
    const url = 'github.com/a/b#main:sub';
    expect(service(`web: {build: "${url}"}`).source).toEqual(source({ context: url, remote: true }));
    expect(
      service('web: {build: {context: docker, dockerfile: x, args: [A=1, TAG, NONE], target: slim}}').source,
    ).toEqual(source({ context: '/shop/docker', dockerfile: 'x', args: { A: '1', TAG: '1.27' }, target: 'slim' }));
  });

  it.each(['../docker/x', '/docker/x'])(
    'build: a Dockerfile outside of the build directory is accepted (%s)',
    (path) => {
      const { source } = service(`web: {build: {context: ., dockerfile: ${path}}}`);
      expect(source.build).toMatchObject({ context: '/shop', dockerfile: path });
    },
  );

  it.each([
    ['{dockerfile: x}', '"build" has no "context"'],
    ['{context: ., contxt: x}', '"build" has no key "contxt" (did you mean "context"?)'],
    ['[.]', '"build" must be text or a mapping'],
    ['""', 'the build directory is empty'],
  ])('refuses %s', (written, expected) => {
    expect(said(`web: {build: ${written}}`)).toEqual([expect.stringContaining(expected)]);
  });
});

describe('healthcheck', () => {
  it("has docker-compose's form", () => {
    expect(
      web(
        'healthcheck: {test: curl x, interval: 1m30s, timeout: 500ms, retries: 3, start_period: 2, start_interval: 1s}',
      ).healthcheck,
    ).toEqual({
      ...{
        test: ['CMD-SHELL', 'curl x'],
        interval: 90_000,
        timeout: 500,
        retries: 3,
        startPeriod: 2000,
        startInterval: 1000,
      },
    });
    expect(web('healthcheck: {test: [CMD, curl, x]}').healthcheck!.test).toEqual(['CMD', 'curl', 'x']);
    expect(web('healthcheck: {disable: true}').healthcheck!.test).toEqual(['NONE']);
    expect(web('healthcheck: {test: [NONE]}').healthcheck!.test).toEqual(['NONE']);
    expect(web('healthcheck: {interval: 1s}').healthcheck!.test).toBeNull();
  });

  it.each([
    ['{test: [curl, x]}', '"test" cannot begin with "curl"'],
    ['{test: [CMD]}', 'wrong number of words after CMD'],
    ['{interval: soon}', '"soon" is not a length of time'],
    ['{retries: -1}', '"retries" must be a whole number from 0 on, not "-1"'],
    ['{intervall: 1s}', 'did you mean "interval"?'],
    ['curl', '"healthcheck" must be a mapping'],
  ])('refuses %s', (written, expected) => {
    expect(saidOf(`healthcheck: ${written}`)).toEqual([expect.stringContaining(expected)]);
  });
});

describe('restart', () => {
  it.each([
    ['no', 'no', 0],
    ['"no"', 'no', 0],
    ['false', 'no', 0],
    ['always', 'always', 0],
    ['unless-stopped', 'unless-stopped', 0],
    ['on-failure', 'on-failure', 0],
    ['on-failure:5', 'on-failure', 5],
  ])('%s', (written, name, maxRetries) => {
    expect(web(`restart: ${written}`).restart).toEqual({ name, maxRetries });
  });

  it.each(['sometimes', '"always:3"', '"on-failure:x"', '"on-failure:1:2"'])('refuses %s', (written) => {
    expect(saidOf(`restart: ${written}`)).toEqual([
      expect.stringContaining('is not a restart policy (write no, always'),
    ]);
  });
});

describe('links', () => {
  it('take an alias', () => {
    const { links } = service('web: {image: x, links: [db, "db:database", db]}\ndb: {image: x}');
    expect(links.map(({ target, alias, at }) => `${target} ${alias} ${at.column}`)).toEqual([
      'db db 25',
      'db database 29',
    ]);
    expect(web('external_links: ["other_1:redis", c]').externalLinks).toMatchObject([
      { target: 'other_1', alias: 'redis' },
      { alias: 'c' },
    ]);
  });

  it('refuse what is none, and an alias of two', () => {
    expect(said('web: {image: x, links: ["db:a:b", "db:", "db:x", "web:x"]}\ndb: {image: x}')).toEqual([
      '1:25 "db:a:b" is not a link (write "db" or "db:database")',
      '1:35 "db:" is not a link (write "db" or "db:database")',
      '1:50 "x" is the alias of "db" already (give another: "web:ALIAS")',
    ]);
  });
});

describe('other keys', () => {
  it.each([
    [
      'ulimits: {nproc: 5, nofile: {soft: 1, hard: 2}, core: -1}',
      {
        ulimits: [
          { name: 'nproc', soft: 5, hard: 5 },
          { name: 'nofile', soft: 1, hard: 2 },
          { name: 'core', soft: -1, hard: -1 },
        ],
      },
    ],
    [
      'devices: [/dev/a, "/dev/a:/dev/b:r", "/dev/a:rw"]',
      {
        devices: [
          { host: '/dev/a', container: '/dev/a', permissions: 'rwm' },
          { host: '/dev/a', container: '/dev/b', permissions: 'r' },
          { host: '/dev/a', container: '/dev/a', permissions: 'rw' },
        ],
      },
    ],
    ['extra_hosts: ["a:1.2.3.4", "b: ::1", "c=[::2]"]', { extraHosts: ['a:1.2.3.4', 'b:::1', 'c:::2'] }],
    ['extra_hosts: {a: 1.2.3.4, b: host-gateway}', { extraHosts: ['a:1.2.3.4', 'b:host-gateway'] }],
    ['dns: 8.8.8.8', { dns: ['8.8.8.8'] }],
    ['dns: [8.8.8.8, "::1"]', { dns: ['8.8.8.8', '::1'] }],
    ['dns_search: example.com', { dnsSearch: ['example.com'] }],
    ['privileged: yes', { privileged: true }],
    ['tty: Off', { tty: false }],
    ['init: "true"', { init: true }],
    ['cpu_shares: 0512', { cpuShares: 512 }],
    ['mem_limit: 1.5g', { memLimit: 1.5 * 1024 ** 3 }],
    ['mem_limit: 8388608', { memLimit: 8_388_608 }],
    ['stop_grace_period: 1m', { stopGrace: 60_000 }],
    ['stop_signal: SIGRTMIN+3', { stopSignal: 'SIGRTMIN+3' }],
    ['net: host', { net: { kind: 'host' } }],
    ['tsfig.link_env: none', { linkEnv: 'none' }],
    ['log_opt: {max-size: 10m, max-file: 3}', { logOpt: { 'max-size': '10m', 'max-file': '3' } }],
    ['user: 1000', { user: '1000' }],
    ['user: ""', { user: null }],
    ['mac_address: 02:42:ac:11:65:43', { macAddress: '02:42:ac:11:65:43' }],
    ['cap_add: [ALL]', { capAdd: ['ALL'] }],
  ])('%s', (line, expected) => {
    expect(web(line)).toMatchObject(expected);
  });

  it.each([
    ['ulimits: {nofil: 1}', '"nofil" is not a limit (did you mean "nofile"?)'],
    ['ulimits: {nofile: {soft: 3, hard: 1}}', 'the soft limit of nofile is above the hard one'],
    ['ulimits: {nofile: {soft: 3}}', '"nofile" needs both "soft" and "hard"'],
    ['ulimits: [nofile]', '"ulimits" must be a mapping'],
    ['devices: [sda]', '"sda" is not a device'],
    ['extra_hosts: [a]', 'is not a host with an IP address'],
    ['dns: dns.example.com', '"dns.example.com" is not an IP address'],
    ['privileged: maybe', '"privileged" must be true or false, not "maybe"'],
    ['cpu_shares: many', '"cpu_shares" must be a whole number from 0 on, not "many"'],
    ['mem_limit: lots', '"lots" is not a size'],
    ['mem_limit: 99999999999g', '"99999999999g" is not a size'],
    ['stop_grace_period: soon', '"soon" is not a length of time'],
    ['stop_signal: SIGNONE', '"SIGNONE" is not a signal'],
    ['net: hots', '"hots" is not a network mode'],
    ['tsfig.link_env: some', '"some" is not none, ports or all'],
    ['working_dir: app', '"app" is not an absolute path'],
    ['container_name: "a b"', '"a b" is not the name of a container'],
    ['mac_address: x', '"x" is not a MAC address'],
    ['cpuset: a', '"a" is not a list of processors'],
    ['pid: other', '"other" is not a mode of "pid"'],
    ['cap_add: ALL', '"cap_add" must be a list, not text (write "- ALL" on a line of its own below "cap_add:")'],
    ['volumes_from: ["a:b:c"]', '"a:b:c" is not a service or container'],
    ['user: {a: b}', '"user" must be text, not a mapping'],
  ])('refuses %s', (line, expected) => {
    expect(saidOf(line)).toEqual([expect.stringContaining(expected)]);
  });
});
