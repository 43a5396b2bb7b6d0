import { describe, expect, it } from 'vitest';
import type { EventJson } from '../../../../src/engine/docker/docker-json.js';
import { keepNanoseconds, toEngineEvent } from '../../../../src/engine/docker/events.js';
import {
  toContainerDetails,
  toEngineHost,
  toObservedContainer,
  toObservedImage,
  toObservedNetwork,
} from '../../../../src/engine/docker/from-docker.js';

describe('a container of the list', () => {
  it.each([
    ['running', 'Up 2 hours (healthy)', { state: 'running', health: 'healthy', exitCode: null }],
    ['running', 'Up 1 second (health: starting)', { state: 'running', health: 'starting', exitCode: null }],
    ['running', 'Up 5 minutes (unhealthy)', { state: 'running', health: 'unhealthy', exitCode: null }],
    ['running', 'Up About an hour', { state: 'running', health: 'none', exitCode: null }],
    ['paused', 'Up 2 hours (Paused)', { state: 'paused', health: 'none', exitCode: null }],
    ['exited', 'Exited (137) 3 seconds ago', { state: 'exited', health: 'none', exitCode: 137 }],
    ['restarting', 'Restarting (1) 2 seconds ago', { state: 'restarting', health: 'none', exitCode: 1 }],
    ['created', 'Created', { state: 'created', health: 'none', exitCode: null }],
    ['stopped', 'Exited (0) 3 seconds ago', { state: 'exited', health: 'none', exitCode: 0 }],
    ['something-new', '', { state: 'dead', health: 'none', exitCode: null }],
  ] as const)('%s, "%s"', (State, Status, expected) => {
    expect(toObservedContainer({ Id: '1', State, Status })).toMatchObject(expected);
  });

  it('has its own name, not those that links give it', () => {
    const Names = ['/shop_web_1/db', '/shop_db_1', '/shop_web_1/db_1'];
    expect(toObservedContainer({ Id: '1', Names }).name).toBe('shop_db_1');
  });

  it('may lack everything', () => {
    expect(toObservedContainer({ Id: '1', Names: null, Labels: null, Ports: null, Mounts: null })).toMatchObject({
      name: '',
      labels: {},
      ports: [],
      mounts: [],
      networks: {},
    });
  });

  it('tells exposed ports without a host side', () => {
    const { ports } = toObservedContainer({ Id: '1', Ports: [{ PrivatePort: 80, Type: 'tcp' }] });
    expect(ports).toEqual([{ hostIp: null, hostPort: null, containerPort: 80, protocol: 'tcp' }]);
  });
});

it('an inspected container that never started has no times, and year one is never', () => {
  const never = '0001-01-01T00:00:00Z';
  const State = { Status: 'created', StartedAt: never, FinishedAt: never };
  expect(toContainerDetails({ Id: '1', Name: '/web', State })).toMatchObject({
    name: 'web',
    startedAt: null,
    finishedAt: null,
    lastProbe: null,
    command: [],
  });
});

it('an image’s health check is in milliseconds, and what is 0 is the engine’s own', () => {
  const Healthcheck = { Test: ['CMD', 'x'], Interval: 1_500_000_000, Timeout: 0 };
  expect(toObservedImage({ Id: '1', Config: { Healthcheck, ExposedPorts: { '53/udp': {} } } })).toMatchObject({
    exposed: [{ port: 53, protocol: 'udp' }],
    volumes: [],
    healthcheck: { test: ['CMD', 'x'], interval: 1500, timeout: null, retries: null },
  });
});

it('a network tells its IPv4 ranges', () => {
  const Config = [{ Subnet: '10.0.0.0/24', Gateway: '10.0.0.1' }, { Subnet: 'fd00::/64' }];
  expect(toObservedNetwork({ Id: '1', Name: 'n', IPAM: { Config } })).toMatchObject({
    subnets: ['10.0.0.0/24'],
    dynamicRanges: [],
    gateways: ['10.0.0.1'],
  });
});

it('an engine that was told no pools has moby’s', () => {
  expect(toEngineHost({ Name: 'vm' }).pools[0]).toEqual({ base: '172.17.0.0/16', size: 16 });
  const told = toEngineHost({ DefaultAddressPools: [{ Base: '10.9.0.0/16', Size: 24 }] });
  expect(told.pools).toEqual([{ base: '10.9.0.0/16', size: 24 }]);
});

describe('an event', () => {
  const Actor = { ID: 'abc', Attributes: { name: 'web', image: 'busybox', exitCode: '3', oldName: '/x', mine: 'yes' } };
  const event = (Action: string, Type = 'container'): ReturnType<typeof toEngineEvent> =>
    toEngineEvent({ Type, Action, Actor, timeNano: '1795220507250000000' });

  it('has labels without the engine’s own facts, and its time with nanoseconds', () => {
    expect(event('die')).toMatchObject({ action: 'die', id: 'abc', name: 'web', labels: { mine: 'yes' }, exitCode: 3 });
    expect(event('die')?.at).toBe('1795220507.250000000');
    expect(event('start')?.exitCode).toBeNull();
  });

  it.each([
    ['health_status: healthy', 'healthy'],
    ['health_status: unhealthy', 'unhealthy'],
    ['health_status: running', 'starting'],
  ])('%s', (action, health) => {
    expect(event(action)).toMatchObject({ action: 'health', health });
  });

  it.each(['exec_create: ls', 'exec_die', 'attach', 'resize', 'restart', 'commit'])(
    '%s is of no interest',
    (action) => {
      expect(event(action)).toBeUndefined();
    },
  );

  it('keeps every nanosecond of its time', () => {
    const line =
      '{"Type":"container","Action":"start","Actor":{"ID":"1"},"time":1795220507,"timeNano":1795220507153818857}';
    expect(toEngineEvent(JSON.parse(keepNanoseconds(line)) as EventJson)?.at).toBe('1795220507.153818857');
  });

  it('of a network is of no interest', () => {
    expect(event('create', 'network')).toBeUndefined();
  });
});
