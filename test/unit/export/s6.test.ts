import { describe, expect, it } from 'vitest';
import { s6Files } from '../../../src/export/s6.js';
import { deploy, paths, SHOP, text } from './units.js';

describe('s6Files', () => {
  it('makes a longrun with its log for each service and job, and a bundle of them all', () => {
    expect(paths(s6Files(deploy(SHOP, { services: ['db', 'web'] })))).toMatchInlineSnapshot(`
      [
        "shop-db/type",
        "shop-db/run*",
        "shop-db/finish*",
        "shop-db/timeout-kill",
        "shop-db/producer-for",
        "shop-db/notification-fd",
        "shop-db/data/check*",
        "shop-db-log/type",
        "shop-db-log/run*",
        "shop-db-log/notification-fd",
        "shop-db-log/consumer-for",
        "shop-db-log/pipeline-name",
        "shop-web/type",
        "shop-web/run*",
        "shop-web/finish*",
        "shop-web/timeout-kill",
        "shop-web/producer-for",
        "shop-web/dependencies.d/shop-db",
        "shop-web/notification-fd",
        "shop-web/data/check*",
        "shop-web-log/type",
        "shop-web-log/run*",
        "shop-web-log/notification-fd",
        "shop-web-log/consumer-for",
        "shop-web-log/pipeline-name",
        "shop/type",
        "shop/contents.d/shop-db-pipeline",
        "shop/contents.d/shop-web-pipeline",
      ]
    `);
  });

  it('says that a service is ready when tsfig says so', () => {
    const files = s6Files(deploy(SHOP));
    expect(text(files, 'shop-web/run')).toMatchInlineSnapshot(`
      "#!/bin/sh
      # Written by "tsfig units s6" for the project shop; the next one writes over it.
      exec 2>&1
      export PATH=/usr/bin:/bin
      set -- /usr/bin/tsfig -f /srv/shop/fig.yml -p shop
      [ ! -d ./env ] || set -- s6-envdir ./env "$@"
      "$@" ready db || exit 1
      exec s6-notifyoncheck -d -n 0 -w 1000 "$@" up --adopt --no-deps --no-log-prefix --exit-code-from web web
      "
    `);
    expect(text(files, 'shop-web/data/check').split('\n').at(-2)).toBe('exec "$@" ready --wait-timeout 10 web');
    expect(paths(files)).not.toContain('shop-job/notification-fd');
  });

  it('gives a container its time to stop, in milliseconds', () => {
    expect(text(s6Files(deploy(SHOP)), 'shop-db/timeout-kill')).toBe('70000\n');
  });

  it('lets a job pause for longer than s6 usually lets a finish script run', () => {
    const files = s6Files(deploy(SHOP));
    expect(text(files, 'shop-job/finish')).toContain('  75) sleep 5 ;;');
    expect(text(files, 'shop-job/timeout-finish')).toBe('10000\n');
    expect(paths(files)).not.toContain('shop-web/timeout-finish');
  });

  it('does not start again what has done its work', () => {
    const data = deploy('data: { image: busybox, restart: on-failure }');
    expect(text(s6Files(data), 'shop-data/finish')).toContain('  0) exit 125 ;;');
  });

  it('has the log in a folder of its own', () => {
    expect(text(s6Files(deploy(SHOP)), 'shop-db-log/run')).toMatchInlineSnapshot(`
      "#!/bin/sh
      # Written by "tsfig units s6" for the project shop; the next one writes over it.
      folder=\${TSFIG_LOG_DIR:-/var/log/tsfig}/shop-db
      mkdir -p "$folder" && exec s6-log -d 3 -b n10 s1000000 T "$folder"
      "
    `);
  });
});
