import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runitFiles } from '../../../src/export/runit.js';
import { deploy, paths, SHOP, text } from './units.js';

describe('runitFiles', () => {
  it('makes a service directory for each service and job', () => {
    expect(paths(runitFiles(deploy(SHOP)))).toEqual([
      ...['shop-db/run*', 'shop-db/finish*', 'shop-db/check*', 'shop-db/log/run*'],
      ...['shop-web/run*', 'shop-web/finish*', 'shop-web/check*', 'shop-web/log/run*'],
      ...['shop-job/run*', 'shop-job/finish*', 'shop-job/log/run*'],
    ]);
  });

  it('has run wait for what the service needs', () => {
    expect(text(runitFiles(deploy(SHOP)), 'shop-web/run')).toMatchInlineSnapshot(`
      "#!/bin/sh
      # Written by "tsfig units runit" for the project shop; the next one writes over it.
      # To stop it and wait for that: sv -w 20 down shop-web. No force-stop: that kills tsfig only.
      exec 2>&1
      export PATH=/usr/bin:/bin
      set -- /usr/bin/tsfig -f /srv/shop/fig.yml -p shop
      [ ! -d ./env ] || set -- chpst -e ./env "$@"
      sv up ../shop-db || exit 1
      "$@" ready db || exit 1
      exec "$@" up --adopt --no-deps --no-log-prefix --exit-code-from web web
      "
    `);
  });

  it('has a job run once', () => {
    const files = runitFiles(deploy(SHOP));
    expect(text(files, 'shop-job/run').split('\n').at(-2)).toBe('exec "$@" run --once --quiet --no-deps job');
    expect(text(files, 'shop-job/finish')).toMatchInlineSnapshot(`
      "#!/bin/sh
      # Written by "tsfig units runit" for the project shop; the next one writes over it.
      # $1 is the exit code of run, -1 when a signal ended it.
      case $1 in
        75) sleep 5 ;; # another process runs this job
        125) sleep 2 ;; # tsfig or the engine failed
      esac
      "
    `);
  });

  it('asks tsfig whether a service is ready', () => {
    expect(text(runitFiles(deploy(SHOP)), 'shop-db/check')).toMatchInlineSnapshot(`
      "#!/bin/sh
      # Written by "tsfig units runit" for the project shop; the next one writes over it.
      # sv start and sv check ask this whether it is ready.
      exec >/dev/null 2>&1
      export PATH=/usr/bin:/bin
      set -- /usr/bin/tsfig -f /srv/shop/fig.yml -p shop
      [ ! -d ./env ] || set -- chpst -e ./env "$@"
      exec "$@" ready --wait-timeout 0 db
      "
    `);
  });

  it('pauses after a failure, and stops a service that is restarted only after one', () => {
    expect(text(runitFiles(deploy(SHOP)), 'shop-db/finish')).toMatchInlineSnapshot(`
      "#!/bin/sh
      # Written by "tsfig units runit" for the project shop; the next one writes over it.
      # $1 is the exit code of run, -1 when a signal ended it.
      case $1 in
        129 | 130 | 143) ;; # stopped
        *) sleep 2 ;; # not at once again
      esac
      "
    `);
    const data = deploy('data: { image: busybox, restart: on-failure }');
    expect(text(runitFiles(data), 'shop-data/finish')).toContain('  0) exec sv down . ;;');
  });

  it('says how long it may take to stop', () => {
    expect(text(runitFiles(deploy(SHOP)), 'shop-db/run')).toContain('sv -w 70 down shop-db');
    expect(text(runitFiles(deploy(SHOP)), 'shop-web/run')).toContain('sv -w 20 down shop-web');
  });

  it('has a directory for each container that is named by its number', () => {
    const files = runitFiles(deploy(SHOP, { instances: { db: [1, 2] } }));
    expect(text(files, 'shop-db@2/run').split('\n').at(-2)).toBe(
      'exec "$@" up --adopt --no-log-prefix --exit-code-from db@2 db@2',
    );
    expect(text(files, 'shop-web/run')).toContain('sv up ../shop-db@1 ../shop-db@2 || exit 1\n"$@" ready db@1 db@2 ||');
  });

  it('leaves to tsfig what has no unit of its own', () => {
    const files = runitFiles(deploy(SHOP, { services: ['web'] }));
    expect(text(files, 'shop-web/run')).not.toMatch(/sv up|ready/);
    expect(text(files, 'shop-web/run').split('\n').at(-2)).toBe(
      'exec "$@" up --adopt --no-log-prefix --exit-code-from web web',
    );
  });

  it('quotes what a shell would read otherwise', () => {
    const odd = `/srv/my "odd" $HOME's %i;\n\`shop\`/fig.yml`;
    const deployment = deploy(SHOP, {}, { tsfig: ['echo', odd], environment: { A: odd } });
    const run = text(runitFiles(deployment), 'shop-job/run');
    const shown = run
      .replace(/^(sv up|"\$@" ready).*\n/gm, '')
      .replace(/^exec "\$@".*/m, 'printf %s "$A"; printf %s "$2"');
    expect(execFileSync('sh', ['-c', shown], { encoding: 'utf8' })).toBe(odd + odd);
  });
});
