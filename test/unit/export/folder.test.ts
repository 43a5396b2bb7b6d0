import { describe, expect, it } from 'vitest';
import { header } from '../../../src/export/deployment.js';
import { compareFolder, notOurs } from '../../../src/export/folder.js';

const file = (path: string, text = '', executable = false) => ({ path, service: null, text, executable });
const holding =
  (...files: ReturnType<typeof file>[]) =>
  (path: string) => {
    const found = files.find((one) => one.path === path);
    return found ? { text: found.text, executable: found.executable } : null;
  };

describe('compareFolder', () => {
  it('tells what is missing, what differs, and what was written before and is not wanted', () => {
    const there = holding(
      file('same', 'a'),
      file('text', 'a'),
      file('mode', 'a'),
      file('stale', 'a'),
      file('other', 'a'),
    );
    const wanted = [file('same', 'a'), file('text', 'b'), file('mode', 'a', true), file('new', 'n')];
    const changes = compareFolder(wanted, ['same', 'stale', 'gone'], there);
    expect(changes.map(({ path }) => path)).toEqual(['mode', 'new', 'stale', 'text']);
  });
});

describe('a file of somebody else', () => {
  it('is one that is not listed, and does not say that it was written for this very project', () => {
    const marked = file('marked', `#!/bin/sh\n${header('s6', 'shop')}\n`);
    const longer = file('longer', `${header('s6', 'shop-web')}\n`);
    const there = holding(file('listed', 'x'), marked, longer, file('other', 'x'));
    const wanted = ['listed', 'marked', 'longer', 'other', 'new'].map((path) => file(path, 'y'));
    const changes = compareFolder(wanted, ['listed'], there);
    expect(notOurs(changes, { project: 'shop', listed: ['listed'] })).toEqual(['longer', 'other']);
  });
});
