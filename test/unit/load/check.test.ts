import { describe, expect, it } from 'vitest';
import { project, said, saidOf, service, web } from './read.js';

describe('keys', () => {
  it.each([
    ['link', 'links'],
    ['port', 'ports'],
    ['privilege', 'privileged'],
    ['priviliged', 'privileged'],
    ['privilige', 'privileged'],
    ['volume', 'volumes'],
    ['workdir', 'working_dir'],
    ['cpu_share', 'cpu_shares'],
    ['add_host', 'extra_hosts'],
    ['hosts', 'extra_hosts'],
    ['extra_host', 'extra_hosts'],
    ['device', 'devices'],
    ['memory_swap', 'memswap_limit'],
    ['env', 'environment'],
    ['network_mode', 'net'],
    ['enviroment', 'environment'],
    ['Image', 'image'],
    ['tsfig.linkenv', 'tsfig.link_env'],
  ])('%s: did you mean %s?', (written, meant) => {
    expect(saidOf(`${written}: x`)).toEqual([`3:3 a service has no key "${written}" (did you mean "${meant}"?)`]);
  });

  it('knows what is not there', () => {
    expect(saidOf('extends: {service: x}', 'depends_on: [db]', 'zzzzzzzz: 1')).toEqual([
      '3:3 "extends" is not supported yet (share keys with a YAML anchor: "<<: *name")',
      '4:3 a service has no key "depends_on" (did you mean "links"? What is linked is started, and ready, first)',
      '5:3 a service has no key "zzzzzzzz"',
    ]);
  });

  it('warns of detach', () => {
    expect(saidOf('detach: true')).toEqual([
      '3:11 warning: "detach" has no effect (remove it; "tsfig up -d" detaches)',
    ]);
  });
});

