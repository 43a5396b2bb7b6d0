import { describe, expect, it } from 'vitest';
import { isAtLeast, toCreateBody, toNetworkBody, wholeSeconds } from '../../../../src/engine/docker/to-docker.js';
import { ms, seconds } from '../../../../src/lib/units.js';
import type { ContainerSpec } from '../../../../src/model/container-spec.js';
import { specOf } from '../../../support/specs.js';

interface Body {
  readonly Entrypoint?: unknown;
  readonly ExposedPorts?: unknown;
  readonly Volumes?: unknown;
  readonly MacAddress?: unknown;
  readonly StopTimeout?: unknown;
  readonly Healthcheck?: unknown;
  readonly NetworkingConfig?: unknown;
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

/** As it is sent: what is undefined is gone. */
const sent = (different: Partial<ContainerSpec>, apiVersion = '1.41'): Body =>
  JSON.parse(JSON.stringify(toCreateBody(specOf('web', 'shop', different), apiVersion))) as Body;

const onNetwork = { kind: 'network', name: 'shop_default', address: null, aliases: [], links: [] } as const;

describe('the body of a container to create', () => {
  it('leaves to image and engine what nobody said', () => {
    const body = sent({ command: null });
    for (const key of ['Cmd', 'Entrypoint', 'Hostname', 'User', 'WorkingDir', 'StopTimeout', 'Healthcheck']) {
      expect(body).not.toHaveProperty(key);
    }
    for (const key of ['Memory', 'Init', 'LogConfig', 'PidMode']) expect(body.HostConfig).not.toHaveProperty(key);
  });

  it('clears the image’s entrypoint with one empty string', () => {
    expect(sent({ entrypoint: [] }).Entrypoint).toEqual(['']);
  });

  it('exposes what it publishes, and binds a port twice when it is written twice', () => {
    const port = { hostIp: null, hostPort: null, containerPort: 80, protocol: 'tcp' } as const;
    const ports = [port, { ...port, hostIp: '127.0.0.1', hostPort: 8080 }];
    const body = sent({ ports, expose: [{ port: 53, protocol: 'udp' }] });
    expect(body.ExposedPorts).toEqual({ '53/udp': {}, '80/tcp': {} });
    expect(body.HostConfig['PortBindings']).toEqual({
      '80/tcp': [
        { HostIp: '', HostPort: '' },
        { HostIp: '127.0.0.1', HostPort: '8080' },
      ],
    });
  });

  it('binds directories, named and carried volumes, and declares new anonymous ones', () => {
    const body = sent({
      mounts: [
        { kind: 'bind', source: '/src', target: '/app', mode: 'ro' },
        { kind: 'volume', volume: 'shop_data', target: '/data', mode: '' },
        { kind: 'anonymous', target: '/cache', carried: 'abc' },
        { kind: 'anonymous', target: '/new', carried: null },
      ],
    });
    expect(body.HostConfig['Binds']).toEqual(['/src:/app:ro', 'shop_data:/data', 'abc:/cache']);
    expect(body.Volumes).toEqual({ '/new': {} });
  });

  it('mounts a directory whose path has a colon, which a bind would take for the end of the path', () => {
    const mounts = [
      { kind: 'bind', source: '/a:b', target: '/app', mode: 'ro,rslave' },
      { kind: 'bind', source: '/src', target: '/src', mode: 'rw' },
    ] as const;
    const { HostConfig } = sent({ mounts });
    expect(HostConfig['Binds']).toEqual(['/src:/src:rw']);
    const BindOptions = { Propagation: 'rslave' };
    expect(HostConfig['Mounts']).toEqual([
      { Type: 'bind', Source: '/a:b', Target: '/app', ReadOnly: true, BindOptions },
    ]);
    expect(sent({ mounts: mounts.slice(1) }).HostConfig).not.toHaveProperty('Mounts');
  });

  it('leaves the port of the host to the engine, within a range where there is one', () => {
    const port = { hostIp: null, hostPort: null, containerPort: 80, protocol: 'tcp' } as const;
    const { HostConfig } = sent({ ports: [port, { ...port, hostRange: '3000-3005' }] });
    expect(HostConfig['PortBindings']).toEqual({
      '80/tcp': [
        { HostIp: '', HostPort: '' },
        { HostIp: '', HostPort: '3000-3005' },
      ],
    });
  });

  it('joins a network with its fixed address, aliases and links', () => {
    const network = { ...onNetwork, address: '10.0.0.5', aliases: ['web'], links: ['shop_db_1:db'] };
    const body = sent({ network });
    expect(body.HostConfig['NetworkMode']).toBe('shop_default');
    expect(body.NetworkingConfig).toEqual({
      EndpointsConfig: {
        shop_default: { IPAMConfig: { IPv4Address: '10.0.0.5' }, Links: ['shop_db_1:db'], Aliases: ['web'] },
      },
    });
  });

  it.each([
    [{ kind: 'host' }, 'host'],
    [{ kind: 'none' }, 'none'],
    [{ kind: 'bridge' }, 'bridge'],
    [{ kind: 'container', container: 'shop_db_1' }, 'container:shop_db_1'],
  ] as const)('has the network mode of %j', (network, mode) => {
    const body = sent({ network });
    expect(body.HostConfig['NetworkMode']).toBe(mode);
    expect(body).not.toHaveProperty('NetworkingConfig');
  });

  it('has the MAC address beside the image before API 1.44 and in the endpoint since', () => {
    const spec = { macAddress: '02:42:ac:11:00:09', network: onNetwork };
    expect(sent(spec, '1.43').MacAddress).toBe('02:42:ac:11:00:09');
    expect(sent(spec, '1.43').NetworkingConfig).toEqual({ EndpointsConfig: { shop_default: {} } });
    expect(sent(spec, '1.44')).not.toHaveProperty('MacAddress');
    expect(sent(spec, '1.44').NetworkingConfig).toEqual({
      EndpointsConfig: { shop_default: { MacAddress: '02:42:ac:11:00:09' } },
    });
  });

  it('tells health checks in nanoseconds, and the interval at the start only to who knows it', () => {
    const healthcheck = {
      test: ['CMD', 'true'],
      interval: ms(1500),
      timeout: null,
      startPeriod: seconds(2),
      startInterval: ms(100),
      retries: 3,
    };
    const known = { Test: ['CMD', 'true'], Interval: 1_500_000_000, StartPeriod: 2_000_000_000, Retries: 3 };
    expect(sent({ healthcheck }).Healthcheck).toEqual(known);
    expect(sent({ healthcheck }, '1.44').Healthcheck).toEqual({ ...known, StartInterval: 100_000_000 });
  });

  it('rounds a grace period up to whole seconds', () => {
    expect(sent({ stopGrace: ms(1200) }).StopTimeout).toBe(2);
    expect([0, 1, 1000, 1001].map((length) => wholeSeconds(ms(length)))).toEqual([0, 1, 1, 2]);
  });

  it('has options of the log even where the driver is the engine’s own', () => {
    const body = sent({ logOpt: { 'max-size': '1m' } });
    expect(body.HostConfig['LogConfig']).toEqual({ Type: '', Config: { 'max-size': '1m' } });
  });
});

it('a network says its ranges only when they are given', () => {
  const network = { name: 'n', subnet: null, gateway: null, dynamicRange: null, labels: {} };
  expect(toNetworkBody(network)['IPAM']).toBeUndefined();
  const ranged = toNetworkBody({ ...network, subnet: '10.0.0.0/24', dynamicRange: '10.0.0.128/25' });
  expect(ranged['IPAM']).toEqual({ Config: [{ Subnet: '10.0.0.0/24', IPRange: '10.0.0.128/25' }] });
});

it('API versions are compared by number', () => {
  expect(isAtLeast('1.9', 1, 40)).toBe(false);
  expect(isAtLeast('1.44', 1, 44)).toBe(true);
  expect(isAtLeast('2.0', 1, 44)).toBe(true);
  expect(isAtLeast('', 1, 40)).toBe(false);
});
