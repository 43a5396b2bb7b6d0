import { describe, expect, it } from 'vitest';
import { findProject, type FoundProject, type ProjectRequest } from '../../../src/actions/find-file.js';
import type { World } from '../../../src/actions/world.js';
import { MemoryWorld } from '../../support/memory-world.js';

type Texts = Readonly<Record<string, string | { readonly reason: string }>>;

/** A world of these files, in /shop/sub unless told. */
function worldOf(texts: Texts, environment: Record<string, string> = {}, directory = '/shop/sub'): World {
  const { host, ...rest } = new MemoryWorld('');
  const wrong = (path: string): { kind: 'unreadable'; reason: string } | null => {
    const found = texts[path];
    return typeof found === 'object' ? { kind: 'unreadable', reason: found.reason } : null;
  };
  const files: World['host']['files'] = {
    ...host.files,
    kindOf: (path) => wrong(path) ?? { kind: path in texts ? 'file' : 'missing' },
    readText: (path) =>
      wrong(path) ?? (path in texts ? { kind: 'text', text: texts[path] as string } : { kind: 'missing' }),
  };
  return { ...rest, host: { ...host, files }, environment, directory };
}

const NOTHING_SAID: ProjectRequest = { file: null, projectName: null };
const values = ({ environment }: FoundProject): string => `${environment['A']} ${environment['B']} ${environment['C']}`;

describe('.env files', () => {
  const texts = {
    '/shop/fig.yml': '',
    '/shop/.env': 'A=file\nB=file\nC=file',
    '/shop/sub/.env': 'A=here\nB=here',
    '/other/fig.yml': '',
    '/other/.env': 'C=other',
  };

  it('of the working directory comes before the one beside a file further up, and the shell before both', () => {
    const found = findProject(worldOf(texts, { A: 'shell' }), NOTHING_SAID);
    expect([found.path, values(found)]).toEqual(['/shop/fig.yml', 'shell here file']);
  });

  it('beside the file is the only one with -f', () => {
    const found = findProject(worldOf(texts), { ...NOTHING_SAID, file: '/other/fig.yml' });
    expect(values(found)).toBe('undefined undefined other');
  });

  it('of the working directory comes first where COMPOSE_FILE names the file', () => {
    const found = findProject(worldOf(texts, { COMPOSE_FILE: '/other/fig.yml' }), NOTHING_SAID);
    expect(values(found)).toBe('here here other');
  });

  it('is not read with COMPOSE_DISABLE_ENV_FILE', () => {
    const found = findProject(worldOf(texts, { COMPOSE_DISABLE_ENV_FILE: '1' }), NOTHING_SAID);
    expect(values(found)).toBe('undefined undefined undefined');
  });

  it('names the project and the file, as COMPOSE_PROJECT_NAME and COMPOSE_FILE, unless the shell or an option does', () => {
    const named = { ...texts, '/shop/sub/.env': 'COMPOSE_PROJECT_NAME=Store\nCOMPOSE_FILE=/other/fig.yml' };
    const found = findProject(worldOf(named), NOTHING_SAID);
    expect([found.path, found.projectName]).toEqual(['/other/fig.yml', 'store']);
    const shell = { FIG_PROJECT_NAME: 'x', FIG_FILE: '/shop/fig.yml' };
    const over = findProject(worldOf(named, shell), NOTHING_SAID);
    expect([over.path, over.projectName]).toEqual(['/shop/fig.yml', 'x']);
    const option = findProject(worldOf(named), { file: '/other/fig.yml', projectName: 'p' });
    expect([option.path, option.projectName]).toEqual(['/other/fig.yml', 'p']);
  });

  it('that may not be read is an error, and not as good as none', () => {
    const closed = { ...texts, '/shop/.env': { reason: 'permission denied' } };
    expect(() => findProject(worldOf(closed), NOTHING_SAID)).toThrow('cannot read /shop/.env: permission denied');
  });

  it('that is wrong is warned of with its place', () => {
    const found = findProject(worldOf({ ...texts, '/shop/sub/.env': 'A=1\n=2' }), NOTHING_SAID);
    expect(found.warnings).toMatchObject([{ severity: 'warning', at: { file: '.env', line: 2 } }]);
  });
});

describe('several project files', () => {
  it.each([
    ['of -f', {}, ['a.yml', 'b.yml']],
    ['of COMPOSE_FILE', { COMPOSE_FILE: 'a.yml:b.yml' }, null],
    ['of COMPOSE_FILE with COMPOSE_PATH_SEPARATOR', { COMPOSE_FILE: 'a.yml,b.yml', COMPOSE_PATH_SEPARATOR: ',' }, null],
  ])('%s are refused in words', (_, environment, file) => {
    expect(() => findProject(worldOf({}, environment), { ...NOTHING_SAID, file })).toThrow(
      'several project files cannot be merged yet: a.yml, b.yml',
    );
  });

  it('that are one are one', () => {
    const found = findProject(worldOf({}, { COMPOSE_FILE: 'a.yml:' }), NOTHING_SAID);
    expect(found.path).toBe('/shop/sub/a.yml');
  });
});

describe('the search upwards', () => {
  it('ends at a file that may not be read, with the reason', () => {
    const closed = { '/shop/fig.yml': { reason: 'its symbolic links go round in a circle' } };
    expect(() => findProject(worldOf(closed), NOTHING_SAID)).toThrow(
      'cannot look for a project file: /shop/fig.yml: its symbolic links go round in a circle',
    );
  });
});
