import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

describe('the table of provider traps in the README', () => {
  const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
  const section = readme.split('\n## ').find((text) => text.startsWith('Which provider traps are handled?')) ?? '';
  const named = [...section.matchAll(/\(spec\/regression\/([\w-]+\.spec\.ts)\)/g)].map((match) => match[1] ?? '');
  const present = readdirSync(__dirname).filter((name) => name.endsWith('.spec.ts') && name !== 'readme-table.spec.ts');

  it('names every spec of this folder, and no other', () => {
    expect(present.length).toBeGreaterThan(30);
    expect([...new Set(named)].sort()).toEqual(present.sort());
  });
});
