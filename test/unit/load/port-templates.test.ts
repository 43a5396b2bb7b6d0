import { describe, expect, it } from 'vitest';
import { said, saidOf, web } from './read.js';

describe('a port with %i', () => {
  it('is one port of the host for each container', () => {
    expect(web('ports: ["80%i:80", "127.0.0.1:%i000:81/udp", "[::1]:9%i1:82"]').ports).toEqual([
      { hostIp: null, hostPort: null, hostTemplate: '80%i', containerPort: 80, protocol: 'tcp' },
      { hostIp: '127.0.0.1', hostPort: null, hostTemplate: '%i000', containerPort: 81, protocol: 'udp' },
      { hostIp: '::1', hostPort: null, hostTemplate: '9%i1', containerPort: 82, protocol: 'tcp' },
    ]);
  });

  it.each([
    ['80%:80', '"80%" is not a port with %i in it'],
    ['80%n:80', '"80%n" is not a port with %i in it'],
    ['%i%i:80', '"%i%i" is not a port with %i in it'],
    ['80%i:80-81', '"80%i:80-81" is a range: %i stands for one port'],
    ['80%i0-80%i1:80', '"80%i0-80%i1" is not a port with %i in it'],
    ['9000%i:80', 'port 90001 is not between 1 and 65535'],
    ['8080:80%i', '"8080:80%i" is not a port'],
    ['80%i', '"80%i" is not a port'],
  ])('is not %s', (port, message) => {
    expect(saidOf(`ports: ["${port}"]`)).toHaveLength(1);
    expect(saidOf(`ports: ["${port}"]`)[0]).toContain(message);
  });

  it('clashes where the port of the first container does', () => {
    expect(said('a: { image: x, ports: ["80%i:80"] }\nb: { image: x, ports: ["801:80"] }\n')).toEqual([
      '2:24 port 801 of the host is published by "a" already, on line 1 (give one of them another port of the host)',
    ]);
    expect(saidOf('ports: ["80%i:80", "80%i:81"]')[0]).toContain('port 801 of the host is published twice');
  });

  it('is not exposed', () => {
    expect(saidOf('expose: ["80%i"]')[0]).toContain('is not a port');
  });
});
