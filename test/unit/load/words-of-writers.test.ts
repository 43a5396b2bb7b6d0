import { describe, expect, it } from 'vitest';
import { filesOf, load, said, saidOf, service } from './read.js';

/** What people write by mistake, and what they are told: line, column, and words that name what is there. */
const MISTAKES: readonly (readonly [what: string, text: string, ...expected: string[]])[] = [
  [
    'a missing space after a colon',
    'web:\n  image:busybox\n  ports: ["80"]\n',
    '2:3 a space is missing after the ":" (write "image: busybox")',
  ],
  [
    'a missing space after the only colon',
    'web:\n  image:busybox\n',
    '1:1 the service "web" must be a mapping, not text (a space is missing after the ":": write "image: busybox")',
  ],
  ['a missing colon', 'web:\n  image busybox\n  tty: true\n', '2:3 a ":" is missing (write "image: busybox")'],
  ['a missing colon of a service', 'web:\n  image: x\ndb\n  image: x\n', '3:1 a ":" is missing (write "db:")'],
  [
    'an item one column left',
    'web:\n  image: x\n  ports:\n    - "80"\n   - "81"\n',
    '5:4 this "-" is out of line (indent all entries of a list alike)',
  ],
  [
    'a key indented too far',
    'web:\n  image: x\n   tty: true\n',
    '2:10 the line below this one is indented too far (indent all keys of a mapping alike)',
  ],
  [
    'a missing space after a dash',
    'web:\n  image: x\n  volumes:\n    -./a:/b\n    -./c:/d\n',
    '4:5 "volumes" must be a list, not text (a space is missing after the "-": write "- ./a:/b")',
  ],
  [
    'a missing space after a dash in environment',
    'web:\n  image: x\n  environment:\n    -A=1\n',
    '4:5 "environment" must be a mapping or a list (a space is missing after the "-": write "- A=1")',
  ],
  [
    'text in quotes where a list is meant',
    'web:\n  image: x\n  ports:\n    "80:80"\n',
    '4:5 "ports" must be a list, not text (write "- 80:80" on a line of its own below "ports:")',
  ],
  [
    'quotes around the first word only',
    'web:\n  image: x\n  command: "a" b\n',
    '3:16 text follows the closing quote (put quotes around all of the value, or around none of it)',
  ],
  [
    'quotes of a word processor',
    'web:\n  image: x\n  user: “me”\n',
    '3:9 warning: these quotes are no quotes of YAML, and stay in the value (write "me")',
  ],
  [
    'a path of Windows',
    'web:\n  image: x\n  volumes:\n    - C:\\data:/data\n',
    '4:7 "C:\\data:/data" is a path of Windows (write the path as the machine of the engine has it, such as "/mnt/c/data:/data")',
  ],
];

describe('a message is written from the view of whoever wrote the file', () => {
  it.each(MISTAKES)('about %s', (_, text, ...expected) => {
    expect(said(text)).toEqual(expected);
  });

  it('about a key that docker compose has and tsfig has not', () => {
    expect(saidOf('cpus: 2', 'shm_size: 1g')).toEqual([
      expect.stringMatching(/^3:3 tsfig does not have docker compose's key "cpus" \("cpu_shares" /) as string,
      '4:3 tsfig does not have docker compose\'s key "shm_size"',
    ]);
  });

  it('about a Dockerfile that is named as the build directory', () => {
    const files = filesOf({ '/shop/docker/web.Dockerfile': '' });
    expect(said('web: {build: docker/web.Dockerfile}', { files })).toEqual([
      '1:14 the build directory "docker/web.Dockerfile" is a file, not a directory (name the directory that it is in, and "dockerfile: web.Dockerfile")',
    ]);
  });
});

describe('what the engine refuses is told before anything is made', () => {
  it('a memory limit too small for any container', () => {
    expect(saidOf('mem_limit: 1m')).toEqual(['3:14 no container can run in so little memory (write 6m or more)']);
    expect(saidOf('mem_limit: 6m')).toEqual([]);
    expect(saidOf('mem_limit: 0')).toEqual([]);
  });

  it('times of a health check that are too short', () => {
    expect(saidOf('healthcheck: {interval: 500us, timeout: 0s, start_period: 1ms}')).toEqual([
      '3:27 "interval" is shorter than the engine can count (write 1ms or more)',
    ]);
  });

  it('a volume with two drivers', () => {
    const text = 'a: {image: x, volumes: ["v:/v"], volume_driver: nfs}\nb: {image: x, volumes: ["v:/v"]}';
    expect(said(text)).toEqual([
      '2:25 the volume "v" has two drivers: "nfs" in "a", "local" here (write the same "volume_driver" in both services)',
    ]);
    expect(said(text.replace(']}', '], volume_driver: nfs}'))).toEqual([]);
  });

  it('a mode for SELinux where the path has a colon', () => {
    expect(said('a: {image: x, volumes: ["./v:/v:z"]}', { directory: '/a:b' })).toEqual([
      '1:25 the modes z and Z cannot be used with a path that has a colon: "/a:b/v" (name the directory without the colon)',
    ]);
  });
});

describe('what both peers accept', () => {
  it('volumes with names of one letter', () => {
    expect(service('a: {image: x, volumes: ["v:/v"]}').mounts).toMatchObject([{ kind: 'volume', volume: 'v' }]);
  });

  it('ports whose port of the host the engine chooses, from all or from a range', () => {
    const ports = (text: string): object[] => [...service(`a: {image: x, ports: ["${text}"]}`).ports];
    const any = { hostIp: null, hostPort: null, containerPort: 80, protocol: 'tcp' };
    expect([ports(':80'), ports('0:80')]).toEqual([[any], [any]]);
    expect(ports('3000-3005:80')).toEqual([{ ...any, hostRange: '3000-3005' }]);
    expect(ports('127.0.0.1:3000-3005:80/udp')).toEqual([
      { hostIp: '127.0.0.1', hostPort: null, hostRange: '3000-3005', containerPort: 80, protocol: 'udp' },
    ]);
  });
});

it('directories of the host that are missing are told with their place', () => {
  const { missingSources } = load('a: {image: x, volumes: ["./docker:/a", "./none:/b", "/gone:/c:ro"]}');
  expect([...missingSources].map(([path, { column }]) => [path, column])).toEqual([
    ['/shop/none', 40],
    ['/gone', 53],
  ]);
});