describe('image and build', () => {
  it.each([
    ['neither', 'web: {user: x}', '1:1 the service "web" has neither "image" nor "build"'],
    ['neither, in a template', 'x-base: {user: x}', 'put the anchor into the first service that uses it'],
    ['both', 'web: {image: x, build: .}', '1:7 the service "web" has both "image" and "build"'],
    ['a dockerfile with an image', 'web: {image: x, dockerfile: y}', '1:17 "dockerfile" needs "build"'],
    [
      'two dockerfiles',
      'web: {build: {context: ., dockerfile: y}, dockerfile: y}',
      '1:43 the Dockerfile is named twice',
    ],
    [
      'no such directory',
      'web: {build: ./nowhere}',
      '1:14 the build directory "./nowhere" does not exist (looked for /shop/nowhere)',
    ],
    [
      'two services of one image',
      'web: {build: .}\nWeb: {build: .}',
      '2:1 "web" and "Web" are built into one image, "shop_web"',
    ],
    ['a name no image can have', '-web-: {build: .}', '1:1 no image can be named "shop_-web-"'],
  ])('refuses %s', (_, text, expected) => {
    const problems = said(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });
});

describe('limits', () => {
  it('refuses memswap_limit without or below mem_limit', () => {
    expect(saidOf('memswap_limit: 1g')).toEqual(['3:18 "memswap_limit" needs "mem_limit"']);
    expect(saidOf('mem_limit: 2g', 'memswap_limit: 1g')).toHaveLength(1);
    expect(saidOf('mem_limit: 2g', 'memswap_limit: -1')).toEqual([]);
  });
});

describe('volumes of one service', () => {
  it('refuses two at one path', () => {
    expect(saidOf('volumes: [/a, "./x:/a/"]', 'tmpfs: /a')).toEqual([
      '3:17 two volumes are mounted at "/a"',
      '4:10 two volumes are mounted at "/a"',
    ]);
  });
});

describe('host ports', () => {
  const two = (a: string, b: string): string[] =>
    said(`a: {image: x, ports: ["${a}"]}\nb: {image: x, ports: ["${b}"]}`);

  it.each([
    ['80:80', '80:81'],
    ['80:80', '127.0.0.1:80:80'],
    ['127.0.0.1:80:80', '0.0.0.0:80:80'],
    ['[::]:80:80', '[::1]:80:80'],
    ['127.0.0.1:80:80', '80:80'],
    ['[::1]:80:80', '[::]:80:80'],
    ['8000-8010:8000-8010', '8005:80'],
  ])('%s and %s clash', (a, b) => {
    expect(two(a, b)).toEqual([expect.stringContaining('of the host is published by "a" already, on line 1')]);
  });

  it.each([
    ['80:80', '81:80'],
    ['80:80', '80:80/udp'],
    ['127.0.0.1:80:80', '127.0.0.2:80:80'],
    ['80', '80'],
    ['0.0.0.0:80:80', '[::]:80:80'],
  ])('%s and %s do not', (a, b) => {
    expect(two(a, b)).toEqual([]);
  });

  it('clash within a service as well', () => {
    expect(saidOf('ports: ["80:80", "80:80", 90, 90]')).toEqual([
      '3:20 port 80 of the host is published twice',
      '3:33 port 90 is published twice',
    ]);
  });

  it('on many addresses are compared quickly', () => {
    const text = Array.from(
      { length: 3000 },
      (_, i) => `s${i}: {image: x, ports: ["127.0.${i >> 8}.${i & 255}:80:80"]}`,
    );
    expect(said(text.join('\n'))).toEqual([]);
  });
});

describe('links', () => {
  it('refuses targets that are no services', () => {
    expect(said('web: {image: x, links: [postgers, other]}\npostgres: {image: x}')).toEqual([
      '1:25 there is no service "postgers" (did you mean "postgres"?)',
      '1:35 there is no service "other" (a container of another project takes "external_links")',
    ]);
  });

  it('warns where volumes_from may mean a service', () => {
    expect(said('web: {image: x, volumes_from: [dat, other_container]}\ndata: {image: x}')).toEqual([
      '1:32 warning: "dat" is no service; a container of that name is looked for (did you mean "data"?)',
    ]);
  });

  it.each(['host', 'none', 'container:c'])('refuses them to and from a service with net: %s', (net) => {
    const text = `a: {image: x, net: "${net}", links: [c], external_links: [d]}\nb: {image: x, links: [a]}\nc: {image: x}`;
    const messages = said(text);
    expect(messages).toHaveLength(3);
    expect(messages[0]).toContain(`"links" cannot be used with "net: ${net}" (links need a network`);
    expect(messages[1]).toContain(`"external_links" cannot be used with "net: ${net}"`);
    expect(messages[2]).toContain(`2:23 "a" cannot be linked to: it has "net: ${net}"`);
  });

  it.each([
    ['a', 'a: {image: x, net: bridge, links: [b]}\nb: {image: x}'],
    ['b', 'a: {image: x, links: [b]}\nb: {image: x, net: bridge}'],
  ])('refuses them between the bridge and the network of the project, which do not reach each other', (who, text) => {
    const [only, ...more] = said(text);
    expect(more).toEqual([]);
    expect(only).toContain(`"a" cannot reach "b": only "${who}" has "net: bridge"`);
  });

  it('allows them on the bridge', () => {
    expect(said('a: {image: x, net: bridge, links: [b]}\nb: {image: x, net: bridge}')).toEqual([]);
  });

  it('leaves cycles and links to oneself to others', () => {
    expect(project('a: {image: x, links: [a, b]}\nb: {image: x, links: [a]}').services.size).toBe(2);
  });
});

describe('net', () => {
  it('joins a service, or else a container', () => {
    const { services } = project('a: {image: x, net: "container:b"}\nb: {image: x, net: "container:other"}');
    expect([...services.values()].map(({ net }) => net)).toEqual([
      { kind: 'service', service: 'b' },
      { kind: 'container', container: 'other' },
    ]);
    expect(services.get('a')!.needs).toMatchObject([{ on: 'b', because: 'net', at: { line: 1, column: 20 } }]);
  });

  it("refuses a service's own network, and what belongs to the other container", () => {
    expect(said('a: {image: x, net: "container:a"}')).toEqual(['1:20 a service cannot join its own network']);
    expect(said('a: {image: x, net: "container:b", ports: [80], hostname: h}\nb: {image: x}')).toEqual([
      '1:35 "ports" cannot be used with "net: container:…" (write it in the service or container whose network this is: "b")',
      '1:48 "hostname" cannot be used with "net: container:…" (write it in the service or container whose network this is: "b")',
    ]);
  });

  it('warns of ports that have no effect', () => {
    expect(saidOf('net: host', 'ports: ["80:80"]')).toEqual(['4:3 warning: "ports" has no effect with "net: host"']);
  });
});

describe('container names', () => {
  it('are refused when two services have one', () => {
    expect(said('a: {image: x, container_name: one}\nb: {image: x, container_name: one}')).toEqual([
      '2:31 "one" is the name of the container of "a" already, on line 1 (give it another name)',
    ]);
  });

  it.each([
    ['before', 'web: {image: x, container_name: shop_db_1}\ndb: {image: x}', '1:33', 2],
    ['after', 'db: {image: x}\nweb: {image: x, container_name: shop_db_1}', '2:33', 1],
  ])('are refused when they are what a service %s is called without one', (_where, text, at, line) => {
    expect(said(text)).toEqual([
      `${at} "shop_db_1" is the name of the container of "db" already, on line ${line} (give it another name)`,
    ]);
  });

  it('are what a service would be called without them, or what another is not called any more', () => {
    expect(said('web: {image: x, container_name: shop_web_1}\ndb: {image: x, container_name: shop_cache_1}')).toEqual(
      [],
    );
    expect(said('a: {image: x, container_name: shop_b_1}\nb: {image: x, container_name: shop_a_1}')).toEqual([]);
  });
});

describe('volumes_from', () => {
  it('takes a service before a container', () => {
    const { volumesFrom, needs } = service('a: {image: x, volumes_from: ["b:ro", c]}\nb: {image: x}');
    expect(volumesFrom).toEqual([
      { source: 'b', external: false, readOnly: true },
      { source: 'c', external: true, readOnly: false },
    ]);
    expect(needs.map(({ on }) => on)).toEqual(['b']);
  });
});

describe('hostname', () => {
  it('is split at the first dot, unless there is a domainname', () => {
    expect(web('hostname: a.b.c')).toMatchObject({ hostname: 'a', domainname: 'b.c' });
    expect(web('hostname: a.b.c', 'domainname: d')).toMatchObject({ hostname: 'a.b.c', domainname: 'd' });
    expect(web('hostname: a')).toMatchObject({ hostname: 'a', domainname: null });
  });
});
