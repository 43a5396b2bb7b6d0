import { describe, expect, it } from 'vitest';
import { LABEL } from '../../../src/model/names.js';
import type { ObservedContainer, ObservedPort } from '../../../src/model/observed.js';
import { portsToText, psEntry, psRow, stateToText } from '../../../src/render/ps.js';

const container = (changes: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id: 'abc',
  name: 'shop_web_1',
  image: 'nginx',
  imageId: 'sha256:1',
  state: 'running',
  health: 'none',
  exitCode: null,
  status: 'Up 2 hours',
  command: '/bin/sh -c "python app.py --verbose"',
  createdAt: 1_700_000_000,
  labels: { [LABEL.project]: 'shop', [LABEL.service]: 'web', [LABEL.number]: '1' },
  ports: [],
  mounts: [],
  sharesNetworkOf: null,
  networks: {},
  ...changes,
});
const port = (hostIp: string | null, hostPort: number | null, containerPort: number): ObservedPort => ({
  hostIp,
  hostPort,
  containerPort,
  protocol: 'tcp',
});

describe('a row of ps', () => {
  it('cuts a long command as fig did, and keeps one of thirty characters', () => {
    expect(psRow(container())[1]).toBe('/bin/sh -c "python app.py  ...');
    expect(psRow(container({ command: 'x'.repeat(30) }))[1]).toBe('x'.repeat(30));
    const hostile = '\u001b[31mrun\u001b[0m\n\u0007 日本語日本語日本語日本語日本語';
    expect(psRow(container({ command: hostile }))[1]).toBe('run \uFFFD 日本語日本語日本語日 ...');
  });

  it('says the state in few words', () => {
    const states = [
      container(),
      container({ health: 'healthy' }),
      container({ health: 'starting' }),
      container({ health: 'unhealthy' }),
      container({ state: 'exited', exitCode: 137 }),
      container({ state: 'paused' }),
      container({ state: 'restarting' }),
      container({ state: 'created' }),
    ].map(stateToText);
    expect(states).toMatchInlineSnapshot(`
      [
        "Up",
        "Up (healthy)",
        "Up (health: starting)",
        "Up (unhealthy)",
        "Exit 137",
        "Paused",
        "Restarting",
        "Created",
      ]
    `);
  });

  it('shows a port that is published on every address of both families once', () => {
    expect(portsToText([port('::', 5000, 5000), port('0.0.0.0', 5000, 5000), port(null, null, 6379)])).toBe(
      '0.0.0.0:5000->5000/tcp, 6379/tcp',
    );
  });

  it('keeps bindings that differ, and puts IPv6 addresses in brackets', () => {
    expect(portsToText([port('::1', 81, 80), port('127.0.0.1', 80, 80), port('::', 82, 80)])).toBe(
      '127.0.0.1:80->80/tcp, [::]:82->80/tcp, [::1]:81->80/tcp',
    );
  });
});

describe('an entry of ps in JSON', () => {
  it('is plain and complete', () => {
    expect(psEntry(container({ ports: [port('::', 80, 80), port('0.0.0.0', 80, 80)] }))).toMatchInlineSnapshot(`
      {
        "command": "/bin/sh -c "python app.py --verbose"",
        "createdAt": "2023-11-14T22:13:20.000Z",
        "exitCode": null,
        "health": "none",
        "id": "abc",
        "image": "nginx",
        "name": "shop_web_1",
        "number": 1,
        "ports": [
          {
            "containerPort": 80,
            "hostIp": "0.0.0.0",
            "hostPort": 80,
            "protocol": "tcp",
          },
        ],
        "project": "shop",
        "service": "web",
        "state": "running",
      }
    `);
  });

  it('has no number for a one-off', () => {
    expect(psEntry(container({ labels: {} })).number).toBeNull();
  });
});
