import { describe, expect, it } from 'vitest';
import { systemdFiles } from '../../../src/export/systemd.js';
import { deploy, paths, SHOP, text } from './units.js';

describe('systemdFiles', () => {
  it('makes a unit for each service and job, and a target of them all', () => {
    const files = systemdFiles(deploy(SHOP));
    expect(paths(files)).toEqual(['shop-db.service', 'shop-web.service', 'shop-job.service', 'shop.target']);
    expect(text(files, 'shop.target')).toMatchInlineSnapshot(`
      "# Written by "tsfig units systemd" for the project shop; the next one writes over it.
      [Unit]
      Description=shop: everything that tsfig looks after
      Wants=shop-db.service shop-web.service shop-job.service

      [Install]
      WantedBy=multi-user.target
      "
    `);
  });

  it('starts a service after what it needs, when that is ready', () => {
    expect(text(systemdFiles(deploy(SHOP)), 'shop-web.service')).toMatchInlineSnapshot(`
      "# Written by "tsfig units systemd" for the project shop; the next one writes over it.
      [Unit]
      Description=shop: web
      PartOf=shop.target
      Requires=docker.service
      Wants=shop-db.service
      After=docker.service shop-db.service
      StartLimitIntervalSec=0

      [Service]
      Type=exec
      Environment=PATH=/usr/bin:/bin
      EnvironmentFile=-/srv/shop/units/shop.env
      ExecStartPre=/usr/bin/tsfig -f /srv/shop/fig.yml -p shop ready db
      ExecStart=/usr/bin/tsfig -f /srv/shop/fig.yml -p shop up --adopt --no-deps --no-log-prefix --exit-code-from web web
      TimeoutStartSec=75
      TimeoutStopSec=20
      KillMode=mixed
      Restart=always
      RestartSec=2
      SuccessExitStatus=129 130 143
      "
    `);
  });

  it('has a job run again and again', () => {
    const job = text(systemdFiles(deploy(SHOP)), 'shop-job.service');
    expect(job).toContain('run --once --quiet --no-deps job\n');
    expect(job).toContain('Restart=always\nRestartSec=1\n');
  });

  it('gives a container its time to stop', () => {
    expect(text(systemdFiles(deploy(SHOP)), 'shop-db.service')).toContain('TimeoutStopSec=70\n');
  });

  it('makes a template where containers are named by their numbers', () => {
    const files = systemdFiles(deploy(SHOP, { instances: { web: [1, 2] } }));
    expect(paths(files)).toEqual(['shop-db.service', 'shop-web@.service', 'shop-job.service', 'shop.target']);
    expect(text(files, 'shop-web@.service')).toContain(
      'up --adopt --no-deps --no-log-prefix --exit-code-from web@%i web@%i\n',
    );
    expect(text(files, 'shop.target')).toContain(
      'Wants=shop-db.service shop-web@1.service shop-web@2.service shop-job.service',
    );
  });

  it('stops and starts with the other what shares its network or volumes', () => {
    const files = systemdFiles(deploy('db: { image: x }\nside: { image: x, net: "container:db" }'));
    expect(text(files, 'shop-side.service')).toContain('Requires=docker.service shop-db.service\n');
  });

  it('waits for the network where the engine is elsewhere', () => {
    const away = text(systemdFiles(deploy(SHOP, {}, { engine: 'away' })), 'shop-db.service');
    expect(away).toContain('Wants=network-online.target\nAfter=network-online.target\n');
    expect(text(systemdFiles(deploy(SHOP, {}, { engine: 'here' })), 'shop-db.service')).not.toMatch(/After|docker/);
  });

  it('starts again after a failure only what its file wants so', () => {
    const files = systemdFiles(deploy('data: { image: busybox, restart: "on-failure:3" }'));
    expect(text(files, 'shop-data.service')).toContain('Restart=on-failure\n');
  });

  it('quotes and escapes paths', () => {
    const tsfig = ['/opt/my $tools/50% tsfig', '-f', '/srv/50% "off" $HOME\\x/fig.yml'];
    const over = { tsfig, folder: '/srv/50% off', environment: { A: '5% $x "y"' } };
    expect(text(systemdFiles(deploy(SHOP, {}, over)), 'shop-db.service').split('\n')).toEqual(
      expect.arrayContaining([
        String.raw`ExecStart="/opt/my $tools/50%% tsfig" -f "/srv/50%% \"off\" $$HOME\\x/fig.yml" up --adopt --no-log-prefix --exit-code-from db db`,
        'EnvironmentFile=-/srv/50%% off/shop.env',
        String.raw`Environment="A=5%% $x \"y\""`,
      ]),
    );
  });

  it('has env start a program that systemd would not', () => {
    const tsfig = ['/opt/"my" $tools/tsfig', '-p', 'shop'];
    expect(text(systemdFiles(deploy(SHOP, {}, { tsfig })), 'shop-db.service')).toContain(
      String.raw`ExecStart=/usr/bin/env "/opt/\"my\" $$tools/tsfig" -p shop up`,
    );
  });
});
