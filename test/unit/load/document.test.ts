import { describe, expect, it } from 'vitest';
import { project, said, service, web } from './read.js';

describe('YAML', () => {
  it.each([
    ['an open quote', 'web:\n  image: "nginx\n  user: x\n', '2:10 a quote is not closed'],
    ['an open bracket', 'web:\n  ports: [80\ndb:\n  image: x\n', '3:1 a "[" above is not closed'],
    ['a tab', 'web:\n\timage: nginx\n', '2:1 a tab cannot indent YAML (indent with spaces)'],
    ['two documents', 'a: {image: x}\n---\nb: {image: x}\n', '2:1 a second document begins here'],
    ['two keys on a line', 'web:\n  command: echo: hi\n', '2:12 a second "key:" on one line'],
    ['a key out of line', 'web:\n  image: a\n command: b\n', '3:2 this key is not in line with the keys above'],
    ['a tag', 'web: !!python/object:x {image: a}', '1:6 unknown tag'],
    ['a duplicate key', 'web:\n  image: a\n  image: b\n', '3:3 "image" is written twice (the first is on line 2)'],
    ['a duplicate service', 'a: {image: x}\na: {image: x}', '2:1 "a" is written twice'],
    ['a key that is a list', 'a: {image: x}\n? [b]\n: c\n', '2:3 a key must be text'],
    ['an unknown alias', 'a: {image: x, ports: *p}', '1:22 nothing above is marked &p'],
    ['an alias of itself', 'a: &a\n  image: x\n  links: *a\n', '3:10 *a stands inside of what it names'],
    ['10,000 brackets', '['.repeat(10_000), '1:201 nested too deeply'],
    ['10,000 braces', '{a: '.repeat(10_000), 'nested too deeply'],
    ['10,000 dashes', '- '.repeat(10_000), 'nested too deeply'],
    ['a merge of text', 'a: {image: x, <<: b}', '1:19 "<<" takes a mapping or a list of mappings'],
    ['a NUL escape', 'a: {image: "x\\0"}', '1:12 a value cannot hold a NUL character'],
  ])('tells of %s, once', (_, text, expected) => {
    const problems = said(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it('keeps texts as they are written', () => {
    const { environment, ports, user } = web(
      'user: 007',
      'ports: [49100:22]',
      'environment: {A: 1.10, B: 0x1F, C: 1_000, D: 2014-11-04, E: 1e3}',
    );
    expect(environment).toEqual({ A: '1.10', B: '0x1F', C: '1_000', D: '2014-11-04', E: '1e3' });
    expect([user, ports]).toEqual(['007', [{ hostIp: null, hostPort: 49_100, containerPort: 22, protocol: 'tcp' }]]);
  });

  it('merges mappings; what is written beside wins', () => {
    const text = 'a: &a\n  image: x\n  user: one\nb:\n  <<: *a\n  user: two\nc:\n  <<: [{tty: true}, *a]\n  image: y\n';
    const { services } = project(text);
    expect(services.get('b')).toMatchObject({ source: { ref: 'x' }, user: 'two' });
    expect(services.get('c')).toMatchObject({ source: { ref: 'y' }, user: 'one', tty: true });
  });

  it('makes two services of one alias', () => {
    const { services } = project('a: &x {image: x}\nb: *x\n');
    expect([...services].map(([key, { name, at }]) => `${key} ${name} ${at.line}`)).toEqual(['a a 1', 'b b 2']);
  });

  it('tells what aliases share once', () => {
    expect(said('a: &x {image: X}\nb: *x\nc: *x\n')).toHaveLength(1);
  });

  it('stops at a bomb of aliases', () => {
    const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const lines = letters.map(
      (name, i) =>
        `${name}: &${name} [${Array(9)
          .fill(i === 0 ? 'x' : `*${letters[i - 1]!}`)
          .join()}]`,
    );
    expect(said(lines.join('\n'))).toContainEqual(expect.stringContaining('aliases repeat too many values'));
  });

  it('stops at a bomb of merges', () => {
    const lines = Array.from(
      { length: 5000 },
      (_, i) => `a${i}: &a${i}\n  <<: ${i === 0 ? '{k: 1}' : `*a${i - 1}`}\n  k${i}: 1\n`,
    );
    expect(said(lines.join(''))).toContainEqual(expect.stringContaining('aliases repeat too many values'));
  });

  it('lets 5,000 services share twenty values', () => {
    const shared = Array.from({ length: 20 }, (_, i) => `K${i}: x`).join(', ');
    const lines = Array.from({ length: 5000 }, (_, i) => `s${i}: {<<: *s}\n`).join('');
    expect(project(`s: &s {image: x, environment: {${shared}}}\n${lines}`).services.size).toBe(5001);
  });

  it('reads quoted, folded and literal texts', () => {
    const text =
      'web:\n  image: \'x\'\n  user: "a\\u0062c"\n  command:\n    - |\n      one\n      two\n    - >-\n      three\n      four\n';
    expect(service(text)).toMatchObject({ user: 'abc', command: ['one\ntwo\n', 'three four'] });
  });
});
