import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../../src/load/field-table.js';
import { fieldReference } from '../../../src/load/reference.js';
import { load } from './read.js';

const PAGE = new URL('../../../docs/fig-yml.md', import.meta.url);

describe('fieldReference', () => {
  it('is what docs/fig-yml.md holds (UPDATE_DOCS=1 writes it)', () => {
    if (process.env['UPDATE_DOCS']) writeFileSync(PAGE, fieldReference());
    expect(readFileSync(PAGE, 'utf8')).toBe(fieldReference());
  });
});

describe('field table', () => {
  it.each([...FIELDS.values()].filter(({ key }) => key !== 'detach'))('has an example of $key that loads', (field) => {
    const { result } = load(field.example);
    expect(result).toMatchObject({ ok: true, warnings: [] });
    expect(field.example).toMatch(new RegExp(`^  ${field.key.replaceAll('.', '\\.')}:`, 'm'));
  });

  it('says something of every key', () => {
    for (const { doc, forms } of FIELDS.values()) {
      expect(doc).toMatch(/^[A-Z].*[^.]$/);
      expect(forms).not.toBe('');
    }
  });
});
